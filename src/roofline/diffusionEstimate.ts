import type { Band, Seconds, Warning } from '../units/quantities';
import { backendOf } from './backend';
import type { Engine } from '../deployment/engine';
import type { Calibration, CalibrationEntry } from './calibration';
import { stepCommunication } from './communication';
import { diffusionMemory, decoded } from './diffusionMemory';
import { diffusionOperations } from './diffusionOperations';
import { diffusionShape, type DiffusionShape } from './diffusionShape';
import { diffusionTerms, type DiffusionPhases } from './diffusionTerms';
import { diffusionWork, type DiffusionWork } from './diffusionWork';
import type { Bound, Estimate, RooflinePoint } from './estimate';
import type { Operation } from './operation';
import type { Plan } from './phase';
import { towerOperations } from './stepOperations';
import { stepTime, type Attained, type CommunicationTime, type StepTime } from './stepTime';
import { attentionShare } from './vectorUnits';
import { DEFAULT_SAMPLING } from '../workload/workload';

/**
 * Nothing was measured on networks that make pictures: the band is what the nearest fit leaves open on devices that it had not seen,
 * and never narrower than this.
 */
const NARROWEST = { p10: 1 / 1.5, p90: 2 } as const;

const NO_COMMUNICATION: CommunicationTime = { seconds: 0, bytes: 0 };

/**
 * Time and memory of pictures or videos made together: text encoders once, the network at every step, the autoencoder's decoder
 * at the end. `latency.endToEnd` and `timeToFirstToken` are both until all of them are there, for nothing comes sooner; `interToken`
 * is 0. Physics under the constants of the nearest fit, see `attainedBy`.
 *
 * @throws ScenarioError for networks whose work is not known and for sizes that make no sense.
 */
export function diffusionEstimate(plan: Plan, calibration: Calibration, warnings: Warning[]): Estimate {
  const { scenario, placement } = plan;
  const { model, setup, workload } = scenario;
  const work = diffusionWork(model, setup.weights);
  const shape = diffusionShape(work.denoiser, workload.sampling ?? DEFAULT_SAMPLING, warnings);
  const rate = workload.requestRate;
  const pictures = rate === null ? workload.concurrency : 1;
  const perReplica = Math.ceil(pictures / placement.data);
  const phases = phasesOf(plan, attainedBy(plan, calibration), work, shape, perReplica);
  const { step, times, text, decode, requestSeconds } = phases;
  const seconds = step.seconds * times + (text?.seconds ?? 0) + (decode?.seconds ?? 0) + requestSeconds;
  tellWhatIsLeftOut(plan, work, warnings);
  const memory = diffusionMemory(scenario, plan.model, work, shape, placement, pictures, warnings);
  const queue = rate === null ? null : waiting(rate, seconds, placement.data);
  if (queue?.overloaded) {
    warnings.push({
      code: 'overloaded',
      message: `${rate} requests/s cannot be served: about ${queue.servable.toPrecision(3)} can. Latencies are those just below that.`,
    });
  }
  const spread = spreadOf(nearestFit(plan, calibration));
  const endToEnd = band(seconds + (queue?.wait ?? 0), spread);
  const perSecond = queue ? Math.min(rate ?? 0, queue.servable) : pictures / seconds;
  const point = rooflinePoint(plan, step);
  const bound = boundOf(step);
  return {
    memory,
    latency: {
      timeToFirstToken: endToEnd,
      interToken: { p10: 0, p50: 0, p90: 0 },
      endToEnd,
      tail: queue
        ? { endToEnd: queue.tail(seconds), timeToFirstToken: queue.tail(seconds) }
        : { endToEnd: null, timeToFirstToken: null },
    },
    throughput: {
      perSequence: 0,
      total: 0,
      prefill: 0,
      ...(shape.frames > 1 ? { videos: perSecond } : { images: perSecond }),
    },
    bound: { prefill: bound, decode: bound },
    roofline: { prefill: point, decode: point },
    terms: diffusionTerms(plan, phases, shape),
    calibration: { basis: 'physics', rows: 0 },
    concurrency: queue?.concurrency ?? pictures,
    sampling: {
      steps: shape.steps,
      width: shape.width,
      height: shape.height,
      frames: shape.frames,
      guidance: shape.guidance,
    },
    warnings,
  };
}

/**
 * What the device gives: products and fixed costs as fitted for PyTorch's eager code; attention and the moving of activations as
 * fitted for fused kernels on the same kind of device. The fit of PyTorch puts what a short prompt waits for into the latter two, and
 * pictures of thousands of places run the same kernels as servers do.
 */
function attainedBy(plan: Plan, calibration: Calibration): Attained {
  const { constants } = nearestFit(plan, calibration);
  const fused = calibration('vllm', backendOf(plan.device)).constants;
  const most = attentionShare(plan.device, plan.compute.peak);
  return {
    ...plan.attained,
    kernel: plan.attained.kernel,
    constants: {
      ...constants,
      attentionCompute: Math.min(most, fused.attentionCompute),
      cacheBandwidth: fused.cacheBandwidth,
      activationBandwidth: fused.activationBandwidth,
      scoreBytes: 0,
    },
  };
}

/** Engines that run such networks by code of their own; the others are reckoned as PyTorch's eager code is. */
const OWN_CODE: ReadonlySet<Engine> = new Set<Engine>(['transformers', 'onnxruntime', 'openvino']);

function nearestFit(plan: Plan, calibration: Calibration): CalibrationEntry {
  if (OWN_CODE.has(plan.scenario.setup.engine)) return plan.calibration;
  return calibration('transformers', backendOf(plan.device));
}

