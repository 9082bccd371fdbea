import type { WeightTensor } from '../spec';
import type { MixerBlock } from './block';
import { convolution, matrix, norm, vector } from './tensors';

export interface DeltaAttention {
  module: string;
  hidden: number;
  heads: number;
  headDim: number;
  kernel: number;
  /** The decay and the output gate go through a head's width, or straight to their full one. */
  gates: 'low-rank' | 'full';
}

/**
 * Delta attention with a decay for every channel, as Kimi introduced it, with one convolution over query, key and value:
 * a matrix of head × head a head is the state.
 */
export function deltaAttention(d: DeltaAttention): MixerBlock {
  const width = d.heads * d.headDim;
  const gate = (module: string, name: string): WeightTensor[] =>
    d.gates === 'full'
      ? matrix(`${module}${name}_proj`, width, d.hidden, 'attention')
      : [
          ...matrix(`${module}${name}_a_proj`, d.headDim, d.hidden, 'attention'),
          ...matrix(`${module}${name}_b_proj`, width, d.headDim, 'attention'),
        ];
  return {
    mixer: {
      kind: 'recurrent',
      family: 'gated-delta-net',
      stateElements: d.heads * d.headDim * d.headDim,
      stateElementBytes: 4,
      convolutionElements: 3 * width * (d.kernel - 1),
    },
    weights: [
      ...['q', 'k', 'v'].flatMap((name) => matrix(`${d.module}.${name}_proj`, width, d.hidden, 'attention')),
      ...convolution(`${d.module}.conv1d`, [3 * width, 1, d.kernel], 'attention'),
      ...gate(`${d.module}.forget_gate.`, 'f'),
      vector(`${d.module}.forget_gate.A_log`, d.heads, 'attention'),
      vector(`${d.module}.forget_gate.dt_bias`, width, 'attention'),
      ...matrix(`${d.module}.b_proj`, d.heads, d.hidden, 'attention'),
      ...gate(`${d.module}.`, 'g'),
      ...norm(`${d.module}.o_norm`, d.headDim, 'rms'),
      ...matrix(`${d.module}.o_proj`, d.hidden, width, 'attention'),
    ],
  };
}
