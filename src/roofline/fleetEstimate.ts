import type { Band, Seconds, Warning } from '../units/quantities';
import { formatRatio, formatSeconds } from '../units/format';
import { shippedCalibration, type Calibration } from './calibration';
import type { Bound, Estimate, MemoryEstimate, RooflinePoint } from './estimate';
import type { AllReduce, Fleet } from './fleet';
import { pipelinePlan } from './fleetPipeline';
import { totalSeconds, type FleetPlan } from './fleetPlan';
import { tensorPlan } from './fleetTensor';
import type { Scenario } from './scenario';
import { ScenarioError } from './scenarioError';
import type { StepTime } from './stepTime';
import { validateScenario } from './validateScenario';

/** How the devices of a fleet share a model; layers count from 0, the last is not in the range. */
export interface FleetSplit {
  strategy: 'pipeline' | 'tensor' | 'offload';
  allReduce: AllReduce | null;
  devices: readonly {
    name: string;
    hardware: string;
    layers: readonly [number, number];
    share: number;
    /** Of one decode pass. */
    seconds: Seconds;
    memory: number;
    capacity: number;
  }[];
  /** The other way of sharing, and what it would take end to end; null where there is none. */
  alternative: { strategy: 'pipeline' | 'tensor'; endToEnd: Seconds; fits: boolean } | null;
}

/** Nothing of unlike devices over slow links was measured: half to double, the usual miss of a physics-only answer. */
const SPREAD = { p10: 0.5, p90: 2 };
const MOST_DEVICES = 64;

/**
 * A scenario on a fleet of unlike devices: the best split of layers, or of every layer, whichever is sooner done; the one that the
 * setup's parallelism names where it does. Physics alone: link figures as they are given, devices as the engine knows them.
 *
 * @throws ScenarioError for questions that make no sense, and for request rates, which are not modelled over fleets.
 */
export function estimateFleet(
  scenario: Scenario,
  fleet: Fleet,
  calibration: Calibration = shippedCalibration(),
): { estimate: Estimate; split: FleetSplit } {
  validateScenario(scenario);
  if (fleet.devices.length < 1 || fleet.devices.length > MOST_DEVICES) {
    throw new ScenarioError(
      'bad-fleet',
      `A fleet has 1 to ${MOST_DEVICES} devices; here are ${fleet.devices.length}.`,
    );
  }
  if (scenario.model.kind === 'diffusion') {
    throw new ScenarioError('not-modelled', 'Models that make pictures are not reckoned on fleets yet.');
  }
  if (scenario.workload.requestRate !== null) {
    throw new ScenarioError(
      'not-modelled',
      'A fleet under a request rate is not modelled: say how many sequences run at once with concurrency.',
    );
  }
  const question = { scenario, fleet, calibration };
  const { tensor, pipeline } = scenario.setup.parallelism;
  const pipe = pipelinePlan(question);
  const split = tensor > 1 || pipeline === 1 ? tensorPlan(question) : null;
  if (tensor > 1 && split === null) {
    throw new ScenarioError(
      'bad-parallelism',
      'Tensor parallel over this fleet: heads or memory do not go round.',
    );
  }
  const [chosen, other] =
    split !== null && (tensor > 1 || isBetter(scenario, split, pipe)) ? [split, pipe] : [pipe, split];
  return {
    estimate: fleetAnswer(scenario, chosen, [
      ...scenario.model.warnings,
      ...chosenWarning(scenario, fleet, chosen, other, tensor > 1 || pipeline > 1),
    ]),
    split: describeSplit(scenario, fleet, chosen, other, chosen.strategy),
  };
}

function isBetter(scenario: Scenario, one: FleetPlan, other: FleetPlan): boolean {
  if (one.fits !== other.fits) return one.fits;
  return totalSeconds(scenario, one) < totalSeconds(scenario, other);
}

const NAMES = { pipeline: 'a pipeline', tensor: 'tensor parallel' } as const;

function chosenWarning(
  scenario: Scenario,
  fleet: Fleet,
  chosen: FleetPlan,
  other: FleetPlan | null,
  asked: boolean,
): Warning[] {
  const left = fleet.devices.filter((_, at) => !chosen.members.some((member) => member.at === at));
  const how =
    chosen.members.length === 1
      ? 'one device alone'
      : `${NAMES[chosen.strategy]} over ${chosen.members.length} devices`;
  const by = chosen.allReduce === null ? '' : ` with ${chosen.allReduce} all-reduce`;
  const against =
    other === null
      ? ''
      : `; ${other.members.length === 1 ? 'one device alone' : NAMES[other.strategy]} would take ${formatRatio(totalSeconds(scenario, other) / totalSeconds(scenario, chosen))} as long (${formatSeconds(totalSeconds(scenario, other))})${other.fits ? '' : ', and does not fit'}`;
  const idle = left.length === 0 ? '' : ` Left out: ${left.map(({ name }) => name).join(', ')}.`;
  return [
    { code: 'fleet-split', message: `${asked ? 'As asked' : 'Chosen'}: ${how}${by}${against}.${idle}` },
    ...(chosen.fits
      ? []
      : [
          {
            code: 'weights-do-not-fit',
            message: 'The model does not fit these devices, however it is split.',
          },
        ]),
  ];
}

