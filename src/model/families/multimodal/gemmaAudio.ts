import type { Config } from '../../config';
import type { Family, FamilyModel } from '../../family';
import { denseWeights } from '../../parts/feedForward';
import { planLayers, type LayerPlan } from '../../parts/foldLayers';
import { convolution, matrix, norm, vector } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';

/** How many times narrower the two strided convolutions make the spectrum. */
const SHRINKS = 4;

interface Conformer {
  hidden: number;
  heads: number;
  layers: number;
  /** Taps of the depth-wise convolution. */
  kernel: number;
  /** Channels of the two convolutions before the blocks. */
  channels: readonly [number, number];
  /** What the first linear layer takes in. */
  flat: number;
}

/** Gemma's conformer: half a feed-forward network, attention with relative positions, a convolution, the other half. */
function conformer(c: Conformer): FamilyModel {
  const stem = 'audio_tower.subsample_conv_projection';
  const layer = (name: string, out: number, input: number): WeightTensor[] => [
    ...convolution(`${stem}.${name}.conv`, [out, input, 3, 3], 'other'),
    ...norm(`${stem}.${name}.norm`, out, 'rms'),
  ];
  return {
    kind: 'encoder',
    hidden: c.hidden,
    vocabulary: 0,
    maxContext: null,
    layers: planLayers(
      c.layers,
      () => '',
      () => block(c),
    ),
    outside: [
      ...layer('layer0', c.channels[0], 1),
      ...layer('layer1', c.channels[1], c.channels[0]),
      ...matrix(`${stem}.input_proj_linear`, c.hidden, c.flat, 'other'),
    ],
    tiedHead: false,
  };
}

function block(c: Conformer): LayerPlan {
  const path = 'audio_tower.layers.{layer}.';
  const headDim = Math.floor(c.hidden / Math.max(1, c.heads));
  const width = 4 * c.hidden;
  const half = (name: string): WeightTensor[] => [
    ...norm(`${path}${name}.pre_layer_norm`, c.hidden, 'rms'),
    ...denseWeights({
      module: path + name,
      hidden: c.hidden,
      width,
      gated: false,
      names: { up: 'ffw_layer_1', down: 'ffw_layer_2' },
    }),
    ...norm(`${path}${name}.post_layer_norm`, c.hidden, 'rms'),
  ];
  return {
    mixer: {
      mixer: {
        kind: 'attention',
        queryHeads: c.heads,
        kvHeads: c.heads,
        keyHeadDim: headDim,
        valueHeadDim: headDim,
        causal: false,
      },
      weights: [
        ...['q_proj', 'k_proj', 'v_proj', 'relative_k_proj'].flatMap((name) =>
          matrix(`${path}self_attn.${name}`, c.heads * headDim, c.hidden, 'attention'),
        ),
        ...matrix(`${path}self_attn.post`, c.hidden, c.hidden, 'attention'),
        vector(`${path}self_attn.per_dim_scale`, headDim, 'attention'),
      ],
    },
    feedForward: { feedForward: { kind: 'dense', matrices: 2, width: 2 * width }, weights: [] },
    others: [
      ...half('feed_forward1'),
      ...half('feed_forward2'),
      ...matrix(`${path}lconv1d.linear_start`, 2 * c.hidden, c.hidden, 'other'),
      ...convolution(`${path}lconv1d.depthwise_conv1d`, [c.hidden, 1, c.kernel], 'other'),
      ...matrix(`${path}lconv1d.linear_end`, c.hidden, c.hidden, 'other'),
      ...[
        'lconv1d.pre_layer_norm',
        'lconv1d.conv_norm',
        'norm_pre_attn',
        'norm_post_attn',
        'norm_out',
      ].flatMap((name) => norm(path + name, c.hidden, 'rms')),
    ],
  };
}

function channelsOf(config: Config, key: string): readonly [number, number] {
  const said = config.integers(key);
  return [said?.[0] ?? 0, said?.[1] ?? 0];
}

/** Gemma 4's audio tower, with a matrix at its end. */
export const gemma4Audio: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const channels = channelsOf(config, 'subsampling_conv_channels');
  const out = config.integer('output_proj_dims');
  config.understood(
    'attention_chunk_size',
    'attention_context_left',
    'attention_context_right',
    'attention_logit_cap',
    'attention_invalid_logits_value',
    'residual_weight',
    'use_clipped_linears',
  );
  const tower = conformer({
    hidden,
    heads: config.integer('num_attention_heads'),
    layers: config.integer('num_hidden_layers'),
    kernel: config.integer('conv_kernel_size'),
    channels,
    flat: Math.floor(channels[0] / SHRINKS) * channels[1],
  });
  return {
    ...tower,
    hidden: out,
    outside: [...tower.outside, ...matrix('audio_tower.output_proj', out, hidden, 'other', { bias: true })],
  };
};

/** Gemma 3n's audio tower. */
export const gemma3nAudio: Family = ({ config, notes }) => {
  const channels = channelsOf(config, 'sscp_conv_channel_size');
  const usual = (key: string, value: string): boolean =>
    !config.says(key) || JSON.stringify(config.value(key)) === value;
  if (!usual('sscp_conv_kernel_size', '[[3,3],[3,3]]') || !usual('sscp_conv_stride_size', '[[2,2],[2,2]]'))
    notes.doubt('unknown-key', 'Convolutions of other kernels or strides than the class’s are not known.');
  config.understood(
    'conf_attention_chunk_size',
    'conf_attention_context_left',
    'conf_attention_context_right',
    'conf_attention_logit_cap',
    'conf_positional_bias_size',
    'conf_reduction_factor',
    'conf_residual_weight',
    'sscp_conv_eps',
    'sscp_conv_group_norm_eps',
    'vocab_offset',
    'vocab_size',
  );
  return conformer({
    hidden: config.integer('hidden_size'),
    heads: config.integer('conf_num_attention_heads'),
    layers: config.integer('conf_num_hidden_layers'),
    kernel: config.integer('conf_conv_kernel_size'),
    channels,
    flat: Math.ceil(config.integer('input_feat_size') / SHRINKS) * channels[1],
  });
};
