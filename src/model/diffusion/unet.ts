import type { Config } from '../config';
import type { Family } from '../family';
import type { LayerPlan } from '../parts/foldLayers';
import { NO_FEED_FORWARD, NO_MIXER } from '../parts/block';
import { convolution, lookup, matrix, norm } from '../parts/tensors';
import { ReadFailure } from '../readFailure';
import type { Mixer, WeightTensor } from '../spec';
import { residualBlock, resample } from './residualBlock';
import { blockCount, diffusionModel, embedder, levelWidths } from './tensors';

/** Widths and depths of one level of the U. */
interface Level {
  width: number;
  heads: number;
  crosses: boolean;
  transformers: number;
  onlyCross: boolean;
}

export interface Shape {
  levels: Level[];
  perLevel: number;
  time: number;
  context: number;
}

const DOWN = new Set(['CrossAttnDownBlock2D', 'DownBlock2D']);
const UP = new Set(['CrossAttnUpBlock2D', 'UpBlock2D']);

/** Keys that change nothing stored, or are at the value that changes nothing; any other value is a doubt. */
const PLAIN: Readonly<Record<string, unknown>> = {
  act_fn: 'silu',
  center_input_sample: false,
  attention_type: 'default',
  class_embeddings_concat: false,
  dual_cross_attention: false,
  flip_sin_to_cos: true,
  mid_block_only_cross_attention: false,
  mid_block_type: 'UNetMidBlock2DCrossAttn',
  mid_block_scale_factor: 1,
  resnet_out_scale_factor: 1,
  resnet_skip_time_act: false,
  resnet_time_scale_shift: 'default',
  time_embedding_type: 'positional',
  freq_shift: 0,
};

const IGNORED = [
  'sample_size',
  'downsample_padding',
  'norm_num_groups',
  'norm_eps',
  'upcast_attention',
  'use_linear_projection',
  'addition_time_embed_dim',
  'addition_embed_type_num_heads',
  '_class_name',
  '_diffusers_version',
  'dropout',
  'num_attention_heads',
  'decay',
  'inv_gamma',
  'min_decay',
  'optimization_step',
  'power',
  'update_after_step',
  'use_ema_warmup',
];

/** The U-Net of Stable Diffusion 1, 2, XL and their upscalers. */
export const unet: Family = ({ config }) => {
  const { shape, first, outside } = unetFront(config, true);
  const out = config.integer('out_channels');
  const kernel = config.integerOr(3, 'conv_out_kernel');
  return diffusionModel(
    first,
    [...downward(shape, first), middle(shape), ...upward(shape, first)],
    [
      ...outside,
      ...norm('conv_norm_out', first, 'layer', 'other'),
      ...convolution('conv_out', [out, first, kernel, kernel], 'other', { bias: true }),
    ],
  );
};

/** What a U-Net and its control networks share: the shape of the levels, and the weights before them. */
export function unetFront(
  config: Config,
  upward: boolean,
): { shape: Shape; first: number; outside: WeightTensor[] } {
  for (const [key, plain] of Object.entries(PLAIN)) {
    const value = config.value(key);
    if (value !== undefined && value !== plain)
      config.notes.doubt('unknown-key', `${key} is not at its usual value, which may change weights.`);
  }
  // No block in the middle is said by null, which is not the same as nothing said.
  if (config.raw['mid_block_type'] === null)
    config.notes.doubt('unknown-key', 'mid_block_type is null: that there is no middle is not known here.');
  config.understood(...IGNORED);
  const widths = levelWidths(config) ?? [];
  const first = widths[0];
  if (first === undefined) throw new ReadFailure('missing-key', 'block_out_channels is not said.');
  const time = config.optional('time_embedding_dim') ?? 4 * first;
  const shape: Shape = {
    levels: levelsOf(config, widths, upward),
    perLevel: blockCount(config, 'layers_per_block'),
    time,
    context: config.integerOr(1280, 'cross_attention_dim'),
  };
  const guidance = config.optional('time_cond_proj_dim');
  const kernel = config.integerOr(3, 'conv_in_kernel');
  return {
    shape,
    first,
    outside: [
      ...convolution('conv_in', [first, config.integer('in_channels'), kernel, kernel], 'other', {
        bias: true,
      }),
      ...embedder('time_embedding', time, first, time),
      ...(guidance === undefined ? [] : matrix('time_embedding.cond_proj', first, guidance, 'embedding')),
      ...conditions(config, time, first),
    ],
  };
}

