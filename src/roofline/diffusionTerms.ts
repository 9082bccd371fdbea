import type { Seconds } from '../units/quantities';
import type { DiffusionShape } from './diffusionShape';
import type { Term, TermPart } from './estimate';
import type { Operation } from './operation';
import { IN_TURN, OVERLAPPING, operationTime, type AttainedRates } from './operationTime';
import type { Plan } from './phase';
import { fixedTerm } from './phaseTerms';
import { attainedRates, type Attained, type StepTime } from './stepTime';

/** What a picture's time is made of. */
export interface DiffusionPhases {
  /** One evaluation of the network over a batch, and how many of them follow one another. */
  step: StepTime;
  times: number;
  /** Null where there are none. */
  text: StepTime | null;
  decode: StepTime | null;
  requestSeconds: Seconds;
  attained: Attained;
}

/**
 * The summands of a picture's time: work of the steps, of the text encoders and of the decoder, each with the operations that give its
 * seconds; then launches, the host, communication and the request. They add up to the whole.
 */
export function diffusionTerms(plan: Plan, phases: DiffusionPhases, shape: DiffusionShape): Term[] {
  const { step, times, text, decode, attained } = phases;
  const rates = attainedRates(attained);
  const inputs = {
    peak: plan.compute.peak,
    peakFormat: plan.compute.format,
    attainedCompute: rates.constants.compute,
    attainedAttention: rates.constants.attentionCompute,
    bandwidth: plan.device.bandwidth,
    weightRate: rates.weights,
    activationRate: rates.activations,
  };
  const work = (id: string, time: StepTime | null, count: number, own: Term['inputs']): Term[] =>
    time === null
      ? []
      : [
          {
            id,
            seconds: busySeconds(time) * count,
            bytes: (time.bytes - time.kinds.communication.bytes) * count,
            flop: time.flop * count,
            formula: `layers × (${rates.overlaps ? OVERLAPPING : IN_TURN})`,
            inputs: { ...inputs, ...own, times: count },
            parts: time.operations.map((operation) => partOf(operation, rates)),
          },
        ];
  const each = (of: (time: StepTime) => Seconds): Seconds =>
    of(step) * times + (text ? of(text) : 0) + (decode ? of(decode) : 0);
  const counts = {
    steps: shape.steps,
    evaluations: shape.guidance,
    width: shape.width,
    height: shape.height,
    frames: shape.frames,
    places: shape.grid.frames * shape.grid.height * shape.grid.width,
    placesOfText: shape.contextTokens,
  };
  const { constants } = attained;
  return [
    ...work('diffusion.textEncoder', text, 1, { places: shape.textTokens, texts: shape.guidance }),
    ...work('diffusion.step', step, times, counts),
    ...work('diffusion.decode', decode, 1, {
      width: shape.width,
      height: shape.height,
      frames: shape.frames,
    }),
    ...fixedTerm(
      'diffusion.communication',
      step.kinds.communication.seconds * times,
      'all-reduce: 2 (n − 1) / n × message / (link × attained) + 2 ⌈log2 n⌉ × latency, twice a layer',
      { devices: plan.placement.used, times },
    ),
    ...fixedTerm(
      'diffusion.launch',
      each((time) => time.layerSeconds),
      'blocks × seconds a block',
      { secondsABlock: constants.layerSeconds, times },
    ),
    ...fixedTerm(
      'diffusion.scheduler',
      each((time) => time.stepSeconds),
      'seconds a step',
      { secondsAStep: constants.stepSeconds, times },
    ),
    ...fixedTerm(
      'diffusion.host',
      each((time) => time.hostSeconds),
      'blocks × host seconds a block − device seconds',
      { hostSecondsABlock: constants.hostLayerSeconds, times },
    ),
    ...fixedTerm('diffusion.request', phases.requestSeconds, 'seconds a request', {
      secondsARequest: phases.requestSeconds,
    }),
  ];
}

function busySeconds(time: StepTime): Seconds {
  let sum = 0;
  for (const operation of Object.values(time.kinds)) sum += operation.seconds;
  return sum - time.kinds.communication.seconds;
}

function partOf(operation: Operation, rates: AttainedRates): TermPart {
  const { move, unpack, multiply, spill } = operationTime(operation, rates);
  return {
    name: operation.name,
    layers: operation.layers,
    move,
    unpack,
    multiply,
    spill,
    weightBytes: operation.weightBytes,
    cacheBytes: operation.cacheBytes,
    activationBytes: operation.activationBytes + operation.scores * rates.scoreBytes,
    flop: operation.flop,
    rows: operation.rows,
  };
}
