import { cachedPromptTokens } from './cachedPrompt';
import type { ServingSetup } from '../deployment/setup';
import type { Device } from '../hardware/device';
import type { Seconds, Warning } from '../units/quantities';
import type { Goal } from '../workload/workload';
import { shippedCalibration, type Calibration } from './calibration';
import type { Estimate } from './estimate';
import { estimateWith, planOf } from './estimateScenario';
import { memoryEstimate } from './memoryEstimate';
import type { Modifiers } from './modifiers';
import { prefillTime } from './phase';
import { placements } from './placements';
import type { Scenario } from './scenario';
import { ScenarioError } from './scenarioError';
import { passSeconds } from './steadyState';
import { validateScenario } from './validateScenario';

/** What a search may change about a scenario; an empty list leaves a thing as the scenario has it. */
export interface SearchSpace {
  hardware: readonly { device: Device; counts: readonly number[] }[];
  weights: readonly (string | null)[];
  kv: readonly ServingSetup['kv'][];
  concurrency: readonly number[];
  /** Techniques applied: settings and factors on top of the scenario's own. */
  variants: readonly { setup: Partial<ServingSetup>; modifiers: Modifiers }[];
}

export interface SearchLimits {
  timeToFirstToken?: Seconds;
  interToken?: Seconds;
  /** Bytes over all devices. */
  memory?: number;
  /** Dollars an hour of all devices; devices without a known price never pass. */
  dollarsPerHour?: number;
}

export interface SearchResult {
  /** Scenarios that were reckoned, those that do not fit or pass a limit included. */
  searched: number;
  /** Those that no other beats in latency, throughput and cost at once; best by the goal first. */
  frontier: { scenario: Scenario; estimate: Estimate }[];
  best: { scenario: Scenario; estimate: Estimate } | null;
  warnings: Warning[];
}

/** What a scenario is weighed by. */
interface Figures {
  scenario: Scenario;
  timeToFirstToken: Seconds;
  interToken: Seconds;
  endToEnd: Seconds;
  /** Output tokens a second of all sequences, prefill included. */
  throughput: number;
  memory: number;
  /** Dollars an hour where every price is known, else devices: both only compare. */
  cost: number;
  dollarsPerHour: number | null;
}

/** A frontier is for people: past this many points the rest are thinned out evenly. */
const MOST_SHOWN = 60;

/**
 * Reckons every combination of hardware, placement, precision, batch and variant for a scenario, keeps what fits within the limits, and
 * returns the Pareto frontier of latency, throughput and cost. Terms and bands are worked out only for what is returned.
 *
 * @throws ScenarioError where the scenario itself makes no sense.
 */
export function search(
  base: Scenario,
  space: SearchSpace,
  goal: Goal,
  limits: SearchLimits = {},
  calibration: Calibration = shippedCalibration(),
): SearchResult {
  validateScenario(base);
  const kept: Figures[] = [];
  let searched = 0;
  let refused = 0;
  for (const scenario of scenarios(base, space)) {
    searched += 1;
    const figures = figuresOf(scenario, calibration);
    if (figures === null) refused += 1;
    else if (within(figures, limits)) kept.push(figures);
  }
  const frontier = thin(paretoFrontier(kept).sort(byGoal(goal)));
  const shown = frontier.map(({ scenario }) => ({ scenario, estimate: estimateWith(scenario, calibration) }));
  const warnings: Warning[] = [];
  if (kept.length === 0) {
    warnings.push({
      code: 'nothing-found',
      message:
        refused === searched
          ? 'Nothing that was searched fits the devices.'
          : 'Nothing that was searched fits the devices and keeps the limits.',
    });
  }
  return { searched, frontier: shown, best: shown[0] ?? null, warnings };
}

