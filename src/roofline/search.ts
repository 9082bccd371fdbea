import type { Parallelism, ServingSetup } from '../deployment/setup';
import type { Device } from '../hardware/device';
import type { Seconds, Warning } from '../units/quantities';
import type { Goal } from '../workload/workload';
import { shippedCalibration, type Calibration } from './calibration';
import type { Estimate } from './estimate';
import { estimateWith, planOf } from './estimateScenario';
import { paretoFrontier } from './paretoFrontier';
import type { Plan } from './phase';
import { placements } from './placements';
import type { Scenario } from './scenario';
import { ScenarioError } from './scenarioError';
import { figuresOf, type Figures } from './searchFigures';
import { refusePictures, validateScenario } from './validateScenario';

/** A way of changing a scenario: what it sets, and null where it does not apply. */
export interface SearchVariant {
  techniques: readonly string[];
  /** Whether it has to be asked again for each batch, since what it does depends on it. */
  dependsOnBatch: boolean;
  apply: (scenario: Scenario) => Scenario | null;
}

/** What a search may change about a scenario; an empty list leaves a thing as the scenario has it. */
export interface SearchSpace {
  hardware: readonly { device: Device; counts: readonly number[] }[];
  weights: readonly (string | null)[];
  kv: readonly ServingSetup['kv'][];
  concurrency: readonly number[];
  /** Techniques put on top of the scenario's own; `PLAIN` must be among them where the plain deployment is to be searched too. */
  variants: readonly SearchVariant[];
  /** Which splits over devices are considered; all legal ones where absent. */
  allows?: (parallelism: Parallelism) => boolean;
  /** Settings that an engine chooses by the device, such as its limits; the scenario's own where absent. */
  setupOn?: (device: Device) => ServingSetup;
}

export interface SearchLimits {
  timeToFirstToken?: Seconds;
  interToken?: Seconds;
  /** Bytes over all devices. */
  memory?: number;
  /** Of output; devices without a known price never pass. */
  dollarsPerMillionTokens?: number;
  /** Of output, with every device at its full power; devices whose power is not known never pass. */
  joulesPerToken?: number;
}

export interface Found {
  scenario: Scenario;
  estimate: Estimate;
  figures: Figures;
}

export interface SearchResult {
  /** Scenarios that were reckoned, those that do not fit or pass a limit included. */
  searched: number;
  /** Those that no other beats in latency, throughput and cost at once; best by the goal first. */
  frontier: Found[];
  best: Found | null;
  warnings: Warning[];
}

export const PLAIN: SearchVariant = { techniques: [], dependsOnBatch: false, apply: (scenario) => scenario };

/** A frontier is for people: past this many points the rest are thinned out evenly. */
const MOST_SHOWN = 60;

/** What the search has seen so far. */
interface Tally {
  kept: Figures[];
  searched: number;
  tooLarge: number;
  /** Most requests a second that anything serves which serves too few; 0 where nothing was refused so. */
  servable: number;
  overloaded: number;
}

/**
 * Reckons every combination of hardware, placement, precision, batch and variant for a scenario, keeps what fits within the limits, and
 * returns the Pareto frontier of latency, throughput and cost. Under a request rate the batch follows from it, and what cannot serve the
 * rate is no answer. Terms and bands are worked out only for what is returned.
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
  refusePictures(base);
  const tally: Tally = { kept: [], searched: 0, tooLarge: 0, servable: 0, overloaded: 0 };
  const batches = batchesOf(base, space);
  for (const setting of settings(base, space)) searchBatches(setting, batches, limits, calibration, tally);
  const frontier = thin(paretoFrontier(tally.kept, goal)).map((figures) => ({
    scenario: figures.scenario,
    estimate: estimateWith(figures.scenario, calibration),
    figures,
  }));
  return {
    searched: tally.searched,
    frontier,
    best: frontier[0] ?? null,
    warnings: tally.kept.length > 0 ? [] : [nothingFound(base, tally, limits)],
  };
}

/** Batches from small to large. Under a request rate there is one: the rate decides it. */
function batchesOf(base: Scenario, space: SearchSpace): readonly number[] {
  if (base.workload.requestRate !== null || space.concurrency.length === 0)
    return [base.workload.concurrency];
  return [...new Set(space.concurrency)].sort((a, b) => a - b);
}

interface Setting {
  scenario: Scenario;
  variant: SearchVariant;
}

