import type { Config } from '../../config';
import { convolution, matrix, norm, vector } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';

/** A network of convolutions that turns pictures into codes, or codes into pictures. */
export interface Codec {
  path: string;
  base: number;
  /** Channels of each level, as multiples of `base`. */
  multipliers: readonly number[];
  blocks: number;
  /** Channels of the picture, and of what stands for it. */
  pictures: number;
  latent: number;
  /** Whether the blocks of a level attend. */
  attends: (level: number) => boolean;
  /** Whether the middle attends. */
  middle: boolean;
  /** Width of attention where it is a transformer's; the block's channels by convolutions if absent. */
  attentionWidth?: number;
  /** Channels of the codes that norms are steered by; plain norms if absent. */
  steered?: number;
}

const conv = (path: string, shape: readonly number[]): WeightTensor[] =>
  convolution(path, shape, 'other', { bias: true });

function normOf(c: Codec, path: string, channels: number): WeightTensor[] {
  if (c.steered === undefined) return norm(path, channels, 'layer');
  return [
    ...norm(`${path}.norm_layer`, channels, 'layer'),
    ...conv(`${path}.conv_y`, [channels, c.steered, 1, 1]),
    ...conv(`${path}.conv_b`, [channels, c.steered, 1, 1]),
  ];
}

function residual(c: Codec, path: string, from: number, to: number): WeightTensor[] {
  return [
    ...normOf(c, `${path}.norm1`, from),
    ...conv(`${path}.conv1`, [to, from, 3, 3]),
    ...normOf(c, `${path}.norm2`, to),
    ...conv(`${path}.conv2`, [to, to, 3, 3]),
    ...(from === to ? [] : conv(`${path}.nin_shortcut`, [to, from, 1, 1])),
  ];
}

function attention(c: Codec, path: string, channels: number): WeightTensor[] {
  const wide = c.attentionWidth;
  const names = wide === undefined ? ['q', 'k', 'v', 'proj_out'] : ['q_proj', 'k_proj', 'v_proj', 'out_proj'];
  return [
    ...normOf(c, `${path}.norm`, channels),
    ...names.flatMap((name) =>
      wide === undefined
        ? conv(`${path}.${name}`, [channels, channels, 1, 1])
        : matrix(`${path}.${name}`, wide, wide, 'other', { bias: true }),
    ),
  ];
}

function middle(c: Codec, channels: number): WeightTensor[] {
  const p = `${c.path}.mid`;
  return [
    ...residual(c, `${p}.block_1`, channels, channels),
    ...(c.middle ? attention(c, `${p}.attn_1`, channels) : []),
    ...residual(c, `${p}.block_2`, channels, channels),
  ];
}

function levels(
  c: Codec,
  channelsAt: (level: number) => number,
  order: readonly number[],
  blocks: number,
  start: number,
): WeightTensor[] {
  const weights: WeightTensor[] = [];
  let channels = start;
  order.forEach((level, position) => {
    const out = channelsAt(level);
    for (let block = 0; block < blocks; block += 1) {
      const path = `${c.path}.level.${String(level)}.${String(block)}`;
      weights.push(...residual(c, path, channels, out));
      channels = out;
      if (c.attends(level)) weights.push(...attention(c, `${path}.attn`, channels));
    }
    if (position < order.length - 1)
      weights.push(...conv(`${c.path}.level.${String(level)}.sample.conv`, [channels, channels, 3, 3]));
  });
  return weights;
}

/** From pictures down to what stands for them. */
export function encoderCodec(c: Codec): WeightTensor[] {
  const order = c.multipliers.map((_, level) => level);
  const last = c.base * (c.multipliers.at(-1) ?? 1);
  return [
    ...conv(`${c.path}.conv_in`, [c.base, c.pictures, 3, 3]),
    ...levels(c, (level) => c.base * (c.multipliers[level] ?? 1), order, c.blocks, c.base),
    ...middle(c, last),
    ...normOf(c, `${c.path}.norm_out`, last),
    ...conv(`${c.path}.conv_out`, [c.latent, last, 3, 3]),
  ];
}

/** And back up; one block more a level. */
export function decoderCodec(c: Codec): WeightTensor[] {
  const order = c.multipliers.map((_, level) => level).reverse();
  const start = c.base * (c.multipliers.at(-1) ?? 1);
  const end = c.base * (c.multipliers[0] ?? 1);
  return [
    ...conv(`${c.path}.conv_in`, [start, c.latent, 3, 3]),
    ...middle(c, start),
    ...levels(c, (level) => c.base * (c.multipliers[level] ?? 1), order, c.blocks + 1, start),
    ...normOf(c, `${c.path}.norm_out`, end),
    ...conv(`${c.path}.conv_out`, [c.pictures, end, 3, 3]),
  ];
}

/** Sizes that all these networks say alike. */
export function codecSizes(config: Config): Pick<Codec, 'base' | 'multipliers' | 'blocks' | 'pictures'> {
  const multipliers = config.integers('channel_multiplier') ?? [];
  const blocks = config.integer('num_res_blocks');
  if (multipliers.length === 0 || multipliers.length > 32 || blocks < 0 || blocks > 256)
    throw new ReadFailure('contradiction', `${config.path}channel_multiplier or num_res_blocks is no size.`);
  return {
    base: config.integer('base_channels'),
    multipliers,
    blocks,
    pictures: config.integer('in_channels'),
  };
}

/** A convolution over time as well, behind a norm that stores scale and shift. */
export function temporalBlock(path: string, channels: number, copies: number): WeightTensor[] {
  const half = (index: string): WeightTensor[] => [
    vector(`${path}.norm${index}.weight`, channels, 'norms', { copies }),
    vector(`${path}.norm${index}.bias`, channels, 'norms', { copies }),
    ...convolution(`${path}.conv${index}.conv`, [channels, channels, 3, 3, 3], 'other', {
      bias: true,
      copies,
    }),
  ];
  return [...half('1'), ...half('2')];
}