/** What the picture is conditioned on beside the text: a class, or the sizes that XL is told. */
function conditions(config: Config, time: number, first: number): WeightTensor[] {
  const addition = config.text('addition_embed_type');
  const input = config.optional('projection_class_embeddings_input_dim');
  const other = config.value(
    'encoder_hid_dim',
    'encoder_hid_dim_type',
    'cross_attention_norm',
    'time_embedding_act_fn',
    'timestep_post_act',
  );
  if (other !== undefined || (addition !== undefined && addition !== 'text_time'))
    config.notes.doubt('unknown-key', 'The network is conditioned in a way that is not known here.');
  return [
    ...classEmbedding(config, time, first, input),
    ...(addition === 'text_time' && input !== undefined ? embedder('add_embedding', time, input) : []),
  ];
}

function classEmbedding(
  config: Config,
  time: number,
  first: number,
  input: number | undefined,
): WeightTensor[] {
  const classes = config.optional('num_class_embeds');
  const kind = config.text('class_embed_type');
  if (kind === undefined) return classes === undefined ? [] : [lookup('class_embedding', classes, time)];
  if (kind === 'timestep') return embedder('class_embedding', time, first);
  if (kind === 'identity') return [];
  if (kind === 'projection' && input !== undefined) return embedder('class_embedding', time, input);
  if (kind === 'simple_projection' && input !== undefined)
    return matrix('class_embedding', time, input, 'embedding', { bias: true });
  config.notes.doubt('unknown-key', 'Classes are embedded in a way that is not known here.');
  return [];
}

function levelsOf(config: Config, widths: readonly number[], upward: boolean): Level[] {
  const down = config.texts('down_block_types') ?? [];
  const up = upward ? (config.texts('up_block_types') ?? []) : mirrored(down);
  if (
    down.some((kind) => !DOWN.has(kind)) ||
    up.some((kind) => !UP.has(kind)) ||
    down.length !== widths.length ||
    up.length !== widths.length
  ) {
    throw new ReadFailure('unsupported', 'The U-Net has blocks that are not known.');
  }
  const perLevel = <T>(key: string, fallback: T): ((index: number) => T) => {
    const value = config.value(key) as T | readonly T[] | undefined;
    return (index) =>
      Array.isArray(value)
        ? ((value as readonly T[])[index] ?? fallback)
        : ((value as T | undefined) ?? fallback);
  };
  const heads = perLevel<number>('attention_head_dim', 8);
  const transformers = perLevel<number>('transformer_layers_per_block', 1);
  const onlyCross = perLevel<boolean>('only_cross_attention', false);
  if (config.value('reverse_transformer_layers_per_block') !== undefined)
    config.notes.doubt('unknown-key', 'The upward half has depths of its own.');
  down.forEach((kind, index) => {
    if (kind.startsWith('Cross') !== (up[widths.length - 1 - index]?.startsWith('Cross') ?? false)) {
      config.notes.doubt('contradiction', 'The upward half does not mirror the downward half.');
    }
  });
  return widths.map((width, index) => ({
    width,
    heads: heads(index),
    crosses: down[index]?.startsWith('Cross') ?? false,
    transformers: transformers(index),
    onlyCross: onlyCross(index),
  }));
}

/** A network without an upward half is read as one whose halves mirror each other. */
function mirrored(down: readonly string[]): string[] {
  return down.map((kind) => kind.replace('Down', 'Up')).reverse();
}

function stage(weights: WeightTensor[], level: Level | null): LayerPlan {
  const mixer: Mixer =
    level === null
      ? { kind: 'none' }
      : {
          kind: 'attention',
          queryHeads: level.heads,
          kvHeads: level.heads,
          keyHeadDim: level.width / level.heads,
          valueHeadDim: level.width / level.heads,
          causal: false,
        };
  return { mixer: { ...NO_MIXER, mixer }, feedForward: NO_FEED_FORWARD, others: weights };
}

