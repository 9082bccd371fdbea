import type { Family } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import { isTied, labelCount, topOf } from '../../parts/head';
import { transformerSizes } from '../../parts/sizes';
import { lookup, matrix, norm, vector } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';

/** ModernBERT that writes: every third layer sees everything, the head has a matrix and a norm of its own. */
export const modernbertDecoder: Family = ({ config, architecture, notes }) => {
  const sizes = transformerSizes(config);
  const { hidden, vocabulary } = sizes;
  const kind = config.flag(false, 'norm_bias') ? 'layer' : 'rms';
  const bias = config.flag(false, 'attention_bias');
  const mlpBias = config.flag(false, 'mlp_bias');
  const width = config.integer('intermediate_size');
  const every = Math.max(1, config.integerOr(3, 'global_attn_every_n_layers'));
  const types = config.texts('layer_types');
  // The class halves the span, which in ModernBERT reaches to both sides.
  const window = Math.floor(config.integer('local_attention') / 2);
  const slides = (index: number): boolean =>
    window > 0 && (types === undefined ? index % every !== 0 : types[index] === 'sliding_attention');
  const top = topOf(architecture);
  if (top === undefined || top === 'answer' || top === 'token-labels')
    notes.doubt('unknown-head', 'The head of this architecture is not known; a language model’s is counted.');
  config.understood('sliding_window', 'local_rope_theta', 'global_rope_theta', 'classifier_pooling');
  config.understood('embedding_dropout', 'mlp_dropout', 'repad_logits_with_grad', 'sparse_prediction');
  const path = 'model.layers.{layer}.';
  const classifierBias = config.flag(false, 'classifier_bias');
  const dense = (module: string): WeightTensor[] => [
    ...matrix(`${module}.dense`, hidden, hidden, 'head', { bias: classifierBias }),
    ...norm(`${module}.norm`, hidden, kind),
  ];
  const tied = top !== 'none' && top !== 'labels' && isTied(config, true);
  const head = (): WeightTensor[] => {
    if (top === 'none') return [];
    if (top === 'labels')
      return [
        ...dense('head'),
        ...matrix('classifier', labelCount(config), hidden, 'head', { bias: classifierBias }),
      ];
    const headBias = config.flag(true, 'decoder_bias');
    return [
      ...dense('lm_head'),
      ...(tied
        ? headBias
          ? [vector('decoder.bias', vocabulary, 'head')]
          : []
        : matrix('decoder', vocabulary, hidden, 'head', { bias: headBias })),
    ];
  };
  config.understood('tie_word_embeddings', 'decoder_bias', 'classifier_bias');
  return {
    kind: 'decoder',
    hidden,
    vocabulary,
    maxContext: config.optional('max_position_embeddings') ?? null,
    layers: planLayers(
      sizes.layers,
      (index) => `${String(index === 0)} ${String(slides(index))}`,
      (index) => ({
        mixer: groupedAttention({
          module: `${path}attn`,
          hidden,
          queryHeads: sizes.heads,
          kvHeads: sizes.heads,
          headDim: hidden / sizes.heads,
          qkvBias: bias,
          outBias: bias,
          names: { output: 'Wo' },
          ...(slides(index) ? { window } : {}),
        }),
        feedForward: denseFeedForward({
          module: `${path}mlp`,
          hidden,
          width,
          bias: mlpBias,
          fused: 'Wi',
          names: { down: 'Wo' },
        }),
        others: [...(index === 0 ? [] : ['attn_norm']), 'mlp_norm'].flatMap((name) =>
          norm(path + name, hidden, kind),
        ),
      }),
    ),
    outside: [
      lookup('model.embeddings.tok_embeddings', vocabulary, hidden),
      ...norm('model.embeddings.norm', hidden, kind),
      ...norm('model.final_norm', hidden, kind),
      ...head(),
    ],
    tiedHead: tied,
    headKnown: true,
  };
};
