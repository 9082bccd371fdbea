import type { Config } from '../config';
import { MAX_LAYERS } from '../limits';
import type { LayerPlan } from '../parts/foldLayers';
import { matrix, norm } from '../parts/tensors';
import { ReadFailure } from '../readFailure';
import type { FamilyModel } from '../family';
import type { WeightTensor } from '../spec';

/** Sinusoids of a time step come in at this width. */
export const TIME_CHANNELS = 256;

/** How many blocks a key says, within what any model has. */
export function blockCount(config: Config, ...keys: string[]): number {
  const count = config.integer(...keys);
  if (count < 0 || count > MAX_LAYERS)
    throw new ReadFailure('contradiction', `${String(count)} blocks: more than any model has.`);
  return count;
}

/** Levels of a network that halves its picture: published ones have up to six, and no picture can be halved so often. */
const MAX_LEVELS = 32;

/** Widths of the levels of a network; undefined where the key says none. Throws ReadFailure for more than any has. */
export function levelWidths(config: Config, key = 'block_out_channels'): readonly number[] | undefined {
  const widths = config.integers(key);
  if (widths !== undefined && widths.length > MAX_LEVELS)
    throw new ReadFailure(
      'contradiction',
      `${key} says ${String(widths.length)} levels: more than any model has.`,
    );
  return widths;
}

/** The next multiple. */
export function roundedUp(value: number, multiple: number): number {
  return multiple * Math.ceil(value / multiple);
}

/** A linear weight with its bias. */
export function biased(
  module: string,
  out: number,
  input: number,
  part: WeightTensor['part'] = 'attention',
): WeightTensor[] {
  return matrix(module, out, input, part, { bias: true });
}

/** Two matrices with biases: what embeds a time step, a guidance, a caption. */
export function embedder(module: string, width: number, input: number, out = width): WeightTensor[] {
  return [
    ...biased(`${module}.linear_1`, width, input, 'embedding'),
    ...biased(`${module}.linear_2`, out, width, 'embedding'),
  ];
}

/** Two matrices with biases, `net.0.proj` and `net.2`. */
export function network(module: string, hidden: number, width: number): WeightTensor[] {
  return [
    ...biased(`${module}.net.0.proj`, width, hidden, 'feedForward'),
    ...biased(`${module}.net.2`, hidden, width, 'feedForward'),
  ];
}

export interface Attention {
  module: string;
  hidden: number;
  /** Heads × width of one. */
  inner: number;
  /** Width that keys and values come in at; `hidden` if absent. */
  context?: number;
  bias?: boolean;
  outBias?: boolean;
  /** Width and kind of the norms on query and key. */
  norm?: { width: number; kind: 'rms' | 'layer' };
}

/** Query, key, value and output as diffusers names them. */
export function attention(a: Attention): WeightTensor[] {
  const options = { bias: a.bias ?? true };
  const context = a.context ?? a.hidden;
  const { norm: kind } = a;
  return [
    ...matrix(`${a.module}.to_q`, a.inner, a.hidden, 'attention', options),
    ...matrix(`${a.module}.to_k`, a.inner, context, 'attention', options),
    ...matrix(`${a.module}.to_v`, a.inner, context, 'attention', options),
    ...matrix(`${a.module}.to_out.0`, a.hidden, a.inner, 'attention', { bias: a.outBias ?? true }),
    ...(kind === undefined
      ? []
      : ['norm_q', 'norm_k'].flatMap((name) => norm(`${a.module}.${name}`, kind.width, kind.kind))),
  ];
}

/** The mixer and the dense network of a block, with all its weights. */
export function plan(
  heads: number,
  headDim: number,
  width: number,
  parts: {
    mixer: readonly WeightTensor[];
    network: readonly WeightTensor[];
    others?: readonly WeightTensor[];
  },
  matrices: 2 | 3 = 2,
): LayerPlan {
  return {
    mixer: {
      mixer: {
        kind: 'attention',
        queryHeads: heads,
        kvHeads: heads,
        keyHeadDim: headDim,
        valueHeadDim: headDim,
        causal: false,
      },
      weights: parts.mixer,
    },
    feedForward: { feedForward: { kind: 'dense', matrices, width }, weights: parts.network },
    others: parts.others ?? [],
  };
}

/** A diffusion transformer of these blocks. */
export function diffusionModel(
  hidden: number,
  layers: readonly LayerPlan[],
  outside: readonly WeightTensor[],
): FamilyModel {
  return { kind: 'diffusion', hidden, vocabulary: 0, maxContext: null, layers, outside, tiedHead: false };
}

/** Keys of every diffusers component that shape nothing. */
export const COMMON_KEYS = [
  '_class_name',
  '_diffusers_version',
  '_name_or_path',
  'sample_size',
  'sample_width',
  'sample_height',
  'sample_frames',
  'axes_dims_rope',
  'rope_axes_dim',
  'norm_eps',
  'activation_fn',
  'interpolation_scale',
] as const;
