import type { Config } from '../config';
import type { Family, FamilyModel } from '../family';
import { planLayers } from '../parts/foldLayers';
import { convolution, norm, vector } from '../parts/tensors';
import type { WeightTensor } from '../spec';
import {
  attention,
  biased,
  blockCount,
  COMMON_KEYS,
  diffusionModel,
  embedder,
  network,
  plan,
  TIME_CHANNELS,
} from './tensors';

interface CrossBlocks {
  heads: number;
  headDim: number;
  context: number;
  bias: boolean;
  outBias?: boolean;
  /** Norms over all heads together on query and key. */
  normed?: boolean;
  /** Norms before each part store a scale and a shift. */
  affine: 'none' | 'rms' | 'layer';
  norms: readonly string[];
}

/** Blocks that attend to themselves, then to the text, shifted by one table each. */
function crossBlocks(config: Config, b: CrossBlocks): FamilyModel['layers'] {
  const d = b.heads * b.headDim;
  const p = 'transformer_blocks.{layer}.';
  const common = {
    hidden: d,
    inner: d,
    bias: b.bias,
    outBias: b.outBias ?? true,
    ...(b.normed === true ? { norm: { width: d, kind: 'rms' as const } } : {}),
  };
  return planLayers(
    blockCount(config, 'num_layers'),
    () => '',
    () =>
      plan(b.heads, b.headDim, 4 * d, {
        mixer: [
          ...attention({ ...common, module: `${p}attn1` }),
          ...attention({ ...common, module: `${p}attn2`, context: b.context }),
        ],
        network: network(`${p}ff`, d, 4 * d),
        others: [
          ...b.norms.flatMap((name) => norm(p + name, d, b.affine)),
          vector(`${p}scale_shift_table`, [6, d], 'norms'),
        ],
      }),
  );
}

/** One shift for all blocks from the time step. */
function singleShift(module: string, d: number, conditions: boolean): WeightTensor[] {
  const third = Math.floor(d / 3);
  return [
    ...embedder(`${module}.emb.timestep_embedder`, d, TIME_CHANNELS),
    ...(conditions
      ? ['resolution_embedder', 'aspect_ratio_embedder'].flatMap((name) =>
          embedder(`${module}.emb.${name}`, third, TIME_CHANNELS),
        )
      : []),
    ...biased(`${module}.linear`, 6 * d, d, 'norms'),
  ];
}

/** PixArt-α and Σ; a class at 1024 pixels embeds size and aspect too. */
export const pixart: Family = ({ config, notes }) => {
  const heads = config.integer('num_attention_heads');
  const headDim = config.integer('attention_head_dim');
  const d = heads * headDim;
  const patch = config.integer('patch_size');
  const channels = config.integer('in_channels');
  const caption = config.optional('caption_channels');
  const conditions = config.flag(config.optional('sample_size') === 128, 'use_additional_conditions');
  if ((config.text('norm_type') ?? 'ada_norm_single') !== 'ada_norm_single')
    notes.doubt('unknown-key', 'norm_type is of a kind that is not known in this family.');
  if ((config.text('attention_type') ?? 'default') !== 'default')
    notes.doubt('unknown-key', 'attention_type is of a kind that is not known in this family.');
  config.understood(...COMMON_KEYS, 'num_embeds_ada_norm', 'norm_num_groups');
  return diffusionModel(
    d,
    crossBlocks(config, {
      heads,
      headDim,
      context: config.integer('cross_attention_dim'),
      bias: config.flag(true, 'attention_bias'),
      affine: config.flag(false, 'norm_elementwise_affine') ? 'layer' : 'none',
      norms: ['norm1', 'norm2'],
    }),
    [
      ...convolution('pos_embed.proj', [d, channels, patch, patch], 'embedding', { bias: true }),
      ...singleShift('adaln_single', d, conditions),
      ...(caption === undefined ? [] : embedder('caption_projection', d, caption)),
      vector('scale_shift_table', [2, d], 'norms'),
      ...biased('proj_out', patch * patch * (config.optional('out_channels') ?? channels), d, 'head'),
    ],
  );
};

