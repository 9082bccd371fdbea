import { scoringFormat } from './computeFormat';
import { ASSUMED_LINK, hopLatency, sendLatency } from './communication';
import type { Term, TermPart } from './estimate';
import type { Plan } from './phase';
import { OPERATION_KINDS, type Operation, type OperationKind } from './operation';
import { IN_TURN, OVERLAPPING, operationTime, type AttainedRates } from './operationTime';
import { partialRanks } from './placement';
import { attainedRates, type StepTime } from './stepTime';

/**
 * The summands of a phase: each kind of work that takes time, then the fixed costs. They add up to `factor` × the step's
 * seconds (`factor`: how many steps, or what a speculative pass costs). Kinds of work have `parts`, from which their formula
 * gives the seconds again.
 */
export function phaseTerms(phase: 'prefill' | 'decode', plan: Plan, step: StepTime, factor: number): Term[] {
  const { constants } = plan.calibration;
  const rates = attainedRates(plan.attained);
  const terms: Term[] = [];
  for (const kind of OPERATION_KINDS) {
    const part = step.kinds[kind];
    if (part.seconds === 0 && part.bytes === 0) continue;
    const sum = { seconds: part.seconds * factor, bytes: part.bytes * factor, flop: part.flop * factor };
    terms.push(
      kind === 'communication'
        ? {
            id: `${phase}.${kind}`,
            ...sum,
            formula: communicationFormula(phase, plan),
            inputs: { ...communicationInputs(phase, plan, step), times: factor },
          }
        : {
            id: `${phase}.${kind}`,
            ...sum,
            formula: `layers × (${rates.overlaps ? OVERLAPPING : IN_TURN})`,
            inputs: { ...inputsOf(kind, plan, rates), times: factor },
            parts: step.operations
              .filter((operation) => operation.kind === kind)
              .map((operation) => partOf(operation, rates)),
          },
    );
  }
  const fixed = [
    [
      'launch',
      step.layerSeconds,
      '(layers × seconds a layer + expert layers × seconds of routing) × clock',
      {
        secondsALayer: constants.layerSeconds,
        layers: plan.model.layers * plan.scenario.modifiers.layersRun,
        secondsOfRouting: constants.expertLayerSeconds,
        expertLayers: plan.model.expertLayers,
        clock: plan.attained.launchStretch * plan.scenario.modifiers.fixedSeconds,
      },
    ],
    [
      'step',
      step.stepSeconds,
      'seconds a step × host',
      {
        secondsAStep: constants.stepSeconds * plan.scenario.modifiers.fixedSeconds,
        host: plan.attained.hostStretch,
      },
    ],
    [
      'sequences',
      step.sequenceSeconds,
      'sequences × seconds a sequence × host',
      {
        secondsASequence: constants.sequenceSeconds,
        sequences:
          step.sequenceSeconds /
          Math.max(Number.MIN_VALUE, constants.sequenceSeconds * plan.attained.hostStretch),
        host: plan.attained.hostStretch,
      },
    ],
    [
      'host',
      step.hostSeconds,
      '(layers × seconds a layer + experts × seconds an expert + matrices × seconds a matrix) × share − device seconds',
      hostInputs(plan, step),
    ],
  ] as const;
  for (const [name, seconds, formula, inputs] of fixed) {
    if (seconds === 0) continue;
    terms.push({
      id: `${phase}.${name}`,
      seconds: seconds * factor,
      bytes: 0,
      flop: 0,
      formula,
      inputs: { ...inputs, times: factor },
    });
  }
  return terms;
}

/** What the host needs to launch a step, of which only what the device does not cover is waited for. */
function hostInputs(plan: Plan, step: StepTime): Record<string, number> {
  const { constants } = plan.calibration;
  const { modifiers } = plan.scenario;
  const { seconds, hostSeconds, stepSeconds, sequenceSeconds } = step;
  return {
    layers: plan.model.layers * modifiers.layersRun,
    secondsALayer: constants.hostLayerSeconds + (plan.model.rotary ? constants.hostRotarySeconds : 0),
    experts: plan.model.experts,
    secondsAnExpert: constants.hostExpertSeconds,
    matrices: plan.model.matrices,
    secondsAMatrix: plan.attained.kernel?.matrixSeconds ?? 0,
    share: modifiers.fixedSeconds * plan.attained.hostStretch,
    deviceSeconds: seconds - hostSeconds - stepSeconds - sequenceSeconds,
  };
}