export function downward(shape: Shape, first: number): LayerPlan[] {
  let input = first;
  return shape.levels.map((level, index) => {
    const path = `down_blocks.${String(index)}`;
    const weights: WeightTensor[] = [];
    for (let block = 0; block < shape.perLevel; block += 1) {
      weights.push(...residualBlock(`${path}.resnets.${String(block)}`, input, level.width, shape.time));
      if (level.crosses)
        weights.push(...transformer(`${path}.attentions.${String(block)}`, level, shape.context));
      input = level.width;
    }
    if (index < shape.levels.length - 1)
      weights.push(...resample(`${path}.downsamplers.0.conv`, level.width));
    return stage(weights, level.crosses ? level : null);
  });
}

export function middle(shape: Shape): LayerPlan {
  const last = shape.levels.at(-1);
  if (last === undefined) throw new ReadFailure('missing-key', 'block_out_channels is empty.');
  const deepest = { ...last, onlyCross: false };
  return stage(
    [
      ...residualBlock('mid_block.resnets.0', last.width, last.width, shape.time),
      ...transformer('mid_block.attentions.0', deepest, shape.context),
      ...residualBlock('mid_block.resnets.1', last.width, last.width, shape.time),
    ],
    deepest,
  );
}

/** Each block of the upward half also takes what the downward half left at its level. */
function upward(shape: Shape, first: number): LayerPlan[] {
  const reversed = [...shape.levels].reverse();
  return reversed.map((level, index) => {
    const path = `up_blocks.${String(index)}`;
    const before = reversed[Math.max(0, index - 1)]?.width ?? level.width;
    const left = reversed[index + 1]?.width ?? first;
    const weights: WeightTensor[] = [];
    for (let block = 0; block <= shape.perLevel; block += 1) {
      const skip = block === shape.perLevel ? left : level.width;
      const input = block === 0 ? before : level.width;
      weights.push(
        ...residualBlock(`${path}.resnets.${String(block)}`, input + skip, level.width, shape.time),
      );
      if (level.crosses)
        weights.push(...transformer(`${path}.attentions.${String(block)}`, level, shape.context));
    }
    if (index < reversed.length - 1) weights.push(...resample(`${path}.upsamplers.0.conv`, level.width));
    return stage(weights, level.crosses ? level : null);
  });
}

/** Projections around blocks of self-attention, attention to the text, and a gated network of four times the width. */
export function transformer(
  path: string,
  level: Pick<Level, 'width' | 'transformers' | 'onlyCross'>,
  context: number,
): WeightTensor[] {
  const { width } = level;
  const blocks = { copies: level.transformers };
  const b = `${path}.transformer_blocks`;
  const part = 'attention';
  const own = level.onlyCross ? context : width;
  return [
    ...norm(`${path}.norm`, width, 'layer', 'other'),
    ...matrix(`${path}.proj_in`, width, width, part, { bias: true }),
    ...matrix(`${b}.attn1.to_q`, width, width, part, blocks),
    ...matrix(`${b}.attn1.to_k`, width, own, part, blocks),
    ...matrix(`${b}.attn1.to_v`, width, own, part, blocks),
    ...matrix(`${b}.attn1.to_out.0`, width, width, part, { ...blocks, bias: true }),
    ...matrix(`${b}.attn2.to_q`, width, width, part, blocks),
    ...matrix(`${b}.attn2.to_k`, width, context, part, blocks),
    ...matrix(`${b}.attn2.to_v`, width, context, part, blocks),
    ...matrix(`${b}.attn2.to_out.0`, width, width, part, { ...blocks, bias: true }),
    ...matrix(`${b}.ff.net.0.proj`, 8 * width, width, 'feedForward', { ...blocks, bias: true }),
    ...matrix(`${b}.ff.net.2`, width, 4 * width, 'feedForward', { ...blocks, bias: true }),
    ...['norm1', 'norm2', 'norm3']
      .flatMap((name) => norm(`${b}.${name}`, width, 'layer'))
      .map((tensor) => ({ ...tensor, ...blocks })),
    ...matrix(`${path}.proj_out`, width, width, part, { bias: true }),
  ];
}