function* settings(base: Scenario, space: SearchSpace): Generator<Setting> {
  const hardware =
    space.hardware.length > 0 ? space.hardware : [{ device: base.device, counts: [base.devices] }];
  const variants = space.variants.length > 0 ? space.variants : [PLAIN];
  for (const { device, counts } of hardware) {
    const own = space.setupOn?.(device) ?? base.setup;
    const weights = space.weights.length > 0 ? space.weights : [own.weights];
    const caches = space.kv.length > 0 ? space.kv : [own.kv];
    for (const devices of counts) {
      for (const parallelism of placements(base.model, devices, own.parallelism.context)) {
        if (space.allows?.(parallelism) === false) continue;
        for (const scheme of weights) {
          for (const kv of caches) {
            const setup = { ...own, weights: scheme, kv, parallelism };
            const scenario = { ...base, setup, device, devices };
            for (const variant of variants) yield { scenario, variant };
          }
        }
      }
    }
  }
}

/** All batches of one setting: prepared once, unless what is on top depends on the batch. */
function searchBatches(
  { scenario, variant }: Setting,
  batches: readonly number[],
  limits: SearchLimits,
  calibration: Calibration,
  tally: Tally,
): void {
  const { data } = scenario.setup.parallelism;
  let prepared: { changed: Scenario; plan: Plan } | null = null;
  let full = false;
  for (const concurrency of batches) {
    // A replica without a sequence is a device too many.
    if (concurrency < data && scenario.workload.requestRate === null) continue;
    if (prepared === null || variant.dependsOnBatch) {
      prepared = prepare(withBatch(scenario, concurrency), variant, calibration);
      if (prepared === null) {
        if (variant.dependsOnBatch) continue;
        return;
      }
    }
    const changed = withBatch(prepared.changed, concurrency);
    if (batches.length > 1 && concurrency > changed.setup.maxSequences * data) continue;
    tally.searched += 1;
    // What does not fit with a small batch does not with a larger one.
    if (full) {
      tally.tooLarge += 1;
      continue;
    }
    const figures = figuresOf(changed, prepared.plan, variant.techniques);
    if (!('refused' in figures)) {
      if (within(figures, limits)) tally.kept.push(figures);
    } else if (figures.refused === 'rate') {
      tally.overloaded += 1;
      tally.servable = Math.max(tally.servable, figures.servable);
    } else {
      tally.tooLarge += 1;
      full = !variant.dependsOnBatch;
    }
  }
}

function withBatch(scenario: Scenario, concurrency: number): Scenario {
  return scenario.workload.concurrency === concurrency
    ? scenario
    : { ...scenario, workload: { ...scenario.workload, concurrency } };
}

/** Null for what does not apply, or is refused by the engine. */
function prepare(
  scenario: Scenario,
  variant: SearchVariant,
  calibration: Calibration,
): { changed: Scenario; plan: Plan } | null {
  try {
    const changed = variant.apply(scenario);
    return changed === null ? null : { changed, plan: planOf(changed, calibration, []) };
  } catch (error) {
    if (error instanceof ScenarioError) return null;
    throw error;
  }
}

function within(figures: Figures, limits: SearchLimits): boolean {
  return (
    notAbove(figures.timeToFirstToken, limits.timeToFirstToken) &&
    notAbove(figures.interToken, limits.interToken) &&
    notAbove(figures.memory, limits.memory) &&
    notAbove(figures.dollarsPerMillionTokens, limits.dollarsPerMillionTokens) &&
    notAbove(figures.joulesPerToken, limits.joulesPerToken)
  );
}

/** What is not known keeps no limit. */
function notAbove(value: number | null, limit: number | undefined): boolean {
  return limit === undefined || (value !== null && value <= limit);
}

function nothingFound(base: Scenario, tally: Tally, limits: SearchLimits): Warning {
  const code = 'nothing-found';
  const { requestRate } = base.workload;
  if (tally.searched === 0) {
    return { code, message: 'No split of the model over these devices is legal, so nothing was searched.' };
  }
  if (tally.tooLarge === tally.searched) {
    return { code, message: 'Nothing that was searched fits the devices.' };
  }
  if (tally.overloaded > 0 && tally.tooLarge + tally.overloaded === tally.searched) {
    return {
      code,
      message: `Nothing that was searched serves ${requestRate ?? 0} requests/s: ${tally.servable.toPrecision(3)} is the most that anything does.`,
    };
  }
  const unknown = [
    ...(limits.dollarsPerMillionTokens === undefined ? [] : ['price']),
    ...(limits.joulesPerToken === undefined ? [] : ['power']),
  ];
  const hint =
    unknown.length > 0 ? ` A device whose ${unknown.join(' or ')} is not known never keeps that limit.` : '';
  return { code, message: `Nothing that was searched fits the devices and keeps the limits.${hint}` };
}

/** The best, and then evenly over the rest. */
function thin<T>(sorted: readonly T[]): T[] {
  if (sorted.length <= MOST_SHOWN) return [...sorted];
  const out: T[] = [];
  for (let step = 0; step < MOST_SHOWN; step += 1) {
    const one = sorted[Math.floor((step * (sorted.length - 1)) / (MOST_SHOWN - 1))];
    if (one) out.push(one);
  }
  return out;
}
