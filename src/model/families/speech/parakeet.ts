import type { Config } from '../../config';
import type { Family, FamilyContext, FamilyModel } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers, type LayerPlan } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import { headWidth } from '../../parts/sizes';
import { convolution, lookup, matrix, norm, vector, type NormKind } from '../../parts/tensors';
import { lstm } from '../../parts/waveParts';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';
import { asTower } from '../vision/clip';

const NORMS = ['norm_feed_forward1', 'norm_self_att', 'norm_conv', 'norm_feed_forward2', 'norm_out'];

/** Parakeet's encoder: mel frames thinned by convolutions, then conformer blocks with relative positions. */
export const parakeetEncoder: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  config.understood('scale_input', 'max_position_embeddings', 'layerdrop', 'dropout_positions');
  const layer = conformerBlock(config, hidden, { relative: true, norm: 'layer', bias: true });
  return {
    kind: 'encoder',
    hidden,
    vocabulary: 0,
    maxContext: null,
    layers: planLayers(
      config.integer('num_hidden_layers'),
      () => '',
      () => layer,
    ),
    outside: subsampling(config, hidden),
    tiedHead: false,
    headKnown: true,
  };
};

/** What sets a conformer block of this build apart from the next. */
interface BlockOptions {
  /** Positions enter by a projection and two biases; otherwise they turn queries and keys. */
  relative: boolean;
  norm: NormKind;
  /** Biases where the file does not say. */
  bias: boolean;
}

/** A conformer block of Parakeet and its kin: a feed-forward network on each side of attention and a sliding kernel. */
export function conformerBlock(config: Config, hidden: number, o: BlockOptions): LayerPlan {
  const path = 'encoder.layers.{layer}.';
  const heads = config.integer('num_attention_heads');
  const headDim = headWidth(config, hidden, heads);
  const width = config.integer('intermediate_size');
  const bias = config.flag(o.bias, 'attention_bias');
  const convBias = { bias: config.flag(o.bias, 'convolution_bias') };
  const kernel = config.integer('conv_kernel_size');
  const attention = groupedAttention({
    module: `${path}self_attn`,
    hidden,
    queryHeads: heads,
    kvHeads: config.optional('num_key_value_heads') ?? heads,
    headDim,
    qkvBias: bias,
    outBias: bias,
    causal: false,
  });
  const feedForwards = ['feed_forward1', 'feed_forward2'].map((name) =>
    denseFeedForward({
      module: path + name,
      hidden,
      width,
      gated: false,
      bias,
      names: { up: 'linear1', down: 'linear2' },
    }),
  );
  return {
    mixer: {
      ...attention,
      weights: [
        ...attention.weights,
        ...(o.relative
          ? [
              ...matrix(`${path}self_attn.relative_k_proj`, heads * headDim, hidden, 'attention'),
              vector(`${path}self_attn.bias_u`, [heads, headDim], 'attention'),
              vector(`${path}self_attn.bias_v`, [heads, headDim], 'attention'),
            ]
          : []),
      ],
    },
    feedForward: {
      feedForward: { kind: 'dense', matrices: 2, width: 2 * width },
      weights: feedForwards.flatMap((each) => each.weights),
    },
    others: [
      ...NORMS.flatMap((name) => norm(path + name, hidden, o.norm)),
      ...convolution(`${path}conv.pointwise_conv1`, [2 * hidden, hidden, 1], 'other', convBias),
      ...convolution(`${path}conv.depthwise_conv`, [hidden, 1, kernel], 'other', convBias),
      ...norm(`${path}conv.norm`, hidden, 'layer'),
      ...convolution(`${path}conv.pointwise_conv2`, [hidden, hidden, 1], 'other', convBias),
    ],
  };
}

/** One plain convolution, then pairs of one a channel and one across channels, each halving time. */
function subsampling(config: Config, hidden: number): WeightTensor[] {
  const channels = config.integer('subsampling_conv_channels');
  const kernel = config.integer('subsampling_conv_kernel_size');
  const stride = config.integer('subsampling_conv_stride');
  const steps = Math.floor(Math.log2(config.integer('subsampling_factor')));
  const bins = Math.floor(config.integer('num_mel_bins') / stride ** steps);
  const prefix = 'encoder.subsampling.';
  const conv = (index: number, shape: readonly number[]): WeightTensor[] =>
    convolution(`${prefix}layers.${String(index)}`, shape, 'other', { bias: true });
  return [
    ...conv(0, [channels, 1, kernel, kernel]),
    ...Array.from({ length: Math.max(0, steps - 1) }, (_, step) => [
      ...conv(2 + 3 * step, [channels, 1, kernel, kernel]),
      ...conv(3 + 3 * step, [channels, channels, 1, 1]),
    ]).flat(),
    ...matrix(`${prefix}linear`, hidden, channels * bins, 'other', { bias: true }),
  ];
}

/** An encoder with a letter for each frame, as Parakeet and LASR have it. */
export function framesToLetters(context: FamilyContext, encoderType: string): FamilyModel {
  const { config, architecture, notes } = context;
  const encoder = encoderOf(context.nested('encoder_config', encoderType, { evenIfAbsent: true }));
  const vocabulary = config.integer('vocab_size');
  config.understood('tie_word_embeddings');
  if (!/ForCTC$/.test(architecture))
    notes.doubt(
      'unknown-head',
      'The architecture is not said or not known: counted is the model for letters.',
    );
  return {
    ...encoder,
    vocabulary,
    outside: [
      ...encoder.outside,
      ...convolution('ctc_head', [vocabulary, encoder.hidden, 1], 'head', { bias: true }),
    ],
  };
}

/** Parakeet with a letter for each frame. */
export const parakeetCtc: Family = (context) => framesToLetters(context, 'parakeet_encoder');

/** Parakeet with a transducer: a small recurrent decoder, and one head that joins both. */
export const parakeetTransducer: Family = (context) => {
  const { config, architecture, notes, modelType } = context;
  const encoder = encoderOf(context.nested('encoder_config', 'parakeet_encoder', { evenIfAbsent: true }));
  const vocabulary = config.integer('vocab_size');
  const hidden = config.integer('decoder_hidden_size');
  const durations = modelType === 'parakeet_tdt' ? (config.list('durations')?.length ?? 5) : 0;
  config.understood('max_symbols_per_step', 'blank_token_id', 'tie_word_embeddings');
  if (!/For(?:TDT|RNNT)$/.test(architecture))
    notes.doubt(
      'unknown-head',
      'The architecture is not said or not known: counted is the whole transducer.',
    );
  return {
    kind: 'encoder-decoder',
    hidden,
    vocabulary,
    maxContext: null,
    layers: [],
    outside: [
      ...matrix('encoder_projector', hidden, encoder.hidden, 'other', { bias: true }),
      lookup('decoder.embedding', vocabulary, hidden),
      ...lstm('decoder.lstm', hidden, config.integer('num_decoder_layers')),
      ...matrix('decoder.decoder_projector', hidden, hidden, 'other', { bias: true }),
      ...matrix('joint.head', vocabulary + durations, hidden, 'head', { bias: true }),
    ],
    tiedHead: false,
    headKnown: true,
    towers: [asTower(encoder, 'audio')],
  };
};

function encoderOf(model: FamilyModel | undefined): FamilyModel {
  if (model === undefined) throw new ReadFailure('contradiction', 'encoder_config is no configuration.');
  return model;
}
