import type { Config } from '../config';
import type { WeightTensor } from '../spec';
import { convolution, norm } from './tensors';
import { lstm, normedConvolution } from './waveParts';

/** How a codec's convolutions keep their weights: with a length and direction, with a norm after each, or plainly. */
export type CodecNorm = 'weight_norm' | 'time_group_norm' | 'none';

interface Conv {
  norm: CodecNorm;
}

function conv(
  path: string,
  out: number,
  input: number,
  kernel: number,
  { norm: kind }: Conv,
): WeightTensor[] {
  if (kind === 'weight_norm') return normedConvolution(`${path}.conv`, [out, input, kernel]);
  return [
    ...convolution(`${path}.conv`, [out, input, kernel], 'other', { bias: true }),
    ...(kind === 'time_group_norm' ? norm(`${path}.norm`, out, 'layer', 'other') : []),
  ];
}

/** A transposed convolution: [in, out, kernel]. */
function widen(
  path: string,
  out: number,
  input: number,
  kernel: number,
  { norm: kind }: Conv,
): WeightTensor[] {
  if (kind === 'weight_norm') return normedConvolution(`${path}.conv`, [input, out, kernel], input, out);
  const bias = convolution(`${path}.conv`, [out], 'other', { bias: true }).slice(1);
  return [
    ...convolution(`${path}.conv`, [input, out, kernel], 'other'),
    ...bias,
    ...(kind === 'time_group_norm' ? norm(`${path}.norm`, out, 'layer', 'other') : []),
  ];
}

/** What both halves of a SEANet codec are made of. */
export interface SeaNet {
  norm: CodecNorm;
  hidden: number;
  filters: number;
  channels: number;
  ratios: readonly number[];
  residuals: number;
  compress: number;
  shortcut: boolean;
  kernel: number;
  lastKernel: number;
  residualKernel: number;
  lstmLayers: number;
}

export function seaNetSizes(config: Config, norm: CodecNorm, lstmLayers: number): SeaNet {
  config.understood('dilation_growth_rate', 'use_causal_conv', 'trim_right_ratio', 'pad_mode');
  return {
    norm,
    lstmLayers,
    hidden: config.integer('hidden_size'),
    filters: config.integer('num_filters'),
    channels: config.integer('audio_channels'),
    ratios: config.integers('upsampling_ratios') ?? [],
    residuals: config.integer('num_residual_layers'),
    compress: config.integer('compress'),
    shortcut: config.flag(true, 'use_conv_shortcut'),
    kernel: config.integer('kernel_size'),
    lastKernel: config.integer('last_kernel_size'),
    residualKernel: config.integer('residual_kernel_size'),
  };
}

function residual(path: string, width: number, s: SeaNet): WeightTensor[] {
  const inner = Math.floor(width / s.compress);
  return [
    ...conv(`${path}.block.1`, inner, width, s.residualKernel, s),
    ...conv(`${path}.block.3`, width, inner, 1, s),
    ...(s.shortcut ? conv(`${path}.shortcut`, width, width, 1, s) : []),
  ];
}

/** From the wave to frames: each stage halves time by its ratio and doubles the channels. */
export function seaNetEncoder(prefix: string, s: SeaNet): WeightTensor[] {
  const weights: WeightTensor[] = [];
  let at = 0;
  const next = (): string => `${prefix}${String(at++)}`;
  weights.push(...conv(next(), s.filters, s.channels, s.kernel, s));
  let width = s.filters;
  for (const ratio of [...s.ratios].reverse()) {
    for (let one = 0; one < s.residuals; one += 1) weights.push(...residual(next(), width, s));
    at += 1;
    weights.push(...conv(next(), 2 * width, width, 2 * ratio, s));
    width *= 2;
  }
  if (s.lstmLayers > 0) weights.push(...lstm(`${next()}.lstm`, width, s.lstmLayers));
  at += 1;
  weights.push(...conv(next(), s.hidden, width, s.lastKernel, s));
  return weights;
}

/** From frames back to the wave. */
export function seaNetDecoder(prefix: string, s: SeaNet): WeightTensor[] {
  const weights: WeightTensor[] = [];
  let at = 0;
  const next = (): string => `${prefix}${String(at++)}`;
  let width = s.filters * 2 ** s.ratios.length;
  weights.push(...conv(next(), width, s.hidden, s.kernel, s));
  if (s.lstmLayers > 0) weights.push(...lstm(`${next()}.lstm`, width, s.lstmLayers));
  for (const ratio of s.ratios) {
    at += 1;
    const half = Math.floor(width / 2);
    weights.push(...widen(next(), half, width, 2 * ratio, s));
    for (let one = 0; one < s.residuals; one += 1) weights.push(...residual(next(), half, s));
    width = half;
  }
  at += 1;
  weights.push(...conv(next(), s.channels, s.filters, s.lastKernel, s));
  return weights;
}