/** The kinds of exchange that the placement asks for, see `communication.ts`. */
function communicationFormula(phase: 'prefill' | 'decode', { placement }: Plan): string {
  const { tensor, pipeline, expert } = placement;
  const context = partialRanks(placement, phase);
  const parts = [
    ...(tensor > 1 ? ['2 × layers × all-reduce of the message over tensor ranks'] : []),
    ...(expert > 1 ? ['2 × layers of experts × (⌈log2 n⌉ hops + sent / link) over expert ranks'] : []),
    ...(pipeline > 1 ? ['(stages − 1) × (send + message / link)'] : []),
    ...(context > 1 ? ['layers × all-reduce of the message over context ranks'] : []),
  ];
  const reduces = tensor > 1 || context > 1;
  return `${parts.join(' + ')}${reduces ? '; all-reduce: 2 (n − 1) / n × message / link + 2 ⌈log2 n⌉ hops' : ''}`;
}

function communicationInputs(
  phase: 'prefill' | 'decode',
  { placement, device, calibration, model, scenario, context }: Plan,
  step: StepTime,
): Record<string, number> {
  const { tensor, pipeline, expert } = placement;
  const ranks = partialRanks(placement, phase);
  const link = device.link ?? ASSUMED_LINK;
  const tokens = step.operations.find(({ kind }) => kind === 'activations')?.rows ?? 0;
  return {
    ...(tensor > 1 ? { tensorRanks: tensor } : {}),
    ...(expert > 1 ? { expertRanks: expert } : {}),
    ...(pipeline > 1 ? { stages: pipeline } : {}),
    ...(ranks > 1 ? { contextRanks: ranks } : {}),
    layers: model.layers,
    link: link.bandwidth * calibration.constants.linkBandwidth,
    secondsAHop: hopLatency(link, calibration.constants),
    ...(pipeline > 1 ? { secondsASend: sendLatency(link, calibration.constants) } : {}),
    messageBytes: tokens * scenario.model.hiddenSize * context.activationElement,
    ...(scenario.modifiers.communication === 1 ? {} : { share: scenario.modifiers.communication }),
  };
}

/** The rates that a kind of work is reckoned with: bytes/s, FLOP/s; the attained shares are in them. */
function inputsOf(
  kind: Exclude<OperationKind, 'communication'>,
  plan: Plan,
  rates: AttainedRates,
): Record<string, number | string> {
  const attention = kind === 'kv' || kind === 'state';
  const { constants } = rates;
  return {
    bandwidth: plan.device.bandwidth,
    ...(attention
      ? { cacheRate: rates.cache }
      : { weightRate: rates.weights * (kind === 'experts' ? constants.expertAttained : 1) }),
    activationRate: rates.activations,
    peak: attention ? plan.attained.scoring : plan.compute.peak,
    peakFormat: attention ? scoringFormat(plan.compute.format) : plan.compute.format,
    attainedCompute: attention
      ? constants.attentionCompute
      : constants.compute * (kind === 'experts' ? constants.expertAttained : 1),
    ...(attention ? {} : { rowsToHalf: constants.halfRows }),
    ...(attention || constants.packedAttained === 1 ? {} : { quantisedCompute: constants.packedAttained }),
    vectorRate: rates.vector,
    integerRate: rates.integer,
  };
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

/** A term of one fixed kind; nothing where it takes no time. */
export function fixedTerm(id: string, seconds: number, formula: string, inputs: Term['inputs']): Term[] {
  return seconds === 0 ? [] : [{ id, seconds, bytes: 0, flop: 0, formula, inputs }];
}
