import { activeParameters, totalParameters } from '../model/count';
import { findScheme } from '../model/weightSchemes';
import type { LayerGroup, ModelSpec } from '../model/spec';
import { modelAggregate } from '../roofline/modelAggregate';
import type { Scenario } from '../roofline/scenario';
import { elementBytes } from '../units/numberFormat';
import type { Bytes } from '../units/quantities';

/** Bits of a stored element of the linear weights: the scheme in force, else the model's own format. */
export function bitsOfWeights({ model, setup }: Scenario): number {
  const scheme = setup.weights ?? model.quantisation?.scheme ?? null;
  if (scheme === null) return 8 * elementBytes(model.format);
  return findScheme(scheme)?.bits ?? model.quantisation?.bits ?? 8 * elementBytes(model.format);
}

/** Bits of a cached element. */
export function bitsOfCache({ model, setup }: Scenario): number {
  return 8 * elementBytes(setup.kv ?? model.format);
}

/** Whether any layer keeps a cache that grows with the context. */
export function cachesTokens(model: ModelSpec): boolean {
  return model.groups.some(({ layer }) => {
    const mixers = layer.secondMixer ? [layer.mixer, layer.secondMixer] : [layer.mixer];
    return mixers.some((mixer) => mixer.kind === 'attention' && mixer.causal);
  });
}

export function hasExperts(model: ModelSpec): boolean {
  return model.groups.some((group: LayerGroup) => group.layer.feedForward.kind === 'experts');
}

/** Devices that the parallelism puts to work; expert parallelism shares those of tensor and data parallelism. */
export function devicesUsed({ setup }: Scenario): number {
  const { tensor, pipeline, expert, data, context } = setup.parallelism;
  return pipeline * context * Math.max(tensor * data, expert);
}

/** Weights that one device has to hold, as they are stored now. */
export function weightBytesPerDevice(scenario: Scenario): Bytes {
  const { model, setup, modifiers } = scenario;
  const { tensor, pipeline } = setup.parallelism;
  return (modelAggregate(model, setup.weights).storedBytes * modifiers.storedWeights) / (tensor * pipeline);
}

/** Tokens that images put into each prompt; 0 where the model takes none or does not say how many. */
export function imageTokens({ model, workload }: Scenario): number {
  const vision = model.towers.find((tower) => tower.kind === 'vision');
  return workload.images * (vision?.outputTokens ?? 0);
}

/** Share of all parameters that one token passes through: 1 for dense models. */
export function activeShare(model: ModelSpec): number {
  const total = totalParameters(model);
  return total > 0 ? activeParameters(model) / total : 1;
}
