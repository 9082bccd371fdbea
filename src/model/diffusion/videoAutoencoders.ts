import type { Config } from '../config';
import type { Family } from '../family';
import type { LayerPlan } from '../parts/foldLayers';
import { convolution, norm } from '../parts/tensors';
import { ReadFailure } from '../readFailure';
import type { WeightTensor } from '../spec';
import { groupAttention } from './residualBlock';
import { blockCount, COMMON_KEYS, diffusionModel, levelWidths } from './tensors';
import { stage } from './uShape';

const cube = (name: string, out: number, input: number, size = 3): WeightTensor[] =>
  convolution(name, [out, input, size, size, size], 'other', { bias: true });

type Norm = (path: string, width: number) => WeightTensor[];

const plainNorm: Norm = (path, width) => norm(path, width, 'layer', 'other');

/** Two kernels over picture and time with norms, and a shortcut where the width changes. */
function block(path: string, input: number, out: number, normed: Norm): WeightTensor[] {
  return [
    ...normed(`${path}.norm1`, input),
    ...cube(`${path}.conv1.conv`, out, input),
    ...normed(`${path}.norm2`, out),
    ...cube(`${path}.conv2.conv`, out, out),
    ...(input === out ? [] : cube(`${path}.conv_shortcut`, out, input, 1)),
  ];
}

/** One half of an autoencoder: levels of blocks, each with what changes its size where `resized` says so. */
function half(
  path: string,
  widths: readonly number[],
  perLevel: number,
  normed: Norm,
  resized: (level: number, width: number) => WeightTensor[],
): LayerPlan[] {
  let input = widths[0] ?? 0;
  return widths.map((width, level) => {
    const weights: WeightTensor[] = [];
    for (let index = 0; index < perLevel; index += 1) {
      weights.push(...block(`${path}.${String(level)}.resnets.${String(index)}`, input, width, normed));
      input = width;
    }
    return stage([...weights, ...resized(level, width)]);
  });
}

function middle(path: string, width: number, normed: Norm, attends: boolean): LayerPlan {
  return stage([
    ...block(`${path}.resnets.0`, width, width, normed),
    ...(attends ? groupAttention(`${path}.attentions.0`, width) : []),
    ...block(`${path}.resnets.1`, width, width, normed),
  ]);
}

interface Sizes {
  widths: readonly number[];
  first: number;
  last: number;
  perLevel: number;
  latent: number;
  input: number;
  out: number;
}

function sizesOf(config: Config, down: string, up: string): Sizes {
  const widths = levelWidths(config) ?? [];
  const [first] = widths;
  const last = widths.at(-1);
  if (first === undefined || last === undefined)
    throw new ReadFailure('missing-key', 'block_out_channels is not said.');
  for (const [key, kind] of [
    ['down_block_types', down],
    ['up_block_types', up],
  ] as const) {
    const kinds = config.texts(key) ?? [];
    if (kinds.length !== widths.length || kinds.some((one) => one !== kind))
      throw new ReadFailure(
        'unsupported',
        `${key} names blocks that are not known, or not one for each width.`,
      );
  }
  config.understood(
    ...COMMON_KEYS,
    'act_fn',
    'norm_num_groups',
    'scaling_factor',
    'shift_factor',
    'force_upcast',
  );
  config.understood('latents_mean', 'latents_std', 'invert_scale_latents');
  return {
    widths,
    first,
    last,
    perLevel: blockCount(config, 'layers_per_block'),
    latent: config.integer('latent_channels'),
    input: config.integerOr(3, 'in_channels'),
    out: config.integerOr(3, 'out_channels'),
  };
}