function* scenarios(base: Scenario, space: SearchSpace): Generator<Scenario> {
  const hardware =
    space.hardware.length > 0 ? space.hardware : [{ device: base.device, counts: [base.devices] }];
  const weights = space.weights.length > 0 ? space.weights : [base.setup.weights];
  const caches = space.kv.length > 0 ? space.kv : [base.setup.kv];
  const batches = space.concurrency.length > 0 ? space.concurrency : [base.workload.concurrency];
  const variants = space.variants.length > 0 ? space.variants : [{ setup: {}, modifiers: base.modifiers }];
  for (const { device, counts } of hardware) {
    for (const devices of counts) {
      for (const parallelism of placements(base.model, devices)) {
        for (const scheme of weights) {
          for (const kv of caches) {
            for (const variant of variants) {
              const setup = { ...base.setup, weights: scheme, kv, ...variant.setup, parallelism };
              for (const concurrency of batches) {
                yield {
                  model: base.model,
                  setup,
                  device,
                  devices,
                  workload: { ...base.workload, concurrency, requestRate: null },
                  modifiers: variant.modifiers,
                };
              }
            }
          }
        }
      }
    }
  }
}

/** The few numbers that a search compares; null for what does not fit or cannot be placed. */
function figuresOf(scenario: Scenario, calibration: Calibration): Figures | null {
  const quiet: Warning[] = [];
  try {
    const plan = planOf(scenario, calibration, quiet);
    const { concurrency } = scenario.workload;
    const { lengths } = plan;
    const memory = memoryEstimate(scenario, plan.model, plan.placement, lengths, concurrency, quiet);
    if (!memory.fits) return null;
    const shared = cachedPromptTokens(scenario, lengths.prompt);
    const timeToFirstToken = prefillTime(plan, concurrency, lengths.prompt - shared, shared).seconds;
    const interToken =
      lengths.output > 0
        ? passSeconds(plan, concurrency) / (scenario.modifiers.speculation?.tokensPerPass ?? 1)
        : 0;
    const endToEnd = timeToFirstToken + Math.max(0, lengths.output - 1) * interToken;
    const hourly = scenario.device.price?.dollarsPerHour;
    return {
      scenario,
      timeToFirstToken,
      interToken,
      endToEnd,
      throughput: (concurrency * Math.max(1, lengths.output)) / endToEnd,
      memory: memory.total,
      cost: (hourly ?? 1) * scenario.devices,
      dollarsPerHour: hourly === undefined ? null : hourly * scenario.devices,
    };
  } catch (error) {
    if (error instanceof ScenarioError) return null;
    throw error;
  }
}

function within(figures: Figures, limits: SearchLimits): boolean {
  const { timeToFirstToken, interToken, memory, dollarsPerHour } = limits;
  if (timeToFirstToken !== undefined && figures.timeToFirstToken > timeToFirstToken) return false;
  if (interToken !== undefined && figures.interToken > interToken) return false;
  if (memory !== undefined && figures.memory > memory) return false;
  if (dollarsPerHour === undefined) return true;
  return figures.dollarsPerHour !== null && figures.dollarsPerHour <= dollarsPerHour;
}

/**
 * Those that no other beats or equals in time to the last token, throughput and cost at once. Sorted by time first, so that only
 * earlier ones can beat a later one.
 */
function paretoFrontier(all: readonly Figures[]): Figures[] {
  const sorted = [...all].sort(
    (a, b) => a.endToEnd - b.endToEnd || b.throughput - a.throughput || a.cost - b.cost,
  );
  const frontier: Figures[] = [];
  for (const candidate of sorted) {
    if (!frontier.some((one) => one.throughput >= candidate.throughput && one.cost <= candidate.cost)) {
      frontier.push(candidate);
    }
  }
  return frontier;
}

function byGoal(goal: Goal): (a: Figures, b: Figures) => number {
  switch (goal) {
    case 'latency':
      return (a, b) => a.endToEnd - b.endToEnd;
    case 'throughput':
      return (a, b) => b.throughput - a.throughput;
    case 'memory':
      return (a, b) => a.memory - b.memory;
    case 'cost':
      return (a, b) => a.cost / a.throughput - b.cost / b.throughput;
  }
}

function thin(sorted: readonly Figures[]): Figures[] {
  if (sorted.length <= MOST_SHOWN) return [...sorted];
  const out: Figures[] = [];
  for (let step = 0; step < MOST_SHOWN; step += 1) {
    const one = sorted[Math.floor((step * (sorted.length - 1)) / (MOST_SHOWN - 1))];
    if (one) out.push(one);
  }
  return out;
}
