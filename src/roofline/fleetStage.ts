import type { Device } from '../hardware/device';
import type { LayerGroup, ModelSpec } from '../model/spec';
import type { Bytes, Seconds } from '../units/quantities';
import { cachedPromptTokens } from './cachedPrompt';
import type { Calibration } from './calibration';
import { planOf } from './estimateScenario';
import { memoryEstimate } from './memoryEstimate';
import type { MemoryEstimate } from './estimate';
import { prepareDecode, prefillTime, runStep, type Plan, type PrefillTime } from './phase';
import type { Scenario } from './scenario';
import type { StepTime } from './stepTime';
import { usableMemory } from './usableMemory';

const ALONE = { tensor: 1, pipeline: 1, expert: 1, data: 1, context: 1 } as const;

/** Some layers of a model on one device: reckoned as a model of its own, with embedding or head where it has the first or last layer. */
export interface Stage {
  scenario: Scenario;
  plan: Plan;
  hasHead: boolean;
}

/** The layers [from, to) of a model, in its own order, as a model of its own. */
export function layersOfModel(model: ModelSpec, from: number, to: number, layers: number): ModelSpec {
  const { storedBytes: _whole, ...rest } = model;
  const first = from === 0;
  const last = to === layers;
  const groups: LayerGroup[] = [];
  for (const group of model.groups) {
    const indices = group.indices.filter((at) => at >= from && at < to);
    if (indices.length > 0) groups.push({ ...group, indices });
  }
  return {
    ...rest,
    groups,
    // A tied head multiplies by the embedding, which then lies on the last device too.
    outside: model.outside.filter(({ role }) =>
      role === 'lookup' ? first || (last && model.tiedHead) : last,
    ),
    tiedHead: model.tiedHead && last,
    towers: first ? model.towers : [],
  };
}

/** A scenario's `model` on one device of another kind. */
export function stageOn(
  scenario: Scenario,
  device: Device,
  model: ModelSpec,
  hasHead: boolean,
  calibration: Calibration,
): Stage {
  const own: Scenario = {
    ...scenario,
    model,
    device,
    devices: 1,
    setup: { ...scenario.setup, parallelism: ALONE },
  };
  return { scenario: own, plan: planOf(own, calibration, []), hasHead };
}

/** A share of every layer of a stage's model: what tensor parallelism over unlike devices leaves to each. */
export function withShare({ scenario, plan, hasHead }: Stage, share: number): Stage {
  const placement = { ...plan.context.placement, tensor: 1 / share };
  return { scenario, hasHead, plan: { ...plan, context: { ...plan.context, placement } } };
}

/** One step of `sequences` sequences that each verify or emit `newTokens` tokens, at mean context. */
export function stageDecode({ plan, hasHead }: Stage, sequences: number, newTokens: number): StepTime {
  const { prompt, output } = plan.lengths;
  const prepared = prepareDecode(plan, sequences, newTokens, prompt, prompt + Math.max(0, output - 1));
  return runStep(plan, hasHead ? prepared : { ...prepared, positions: 0 });
}

export function stagePrefill({ scenario, plan }: Stage, sequences: number): PrefillTime {
  const shared = cachedPromptTokens(scenario, plan.lengths.prompt);
  return prefillTime(plan, sequences, Math.max(1, plan.lengths.prompt - shared), shared);
}

/** Memory of a stage on its own device; `capacity` is what the engine may claim of it. */
export function stageMemory(
  { scenario, plan }: Stage,
  sequences: number,
): MemoryEstimate & { capacity: Bytes } {
  const memory = memoryEstimate(
    scenario,
    plan.model,
    { ...plan.context.placement, used: 1 },
    plan.lengths,
    sequences,
    [],
  );
  return { ...memory, capacity: usableMemory(scenario.device) * scenario.setup.memoryFraction };
}

/** Seconds of a step and bytes, by which a split is sought. */
export function stageCost(
  stage: Stage,
  sequences: number,
  newTokens: number,
): { seconds: Seconds; bytes: Bytes } {
  return {
    seconds: stageDecode(stage, sequences, newTokens).seconds,
    bytes: stageMemory(stage, sequences).perDevice,
  };
}
