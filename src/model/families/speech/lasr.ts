import type { Config } from '../../config';
import type { Family } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers, type LayerPlan } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import { headWidth } from '../../parts/sizes';
import { convolution, matrix, norm } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';

const NORMS = ['norm_feed_forward1', 'norm_self_att', 'norm_conv', 'norm_feed_forward2', 'norm_out'];

/** LASR's encoder: conformer blocks with positions that turn and norms that store a scale. */
export const lasrEncoder: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const channels = config.integer('subsampling_conv_channels');
  const kernel = config.integer('subsampling_conv_kernel_size');
  config.understood(
    'subsampling_conv_stride',
    'max_position_embeddings',
    'layerdrop',
    'dropout_positions',
    'feed_forward_residual_weights',
    'conv_residual_weights',
    'batch_norm_momentum',
  );
  const layer = block(config, hidden);
  const bias = { bias: true };
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
    outside: [
      ...matrix('encoder.subsampler.dense_0', hidden, config.integer('num_mel_bins'), 'other', bias),
      ...convolution('encoder.subsampler.conv_0', [hidden, hidden, kernel], 'other', bias),
      ...convolution('encoder.subsampler.conv_1', [channels, hidden, kernel], 'other', bias),
      ...matrix('encoder.subsampler.dense_1', hidden, channels, 'other', bias),
      ...norm('encoder.out_norm', hidden, 'rms'),
    ],
    tiedHead: false,
    headKnown: true,
  };
};

function block(config: Config, hidden: number): LayerPlan {
  const path = 'encoder.layers.{layer}.';
  const heads = config.integer('num_attention_heads');
  const width = config.integer('intermediate_size');
  const bias = config.flag(false, 'attention_bias');
  const convBias = { bias: config.flag(false, 'convolution_bias') };
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
    mixer: groupedAttention({
      module: `${path}self_attn`,
      hidden,
      queryHeads: heads,
      kvHeads: config.optional('num_key_value_heads') ?? heads,
      headDim: headWidth(config, hidden, heads),
      qkvBias: bias,
      outBias: bias,
      causal: false,
    }),
    feedForward: {
      feedForward: { kind: 'dense', matrices: 2, width: 2 * width },
      weights: feedForwards.flatMap((each) => each.weights),
    },
    others: [
      ...NORMS.flatMap((name) => norm(path + name, hidden, 'rms')),
      ...convolution(`${path}conv.pointwise_conv1`, [2 * hidden, hidden, 1], 'other', convBias),
      ...convolution(
        `${path}conv.depthwise_conv`,
        [hidden, 1, config.integer('conv_kernel_size')],
        'other',
        convBias,
      ),
      ...norm(`${path}conv.norm`, hidden, 'layer'),
      ...convolution(`${path}conv.pointwise_conv2`, [hidden, hidden, 1], 'other', convBias),
    ],
  };
}

/** LASR with a letter for each frame. */
export const lasrCtc: Family = (context) => {
  const { config, architecture, notes } = context;
  const encoder = context.nested('encoder_config', 'lasr_encoder', { evenIfAbsent: true });
  if (encoder === undefined) throw new ReadFailure('contradiction', 'encoder_config is no configuration.');
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
};
