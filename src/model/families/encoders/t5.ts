import type { Config } from '../../config';
import type { Family, FamilyModel } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers, type LayerPlan } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import { labelCount } from '../../parts/head';
import { lookup, matrix, norm } from '../../parts/tensors';
import { towerOf } from '../../parts/tower';
import type { WeightTensor } from '../../spec';

interface T5Sizes {
  hidden: number;
  heads: number;
  headDim: number;
  width: number;
  gated: boolean;
  buckets: number;
  /** Every layer has a table of relative positions (UMT5), or the first alone. */
  everyTable: boolean;
}

/** T5, v1.1, FLAN, mT5 and UMT5: relative positions learned in a small table, no biases. */
export const t5: Family = ({ config, architecture, modelType, notes }) => {
  const sizes: T5Sizes = {
    hidden: config.integer('d_model'),
    heads: config.integer('num_heads'),
    headDim: config.integer('d_kv'),
    width: config.integer('d_ff'),
    gated: config.flag(config.text('feed_forward_proj')?.startsWith('gated') ?? false, 'is_gated_act'),
    buckets: config.integerOr(32, 'relative_attention_num_buckets'),
    everyTable: modelType === 'umt5',
  };
  const vocabulary = config.integer('vocab_size');
  const layers = config.integer('num_layers');
  const decoderLayers = config.optional('num_decoder_layers') ?? layers;
  const tied = config.flag(true, 'tie_word_embeddings');
  config.understood(
    'relative_attention_max_distance',
    'n_positions',
    'output_past',
    'num_hidden_layers',
    'num_attention_heads',
    'hidden_size',
    'head_dim',
    'is_gated_act',
    'scalable_attention',
    'dense_act_fn',
  );
  const encoder = stack('encoder', layers, sizes, false);
  const shared = lookup('shared', vocabulary, sizes.hidden);
  if (/EncoderModel$/.test(architecture)) {
    return {
      ...frame(config, sizes, vocabulary),
      kind: 'encoder',
      layers: encoder,
      outside: [shared, ...finalNorm('encoder', sizes)],
      tiedHead: false,
    };
  }
  const classes = labelCount(config);
  if (/ForTokenClassification$/.test(architecture)) {
    return {
      ...frame(config, sizes, vocabulary),
      kind: 'encoder',
      layers: encoder,
      outside: [
        shared,
        ...finalNorm('encoder', sizes),
        ...matrix('classifier', classes, sizes.hidden, 'head', { bias: true }),
      ],
      tiedHead: false,
      headKnown: true,
    };
  }
  const top = t5Top(architecture, sizes.hidden, classes);
  const headed = top === undefined && !/(?<!LMHead)Model$/.test(architecture);
  if (headed && !/ForConditionalGeneration$|WithLMHeadModel$/.test(architecture))
    notes.doubt(
      'unknown-head',
      'The architecture is not said or not known: counted is the model with its head.',
    );
  return {
    ...frame(config, sizes, vocabulary),
    kind: 'encoder-decoder',
    layers: stack('decoder', decoderLayers, sizes, true),
    outside: [
      shared,
      ...finalNorm('decoder', sizes),
      ...(tied || !headed ? [] : matrix('lm_head', vocabulary, sizes.hidden, 'head')),
      ...(top ?? []),
    ],
    tiedHead: tied && headed,
    headKnown: true,
    towers: [
      towerOf({
        kind: 'text-encoder',
        hidden: sizes.hidden,
        layers: encoder,
        outside: finalNorm('encoder', sizes),
      }),
    ],
  };
};

/** A classifier over the decoder's output, or rows for the start and the end of an answer; undefined for other tops. */
function t5Top(architecture: string, hidden: number, classes: number): WeightTensor[] | undefined {
  if (/ForQuestionAnswering$/.test(architecture))
    return matrix('qa_outputs', classes, hidden, 'head', { bias: true });
  if (!/ForSequenceClassification$/.test(architecture)) return undefined;
  return [
    ...matrix('classification_head.dense', hidden, hidden, 'head', { bias: true }),
    ...matrix('classification_head.out_proj', classes, hidden, 'head', { bias: true }),
  ];
}

function frame(
  config: Config,
  sizes: T5Sizes,
  vocabulary: number,
): Pick<FamilyModel, 'hidden' | 'vocabulary' | 'maxContext'> {
  return { hidden: sizes.hidden, vocabulary, maxContext: config.optional('n_positions') ?? null };
}

function finalNorm(side: string, sizes: T5Sizes): WeightTensor[] {
  return norm(`${side}.final_layer_norm`, sizes.hidden, 'rms');
}

function stack(side: 'encoder' | 'decoder', layers: number, sizes: T5Sizes, crosses: boolean): LayerPlan[] {
  const path = `${side}.block.{layer}.layer.`;
  const feedForwardAt = crosses ? 2 : 1;
  const attention = (module: string, causal: boolean): ReturnType<typeof groupedAttention> =>
    groupedAttention({
      module: path + module,
      hidden: sizes.hidden,
      queryHeads: sizes.heads,
      kvHeads: sizes.heads,
      headDim: sizes.headDim,
      causal,
      names: { query: 'q', key: 'k', value: 'v', output: 'o' },
    });
  const hasTable = (index: number): boolean => sizes.everyTable || index === 0;
  return planLayers(
    layers,
    (index) => String(hasTable(index)),
    (index) => ({
      mixer: attention('0.SelfAttention', crosses),
      ...(crosses ? { second: attention('1.EncDecAttention', false) } : {}),
      feedForward: denseFeedForward({
        module: `${path}${String(feedForwardAt)}.DenseReluDense`,
        hidden: sizes.hidden,
        width: sizes.width,
        gated: sizes.gated,
        names: sizes.gated ? { gate: 'wi_0', up: 'wi_1', down: 'wo' } : { up: 'wi', down: 'wo' },
      }),
      others: [
        ...(hasTable(index)
          ? [
              lookup(
                `${path}0.SelfAttention.relative_attention_bias`,
                sizes.buckets,
                sizes.heads,
                'attention',
              ),
            ]
          : []),
        ...norm(`${path}0.layer_norm`, sizes.hidden, 'rms'),
        ...(crosses ? norm(`${path}1.layer_norm`, sizes.hidden, 'rms') : []),
        ...norm(`${path}${String(feedForwardAt)}.layer_norm`, sizes.hidden, 'rms'),
      ],
    }),
  );
}
