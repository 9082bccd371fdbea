import type { Family } from '../../family';
import { planLayers } from '../../parts/foldLayers';
import { headOf } from '../../parts/head';
import { hiddenSize, layerCount, vocabularySize } from '../../parts/sizes';
import { lookup, matrix, norm, vector } from '../../parts/tensors';

/** Numbers a channel of the recurrence keeps: numerator, denominator, running maximum. */
const STATES_A_CHANNEL = 3;

/** RWKV 4: time mixing and channel mixing, each with the token before. */
export const rwkv: Family = ({ config, architecture }) => {
  const hidden = hiddenSize(config);
  const inner = config.optional('attention_hidden_size') ?? hidden;
  const width = config.optional('intermediate_size') ?? 4 * hidden;
  const vocabulary = vocabularySize(config);
  const head = headOf(config, hidden, vocabulary, { module: 'head', architecture });
  config.understood('rescale_every', 'context_length');
  const path = 'rwkv.blocks.{layer}.';
  const a = `${path}attention`;
  const f = `${path}feed_forward`;
  const layers = planLayers(
    layerCount(config),
    (index) => String(index === 0),
    (index) => ({
      mixer: {
        mixer: {
          kind: 'recurrent',
          family: 'rwkv',
          stateElements: STATES_A_CHANNEL * inner,
          stateElementBytes: 4,
          convolutionElements: 2 * hidden,
        },
        weights: [
          vector(`${a}.time_decay`, inner, 'attention'),
          vector(`${a}.time_first`, inner, 'attention'),
          ...['key', 'value', 'receptance'].map((name) =>
            vector(`${a}.time_mix_${name}`, [1, 1, hidden], 'attention'),
          ),
          ...['key', 'value', 'receptance'].flatMap((name) =>
            matrix(`${a}.${name}`, inner, hidden, 'attention'),
          ),
          ...matrix(`${a}.output`, hidden, inner, 'attention'),
        ],
      },
      feedForward: {
        feedForward: { kind: 'dense', matrices: 2, width },
        weights: [
          ...['key', 'receptance'].map((name) =>
            vector(`${f}.time_mix_${name}`, [1, 1, hidden], 'feedForward'),
          ),
          ...matrix(`${f}.key`, width, hidden, 'feedForward'),
          ...matrix(`${f}.receptance`, hidden, hidden, 'feedForward'),
          ...matrix(`${f}.value`, hidden, width, 'feedForward'),
        ],
      },
      others: [...(index === 0 ? ['pre_ln'] : []), 'ln1', 'ln2'].flatMap((name) =>
        norm(path + name, hidden, 'layer'),
      ),
    }),
  );
  return {
    kind: 'decoder',
    hidden,
    vocabulary,
    maxContext: null,
    layers,
    outside: [
      lookup('rwkv.embeddings', vocabulary, hidden),
      ...norm('rwkv.ln_out', hidden, 'layer'),
      ...head.weights,
    ],
    tiedHead: head.tied,
    headKnown: head.known,
  };
};