/** HunyuanVideo's autoencoder: kernels over picture and time, attention in the middle of both halves. */
export const hunyuanVideoAutoencoder: Family = ({ config }) => {
  const s = sizesOf(config, 'HunyuanVideoDownBlock3D', 'HunyuanVideoUpBlock3D');
  const space = Math.floor(Math.log2(config.integer('spatial_compression_ratio')));
  const ratio = config.integer('temporal_compression_ratio');
  if (ratio !== 4 && ratio !== 8)
    throw new ReadFailure('unsupported', 'temporal_compression_ratio is not one that the class takes.');
  const time = Math.log2(ratio);
  const end = s.widths.length - 1;
  const attends = config.flag(true, 'mid_block_add_attention');
  // Time is halved in the last levels but one where it is quartered in all, in the first ones where it goes further.
  const resizes = (level: number): boolean =>
    level < space || (ratio === 4 ? level >= end - time && level !== end : level < time);
  const resampled =
    (path: string) =>
    (level: number, width: number): WeightTensor[] =>
      resizes(level) ? cube(`${path}.${String(level)}.conv.conv`, width, width) : [];
  return diffusionModel(
    s.first,
    [
      ...half('encoder.down_blocks', s.widths, s.perLevel, plainNorm, resampled('encoder.downsamplers')),
      middle('encoder.mid_block', s.last, plainNorm, attends),
      middle('decoder.mid_block', s.last, plainNorm, attends),
      ...half(
        'decoder.up_blocks',
        [...s.widths].reverse(),
        s.perLevel + 1,
        plainNorm,
        resampled('decoder.upsamplers'),
      ),
    ],
    [
      ...cube('encoder.conv_in.conv', s.first, s.input),
      ...plainNorm('encoder.conv_norm_out', s.last),
      ...cube('encoder.conv_out.conv', 2 * s.latent, s.last),
      ...cube('quant_conv', 2 * s.latent, 2 * s.latent, 1),
      ...cube('post_quant_conv', s.latent, s.latent, 1),
      ...cube('decoder.conv_in.conv', s.last, s.latent),
      ...plainNorm('decoder.conv_norm_out', s.first),
      ...cube('decoder.conv_out.conv', s.out, s.first),
    ],
  );
};

/** CogVideoX's autoencoder: norms of the decoder take the latents in. */
export const cogVideoXAutoencoder: Family = ({ config, notes }) => {
  const s = sizesOf(config, 'CogVideoXDownBlock3D', 'CogVideoXUpBlock3D');
  if (config.flag(false, 'use_quant_conv') || config.flag(false, 'use_post_quant_conv'))
    notes.doubt('unknown-key', 'Kernels around the latents are not known in this family.');
  config.understood('temporal_compression_ratio', 'sample_height', 'sample_width');
  const spatialNorm: Norm = (path, width) => [
    ...norm(`${path}.norm_layer`, width, 'layer', 'other'),
    ...cube(`${path}.conv_y.conv`, width, s.latent, 1),
    ...cube(`${path}.conv_b.conv`, width, s.latent, 1),
  ];
  const resampled =
    (path: string) =>
    (level: number, width: number): WeightTensor[] =>
      level === s.widths.length - 1
        ? []
        : convolution(`${path}.${String(level)}.conv`, [width, width, 3, 3], 'other', { bias: true });
  return diffusionModel(
    s.first,
    [
      ...half('encoder.down_blocks', s.widths, s.perLevel, plainNorm, resampled('encoder.downsamplers')),
      middle('encoder.mid_block', s.last, plainNorm, false),
      middle('decoder.mid_block', s.last, spatialNorm, false),
      ...half(
        'decoder.up_blocks',
        [...s.widths].reverse(),
        s.perLevel + 1,
        spatialNorm,
        resampled('decoder.upsamplers'),
      ),
    ],
    [
      ...cube('encoder.conv_in.conv', s.first, s.input),
      ...plainNorm('encoder.norm_out', s.last),
      ...cube('encoder.conv_out.conv', 2 * s.latent, s.last),
      ...cube('decoder.conv_in.conv', s.last, s.latent),
      ...spatialNorm('decoder.norm_out', s.first),
      ...cube('decoder.conv_out.conv', s.out, s.first),
    ],
  );
};
