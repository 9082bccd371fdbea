import { activeParameters, totalParameters } from '../model/count';
import type { Parallelism } from '../deployment/setup';
import { findScheme } from '../model/weightSchemes';
import type { LayerGroup, ModelSpec } from '../model/spec';
import { estimate } from '../roofline/estimateScenario';
import { modelAggregate } from '../roofline/modelAggregate';
import { placementOf } from '../roofline/placement';
import type { Scenario } from '../roofline/scenario';
import { ScenarioError } from '../roofline/scenarioError';
import { UNSURE } from '../roofline/cacheRoom';
import { usableMemory } from '../roofline/usableMemory';
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

/** Weights as they are stored now, of one copy of the model. */
export function weightBytes({ model, setup, modifiers }: Scenario): Bytes {
  return modelAggregate(model, setup.weights).storedBytes * modifiers.storedWeights;
}

/** Weights that one device has to hold, by the split that is in force. */
export function weightBytesPerDevice(scenario: Scenario): Bytes {
  const { tensor, pipeline } = splitInForce(scenario);
  return weightBytes(scenario) / (tensor * pipeline);
}

/** The engine's default where the setup names no split; where a split is illegal, as it is written. */
function splitInForce(scenario: Scenario): Pick<Parallelism, 'tensor' | 'pipeline'> {
  return unlessRefused(() => placementOf(scenario, []), scenario.setup.parallelism);
}

/** What a device has left for weights beside cache, activations, runtime and what these are unsure by; negative where even those do not fit. */
export function roomForWeights(scenario: Scenario): Bytes {
  const claimed = usableMemory(scenario.device) * scenario.setup.memoryFraction;
  return unlessRefused(() => {
    const { perDevice, activations, runtime } = estimate(scenario).memory;
    const unsure = (UNSURE * (activations + runtime)) / placementOf(scenario, []).used;
    return claimed - (perDevice + unsure - weightBytesPerDevice(scenario));
  }, claimed);
}

/** Scenarios that the engine refuses are told so elsewhere; facts of them are then the plain ones. */
function unlessRefused<T>(ask: () => T, otherwise: T): T {
  try {
    return ask();
  } catch (refused) {
    if (refused instanceof ScenarioError) return otherwise;
    throw refused;
  }
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
