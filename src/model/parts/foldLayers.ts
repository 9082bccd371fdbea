import { MAX_LAYERS } from '../limits';
import { ReadFailure } from '../readFailure';
import type { FeedForward, Layer, LayerGroup, Mixer, WeightTensor } from '../spec';
import type { FeedForwardBlock, MixerBlock } from './block';

/** One layer as a family describes it. */
export interface LayerPlan {
  mixer: MixerBlock;
  feedForward: FeedForwardBlock;
  /** Norms, scales and whatever else the block stores. */
  others: readonly WeightTensor[];
  /** A second mixer in the same block, with its weights. */
  second?: MixerBlock;
}

/** Folds layers that are alike into groups, keeping their indices. */
export function foldLayers(plans: readonly LayerPlan[]): LayerGroup[] {
  const groups = new Map<string, { indices: number[]; layer: Layer }>();
  const keys = new Map<LayerPlan, string>();
  plans.forEach((plan, index) => {
    const key = keys.get(plan) ?? JSON.stringify(plan);
    keys.set(plan, key);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { indices: [index], layer: layerOf(plan) });
    else group.indices.push(index);
  });
  return [...groups.values()];
}

/**
 * Plans for `count` layers. `describe` says in a few words what makes a layer what it is; layers with the same words
 * share one plan, so that a hundred alike layers cost as much as one.
 */
export function planLayers(
  count: number,
  describe: (index: number) => string,
  build: (index: number) => LayerPlan,
): LayerPlan[] {
  if (!(count >= 0) || count > MAX_LAYERS)
    throw new ReadFailure('contradiction', `The file says ${String(count)} layers; no model has that many.`);
  const built = new Map<string, LayerPlan>();
  return Array.from({ length: count }, (_, index) => {
    const key = describe(index);
    const known = built.get(key);
    if (known !== undefined) return known;
    const plan = build(index);
    built.set(key, plan);
    return plan;
  });
}

function layerOf(plan: LayerPlan): Layer {
  const weights = [
    ...plan.mixer.weights,
    ...(plan.second?.weights ?? []),
    ...plan.feedForward.weights,
    ...plan.others,
  ];
  const mixer: Mixer = plan.mixer.mixer;
  const feedForward: FeedForward = plan.feedForward.feedForward;
  return {
    mixer,
    feedForward,
    weights,
    ...(plan.second === undefined ? {} : { secondMixer: plan.second.mixer }),
  };
}