/** LTX-Video: PixArt's blocks over latents that need no patches, norms on all heads together. */
export const ltx: Family = ({ config, notes }) => {
  const heads = config.integer('num_attention_heads');
  const headDim = config.integer('attention_head_dim');
  const d = heads * headDim;
  const channels = config.integer('in_channels');
  if (
    config.raw['qk_norm'] === null ||
    (config.text('qk_norm') ?? 'rms_norm_across_heads') !== 'rms_norm_across_heads'
  )
    notes.doubt('unknown-key', 'qk_norm is of a kind that is not known in this family.');
  const outBias = config.flag(true, 'attention_out_bias');
  config.understood(...COMMON_KEYS, 'patch_size', 'patch_size_t');
  return diffusionModel(
    d,
    crossBlocks(config, {
      heads,
      headDim,
      context: config.integer('cross_attention_dim'),
      bias: config.flag(true, 'attention_bias'),
      normed: true,
      outBias,
      affine: config.flag(false, 'norm_elementwise_affine') ? 'rms' : 'none',
      norms: ['norm1', 'norm2'],
    }),
    [
      ...biased('proj_in', d, channels, 'embedding'),
      ...singleShift('time_embed', d, false),
      ...embedder('caption_projection', d, config.integer('caption_channels')),
      vector('scale_shift_table', [2, d], 'norms'),
      ...biased('proj_out', config.optional('out_channels') ?? channels, d, 'head'),
    ],
  );
};

/** Allegro: PixArt's blocks over a video. */
export const allegro: Family = ({ config }) => {
  const heads = config.integer('num_attention_heads');
  const headDim = config.integer('attention_head_dim');
  const d = heads * headDim;
  const patch = config.integer('patch_size');
  const channels = config.integer('in_channels');
  config.understood(...COMMON_KEYS, 'patch_size_t', 'interpolation_scale_h', 'interpolation_scale_w');
  config.understood('interpolation_scale_t');
  return diffusionModel(
    d,
    crossBlocks(config, {
      heads,
      headDim,
      context: config.integer('cross_attention_dim'),
      bias: config.flag(true, 'attention_bias'),
      affine: config.flag(false, 'norm_elementwise_affine') ? 'layer' : 'none',
      norms: ['norm1', 'norm2', 'norm3'],
    }),
    [
      ...convolution('pos_embed.proj', [d, channels, patch, patch], 'embedding', { bias: true }),
      ...singleShift('adaln_single', d, false),
      ...embedder('caption_projection', d, config.integer('caption_channels')),
      vector('scale_shift_table', [2, d], 'norms'),
      ...biased('proj_out', patch * patch * (config.optional('out_channels') ?? channels), d, 'head'),
    ],
  );
};

/** Sana: linear attention over the picture, attention to the text, a network of small convolutions. */
export const sana: Family = ({ config, notes }) => {
  const heads = config.integer('num_attention_heads');
  const headDim = config.integer('attention_head_dim');
  const d = heads * headDim;
  const inner = config.integer('num_cross_attention_heads') * config.integer('cross_attention_head_dim');
  const context = config.integer('cross_attention_dim');
  const width = Math.floor((config.number('mlp_ratio') ?? 2.5) * d);
  const patch = config.integer('patch_size');
  const channels = config.integer('in_channels');
  if (config.text('qk_norm') !== undefined)
    notes.doubt('unknown-key', 'Norms on query and key are not known in this family.');
  config.understood(...COMMON_KEYS, 'guidance_embeds_scale', 'timestep_scale');
  const p = 'transformer_blocks.{layer}.';
  const bias = config.flag(false, 'attention_bias');
  const affine = config.flag(false, 'norm_elementwise_affine') ? 'layer' : 'none';
  const guided = config.flag(false, 'guidance_embeds');
  return diffusionModel(
    d,
    planLayers(
      blockCount(config, 'num_layers'),
      () => '',
      () =>
        plan(
          heads,
          headDim,
          width,
          {
            mixer: [
              ...attention({ module: `${p}attn1`, hidden: d, inner: d, bias }),
              ...attention({ module: `${p}attn2`, hidden: d, inner, context }),
            ],
            network: [
              ...convolution(`${p}ff.conv_inverted`, [2 * width, d, 1, 1], 'feedForward', { bias: true }),
              ...convolution(`${p}ff.conv_depth`, [2 * width, 1, 3, 3], 'feedForward', { bias: true }),
              ...convolution(`${p}ff.conv_point`, [d, width, 1, 1], 'feedForward'),
            ],
            others: [...norm(`${p}norm2`, d, affine), vector(`${p}scale_shift_table`, [6, d], 'norms')],
          },
          3,
        ),
    ),
    [
      ...convolution('patch_embed.proj', [d, channels, patch, patch], 'embedding', { bias: true }),
      ...(guided
        ? [
            ...embedder('time_embed.timestep_embedder', d, TIME_CHANNELS),
            ...embedder('time_embed.guidance_embedder', d, TIME_CHANNELS),
            ...biased('time_embed.linear', 6 * d, d, 'norms'),
          ]
        : singleShift('time_embed', d, false)),
      ...embedder('caption_projection', d, config.integer('caption_channels')),
      ...norm('caption_norm', d, 'rms'),
      vector('scale_shift_table', [2, d], 'norms'),
      ...biased('proj_out', patch * patch * (config.optional('out_channels') ?? channels), d, 'head'),
    ],
  );
};