/** A plan of shared work as an estimate. */
export function fleetAnswer(scenario: Scenario, plan: FleetPlan, warnings: readonly Warning[]): Estimate {
  const { workload, modifiers, model } = scenario;
  const decodes = workload.outputTokens > 0 && model.kind !== 'encoder';
  const emitted = modifiers.speculation?.tokensPerPass ?? 1;
  const interToken = decodes ? plan.passSeconds / emitted : 0;
  const endToEnd = decodes ? totalSeconds(scenario, plan) : plan.prefillSeconds;
  return {
    memory: memoryOf(plan),
    latency: {
      timeToFirstToken: physicsBand(plan.prefillSeconds),
      interToken: physicsBand(interToken),
      endToEnd: physicsBand(endToEnd),
      tail: { endToEnd: null, timeToFirstToken: null },
    },
    throughput: {
      perSequence: interToken > 0 ? 1 / interToken : 0,
      total: interToken > 0 ? workload.concurrency / interToken : 0,
      prefill: (workload.concurrency * workload.inputTokens) / plan.prefillSeconds,
    },
    bound: {
      prefill: boundOf(plan.steps.prefill, plan.prefillLinkSeconds),
      decode: boundOf(plan.steps.decode, plan.passLinkSeconds),
    },
    roofline: {
      prefill: pointOf(plan.steps.prefill, plan.prefillSeconds),
      decode: pointOf(plan.steps.decode, plan.passSeconds),
    },
    terms: plan.terms,
    calibration: { basis: 'physics', rows: 0 },
    concurrency: workload.concurrency,
    warnings,
  };
}

export function describeSplit(
  scenario: Scenario,
  fleet: Fleet,
  chosen: FleetPlan,
  other: FleetPlan | null,
  strategy: FleetSplit['strategy'],
): FleetSplit {
  return {
    strategy,
    allReduce: chosen.allReduce,
    devices: chosen.members.map(({ at, layers, share, seconds, memory }) => ({
      name: fleet.devices[at]?.name ?? String(at + 1),
      hardware: fleet.devices[at]?.device.id ?? '',
      layers,
      share,
      seconds,
      memory: memory.perDevice,
      capacity: memory.capacity,
    })),
    alternative:
      other === null
        ? null
        : { strategy: other.strategy, endToEnd: totalSeconds(scenario, other), fits: other.fits },
  };
}

function memoryOf({ members, fits, strategy }: FleetPlan): MemoryEstimate {
  const all = (pick: (memory: MemoryEstimate) => number): number =>
    members.reduce((sum, { memory, share }) => sum + pick(memory) * (strategy === 'tensor' ? share : 1), 0);
  const each = (pick: (memory: MemoryEstimate) => number): number =>
    members.reduce((sum, { memory }) => sum + pick(memory), 0);
  // The device that is fullest is the one that decides.
  const fullest = members.reduce((most, one) =>
    one.memory.perDevice / one.memory.capacity > most.memory.perDevice / most.memory.capacity ? one : most,
  );
  const contexts = members.flatMap(({ memory }) => (memory.maxContext === null ? [] : [memory.maxContext]));
  const [weights, kvCache] = [all((memory) => memory.weights), all((memory) => memory.kvCache)];
  const [activations, runtime] = [each((memory) => memory.activations), each((memory) => memory.runtime)];
  return {
    weights,
    kvCache,
    activations,
    runtime,
    total: weights + kvCache + activations + runtime,
    perDevice: fullest.memory.perDevice,
    capacityPerDevice: fullest.memory.capacityPerDevice,
    fits,
    maxConcurrency: Math.min(...members.map(({ memory }) => memory.maxConcurrency)),
    maxContext: contexts.length > 0 ? Math.min(...contexts) : null,
  };
}

/** A band around what no measurement stands beside. */
export function physicsBand(value: number): Band {
  return { p10: value * SPREAD.p10, p50: value, p90: value * SPREAD.p90 };
}

function boundOf(steps: readonly StepTime[], links: Seconds): Bound {
  const sum = (pick: (step: StepTime) => number): number =>
    steps.reduce((total, step) => total + pick(step), 0);
  const parts: readonly (readonly [Bound, number])[] = [
    ['communication', links],
    ['memory', sum((step) => step.memoryBound)],
    ['compute', sum((step) => step.computeBound)],
    [
      'overhead',
      sum((step) => step.layerSeconds + step.stepSeconds + step.sequenceSeconds + step.hostSeconds),
    ],
  ];
  return parts.reduce((most, part) => (part[1] > most[1] ? part : most))[0];
}

function pointOf(steps: readonly StepTime[], seconds: Seconds): RooflinePoint {
  const flop = steps.reduce((sum, step) => sum + step.flop, 0);
  const bytes = steps.reduce((sum, step) => sum + step.bytes, 0);
  const attained = seconds > 0 ? flop / seconds : 0;
  // Unlike devices share no one roof: what was reached is said, and is its own limit.
  return { intensity: bytes > 0 ? flop / bytes : 0, attained, limit: attained };
}