function phasesOf(
  plan: Plan,
  attained: Attained,
  work: DiffusionWork,
  shape: DiffusionShape,
  pictures: number,
): DiffusionPhases {
  const { placement, context, scenario } = plan;
  const { modifiers, model } = scenario;
  const split = placement.tensor * placement.context;
  const samples = pictures * (shape.batched ? shape.guidance : 1);
  const how = { samples, split, activationElement: context.activationElement };
  const places = shape.grid.frames * shape.grid.height * shape.grid.width + shape.contextTokens;
  const step = stepTime(
    diffusionOperations(work.step, shape, how),
    work.step.blocks * modifiers.layersRun,
    0,
    attained,
    stepCommunication(
      plan.model,
      model.hiddenSize,
      samples * places,
      context.activationElement,
      placement,
      plan.device,
      attained.constants,
    ),
  );
  const decode =
    work.decode === null
      ? null
      : stepTime(
          diffusionOperations(work.decode, decoded(shape), { ...how, samples: pictures, split: 1 }),
          work.decode.blocks,
          0,
          attained,
          NO_COMMUNICATION,
        );
  return {
    step,
    times: shape.steps * (shape.batched ? 1 : shape.guidance),
    text: textTime(plan, attained, shape, pictures),
    decode,
    requestSeconds: attained.constants.requestSeconds,
    attained,
  };
}

/** Text encoders, once for the prompt and once more for the empty one where guidance needs it. */
function textTime(plan: Plan, attained: Attained, shape: DiffusionShape, pictures: number): StepTime | null {
  const operations: Operation[] = [];
  let layers = 0;
  plan.model.towers.forEach((tower, index) => {
    if (tower.kind !== 'text-encoder') return;
    const most = plan.scenario.model.towers[index]?.maxContext ?? Infinity;
    const positions = Math.min(most, shape.textTokens);
    if (positions === 0) return;
    operations.push(
      ...towerOperations(tower.groups, pictures * shape.guidance, positions, {
        ...plan.context,
        hiddenSize: tower.hiddenSize,
      }),
    );
    for (const group of tower.groups) layers += group.layers;
  });
  return operations.length === 0 ? null : stepTime(operations, layers, 0, attained, NO_COMMUNICATION);
}

function tellWhatIsLeftOut(plan: Plan, work: DiffusionWork, warnings: Warning[]): void {
  const { model } = plan.scenario;
  const left: string[] = [];
  if (!model.towers.some((tower) => tower.kind === 'text-encoder') && work.network.attends !== 'alone') {
    left.push('text encoders');
  }
  if (work.decode === null) left.push('the decoding of the latents');
  if (left.length > 0) {
    warnings.push({
      code: 'parts-left-out',
      message: `Left out of time and memory of activations, for the files do not say enough of it: ${left.join(' and ')}.`,
    });
  }
  if (!OWN_CODE.has(plan.scenario.setup.engine)) {
    warnings.push({
      code: 'engine-not-for-pictures',
      message: `Nothing is known of networks like this in ${plan.scenario.setup.engine}: times are those of PyTorch.`,
    });
  }
  if (plan.placement.pipeline > 1) {
    warnings.push({
      code: 'pipeline-not-modelled',
      message:
        'Stages of layers share the weights of a network that makes pictures; they do not make it faster.',
    });
  }
}

interface Queue {
  servable: number;
  overloaded: boolean;
  wait: Seconds;
  concurrency: number;
  tail: (service: Seconds) => { p90: Seconds; p99: Seconds };
}

/** Share of what can be served that an overloaded answer is given at. */
const FULL = 0.98;

/**
 * Requests that arrive at random and are served one at a time by each replica, each as long as the next: M/D/1, mean wait
 * ρ s / (2 (1 − ρ)) (Pollaczek, Khinchine); those who wait taken as exponential around it for the tail.
 */
function waiting(rate: number, service: Seconds, replicas: number): Queue {
  const servable = replicas / service;
  const overloaded = rate >= servable * FULL;
  const busy = Math.min(FULL, rate / servable);
  const wait = (busy * service) / (2 * (1 - busy));
  const past = (share: number): Seconds => (share >= busy ? 0 : (wait / busy) * Math.log(busy / share));
  return {
    servable,
    overloaded,
    wait,
    concurrency: Math.max(1, Math.round(Math.min(rate, servable) * (service + wait))),
    tail: (seconds) => ({ p90: seconds + past(0.1), p99: seconds + past(0.01) }),
  };
}

function spreadOf({ spread: { prefill } }: CalibrationEntry): { p10: number; p90: number } {
  return { p10: Math.min(NARROWEST.p10, prefill.p10), p90: Math.max(NARROWEST.p90, prefill.p90) };
}

function band(value: number, spread: { p10: number; p90: number }): Band {
  return { p10: value * spread.p10, p50: value, p90: value * spread.p90 };
}

function boundOf(step: StepTime): Bound {
  const fixed = step.layerSeconds + step.stepSeconds + step.hostSeconds;
  const communication = step.kinds.communication.seconds;
  const most = Math.max(step.memoryBound, step.computeBound, communication, fixed);
  if (most === step.computeBound) return 'compute';
  if (most === step.memoryBound) return 'memory';
  return most === communication ? 'communication' : 'overhead';
}

function rooflinePoint(plan: Plan, step: StepTime): RooflinePoint {
  const intensity = step.bytes > 0 ? step.flop / step.bytes : 0;
  return {
    intensity,
    attained: step.seconds > 0 ? step.flop / step.seconds : 0,
    limit: Math.min(plan.compute.peak, intensity * plan.device.bandwidth),
  };
}
