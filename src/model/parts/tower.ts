import type { Part, Tower, WeightTensor } from '../spec';
import { foldLayers, type LayerPlan } from './foldLayers';

export interface TowerPlan {
  kind: Tower['kind'];
  hidden: number;
  layers: readonly LayerPlan[];
  outside: readonly WeightTensor[];
  /** Positions handed on for one input of native size. */
  outputTokens?: number;
}

/** A part beside the token stream; its weights are booked as vision, or as other where it is not one for pictures. */
export function towerOf(plan: TowerPlan): Tower {
  const part: Part = plan.kind === 'vision' ? 'vision' : 'other';
  const booked = (tensors: readonly WeightTensor[]): WeightTensor[] =>
    tensors.map((tensor) => ({ ...tensor, part }));
  return {
    kind: plan.kind,
    hiddenSize: plan.hidden,
    groups: foldLayers(plan.layers).map(({ indices, layer }) => ({
      indices,
      layer: { ...layer, weights: booked(layer.weights) },
    })),
    outside: booked(plan.outside),
    ...(plan.outputTokens === undefined ? {} : { outputTokens: plan.outputTokens }),
  };
}
