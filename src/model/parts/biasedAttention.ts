import type { MixerBlock } from './block';
import { groupedAttention } from './groupedAttention';

/** Attention in both directions with biases everywhere and one output called `out_proj`: what detectors and segmenters build on. */
export function biasedAttention(module: string, hidden: number, heads: number): MixerBlock {
  return groupedAttention({
    module,
    hidden,
    queryHeads: heads,
    kvHeads: heads,
    headDim: hidden / heads,
    qkvBias: true,
    outBias: true,
    causal: false,
    names: { output: 'out_proj' },
  });
}
