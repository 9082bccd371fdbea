import type { WeightTensor } from '../spec';
import type { MixerBlock } from './block';
import { convolution, matrix, norm, vector } from './tensors';

export interface Mamba1 {
  module: string;
  hidden: number;
  inner: number;
  state: number;
  kernel: number;
  timeRank: number;
  bias?: boolean;
  convolutionBias?: boolean;
  /** Norms on dt, B and C, as Jamba has them. */
  innerNorms?: boolean;
}

/** Selective state space, first generation: a state of inner × state elements a sequence. */
export function mamba1(m: Mamba1): MixerBlock {
  const bias = m.bias ?? false;
  const weights: WeightTensor[] = [
    ...matrix(`${m.module}.in_proj`, 2 * m.inner, m.hidden, 'attention', { bias }),
    ...convolution(`${m.module}.conv1d`, [m.inner, 1, m.kernel], 'attention', {
      bias: m.convolutionBias ?? true,
    }),
    ...matrix(`${m.module}.x_proj`, m.timeRank + 2 * m.state, m.inner, 'attention'),
    ...matrix(`${m.module}.dt_proj`, m.inner, m.timeRank, 'attention', { bias: true }),
    vector(`${m.module}.A_log`, [m.inner, m.state], 'attention'),
    vector(`${m.module}.D`, m.inner, 'attention'),
    ...matrix(`${m.module}.out_proj`, m.hidden, m.inner, 'attention', { bias }),
  ];
  if (m.innerNorms === true) {
    weights.push(
      ...norm(`${m.module}.dt_layernorm`, m.timeRank, 'rms'),
      ...norm(`${m.module}.b_layernorm`, m.state, 'rms'),
      ...norm(`${m.module}.c_layernorm`, m.state, 'rms'),
    );
  }
  return {
    mixer: {
      kind: 'recurrent',
      family: 'mamba',
      stateElements: m.inner * m.state,
      stateElementBytes: 4,
      convolutionElements: m.inner * (m.kernel - 1),
    },
    weights,
  };
}

export interface Mamba2 {
  module: string;
  hidden: number;
  /** Heads × width of one. */
  heads: number;
  headDim: number;
  state: number;
  groups: number;
  kernel: number;
  bias?: boolean;
  /** Bias of the output projection, where it differs from `bias`. */
  outBias?: boolean;
  convolutionBias?: boolean;
  /** Norm before the output projection; true in most. */
  gatedNorm?: boolean;
  stateElementBytes?: number;
}

/** Selective state space, second generation: heads with one decay each. */
export function mamba2(m: Mamba2): MixerBlock {
  const bias = m.bias ?? false;
  const inner = m.heads * m.headDim;
  const mixed = inner + 2 * m.groups * m.state;
  return {
    mixer: {
      kind: 'recurrent',
      family: 'mamba2',
      stateElements: inner * m.state,
      stateElementBytes: m.stateElementBytes ?? 4,
      convolutionElements: mixed * (m.kernel - 1),
    },
    weights: [
      ...matrix(`${m.module}.in_proj`, inner + mixed + m.heads, m.hidden, 'attention', { bias }),
      ...convolution(`${m.module}.conv1d`, [mixed, 1, m.kernel], 'attention', {
        bias: m.convolutionBias ?? true,
      }),
      vector(`${m.module}.dt_bias`, m.heads, 'attention'),
      vector(`${m.module}.A_log`, m.heads, 'attention'),
      vector(`${m.module}.D`, m.heads, 'attention'),
      ...((m.gatedNorm ?? true) ? norm(`${m.module}.norm`, inner, 'rms') : []),
      ...matrix(`${m.module}.out_proj`, m.hidden, inner, 'attention', { bias: m.outBias ?? bias }),
    ],
  };
}

/** Keys of state-space models that say how steps are started or how a kernel runs; none shapes a weight. */
export const STATE_SPACE_KEYS = [
  'time_step_limit',
  'time_step_floor',
  'time_step_min',
  'time_step_max',
  'time_step_scale',
  'time_step_init_scheme',
  'rescale_prenorm_residual',
  'residual_in_fp32',
  'use_mamba_kernels',
  'use_mambapy',
  'use_associative_scan',
  'mamba_chunk_size',
  'chunk_size',
] as const;
