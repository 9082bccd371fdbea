import type { FamilyModel } from '../family';
import type { LayerPlan } from './foldLayers';

/** The same model looking to both sides: nothing is cached. Diffusion over tokens, and labelling, work so. */
export function bothWays(model: FamilyModel): FamilyModel {
  const turned = new Map<LayerPlan, LayerPlan>();
  return {
    ...model,
    layers: model.layers.map((plan) => {
      const known = turned.get(plan) ?? turnedPlan(plan);
      turned.set(plan, known);
      return known;
    }),
  };
}

function turnedPlan(plan: LayerPlan): LayerPlan {
  const { mixer } = plan.mixer;
  if (mixer.kind !== 'attention') return plan;
  return { ...plan, mixer: { ...plan.mixer, mixer: { ...mixer, causal: false } } };
}
