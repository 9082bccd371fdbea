import type { MixerBlock } from './block';
import { convolution, matrix, norm, vector } from './tensors';

export interface GatedDeltaNet {
  module: string;
  hidden: number;
  keyHeads: number;
  valueHeads: number;
  keyHeadDim: number;
  valueHeadDim: number;
  kernel: number;
  /** Query, key, value and gate in one projection, beta and alpha in another; or four apart. */
  projections: 'fused' | 'apart';
  stateElementBytes: number;
}

/**
 * Gated delta rule: a matrix of key × value a head is the state; a short convolution runs before it.
 * The convolution keeps the last kernel − 1 inputs.
 */
export function gatedDeltaNet(d: GatedDeltaNet): MixerBlock {
  const keyWidth = d.keyHeads * d.keyHeadDim;
  const valueWidth = d.valueHeads * d.valueHeadDim;
  const mixed = 2 * keyWidth + valueWidth;
  const projections =
    d.projections === 'fused'
      ? [
          ...matrix(`${d.module}.in_proj_qkvz`, mixed + valueWidth, d.hidden, 'attention'),
          ...matrix(`${d.module}.in_proj_ba`, 2 * d.valueHeads, d.hidden, 'attention'),
        ]
      : [
          ...matrix(`${d.module}.in_proj_qkv`, mixed, d.hidden, 'attention'),
          ...matrix(`${d.module}.in_proj_z`, valueWidth, d.hidden, 'attention'),
          ...matrix(`${d.module}.in_proj_b`, d.valueHeads, d.hidden, 'attention'),
          ...matrix(`${d.module}.in_proj_a`, d.valueHeads, d.hidden, 'attention'),
        ];
  return {
    mixer: {
      kind: 'recurrent',
      family: 'gated-delta-net',
      stateElements: d.valueHeads * d.keyHeadDim * d.valueHeadDim,
      stateElementBytes: d.stateElementBytes,
      convolutionElements: mixed * (d.kernel - 1),
    },
    weights: [
      ...projections,
      ...convolution(`${d.module}.conv1d`, [mixed, 1, d.kernel], 'attention'),
      vector(`${d.module}.dt_bias`, d.valueHeads, 'attention'),
      vector(`${d.module}.A_log`, d.valueHeads, 'attention'),
      ...norm(`${d.module}.norm`, d.valueHeadDim, 'rms'),
      ...matrix(`${d.module}.out_proj`, d.hidden, valueWidth, 'attention'),
    ],
  };
}
