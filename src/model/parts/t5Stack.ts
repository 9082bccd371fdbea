import type { WeightTensor } from '../spec';
import { denseFeedForward } from './feedForward';
import { planLayers, type LayerPlan } from './foldLayers';
import { groupedAttention } from './groupedAttention';
import { lookup, norm } from './tensors';

/** One stack in the manner of T5: norms that store a scale, no biases, a small table of distances in the first layer. */
export interface T5Stack {
  side: 'encoder' | 'decoder';
  layers: number;
  hidden: number;
  heads: number;
  headDim: number;
  width: number;
  gated: boolean;
  buckets: number;
  /** What the encoder's attention is called, where it is not T5's own. */
  selfAttention?: string;
  /** What the first layer stores beyond the table, and every layer beyond the usual. */
  others?: (index: number, path: string) => readonly WeightTensor[];
}

export function t5Stack(s: T5Stack): LayerPlan[] {
  const crosses = s.side === 'decoder';
  const path = `${s.side}.block.{layer}.layer.`;
  const own = `0.${s.selfAttention ?? 'SelfAttention'}`;
  const last = `${path}${crosses ? '2' : '1'}.`;
  const attention = (module: string, causal: boolean): ReturnType<typeof groupedAttention> =>
    groupedAttention({
      module: path + module,
      hidden: s.hidden,
      queryHeads: s.heads,
      kvHeads: s.heads,
      headDim: s.headDim,
      causal,
      names: { query: 'q', key: 'k', value: 'v', output: 'o' },
    });
  return planLayers(
    s.layers,
    (index) => String(index === 0),
    (index) => ({
      mixer: attention(own, crosses),
      ...(crosses ? { second: attention('1.EncDecAttention', false) } : {}),
      feedForward: denseFeedForward({
        module: `${last}DenseReluDense`,
        hidden: s.hidden,
        width: s.width,
        gated: s.gated,
        names: s.gated ? { gate: 'wi_0', up: 'wi_1', down: 'wo' } : { up: 'wi', down: 'wo' },
      }),
      others: [
        ...(index === 0
          ? [lookup(`${path}${own}.relative_attention_bias`, s.buckets, s.heads, 'attention')]
          : []),
        ...norm(`${path}0.layer_norm`, s.hidden, 'rms'),
        ...(crosses ? norm(`${path}1.layer_norm`, s.hidden, 'rms') : []),
        ...norm(`${last}layer_norm`, s.hidden, 'rms'),
        ...(s.others?.(index, path) ?? []),
      ],
    }),
  );
}
