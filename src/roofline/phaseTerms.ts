import type { Term } from './estimate';
import type { Plan } from './phase';
import { OPERATION_KINDS, type OperationKind } from './operation';
import type { StepTime } from './stepTime';

const FORMULAS: Readonly<Record<OperationKind, string>> = {
  weights: 'layers × max(weight bytes / (bandwidth × attained), 2 × parameters × tokens / (peak × attained))',
  experts: 'layers × max(distinct experts × expert bytes / (bandwidth × attained), FLOP / (peak × attained))',
  head: 'max(head bytes / (bandwidth × attained), 2 × parameters × positions / (peak × attained))',
  kv: 'layers × max(cache bytes / (bandwidth × attained), 2 × tokens × keys × heads × width / (peak × attained))',
  state: 'layers × max(2 × state bytes / (bandwidth × attained), FLOP / (peak × attained))',
  activations: 'layers × element-wise bytes / (bandwidth × attained)',
  communication:
    'all-reduce: 2 (n − 1) / n × message / (link × attained) + 2 ⌈log2 n⌉ × latency, twice a layer',
};

/**
 * The summands of a phase: each kind of work that takes time, then the fixed costs. They add up to `factor` × the step's
 * seconds (`factor`: how many steps, or what a speculative pass costs).
 */
export function phaseTerms(phase: 'prefill' | 'decode', plan: Plan, step: StepTime, factor: number): Term[] {
  const { constants } = plan.calibration;
  const terms: Term[] = [];
  const bandwidth = plan.device.bandwidth;
  for (const kind of OPERATION_KINDS) {
    const part = step.kinds[kind];
    if (part.seconds === 0 && part.bytes === 0) continue;
    terms.push({
      id: `${phase}.${kind}`,
      seconds: part.seconds * factor,
      bytes: part.bytes * factor,
      flop: part.flop * factor,
      formula: FORMULAS[kind],
      inputs: inputsOf(kind, plan, bandwidth, factor),
    });
  }
  const fixed = [
    [
      'launch',
      step.layerSeconds,
      'layers × seconds a layer',
      { secondsALayer: constants.layerSeconds, layers: plan.model.layers },
    ],
    ['step', step.stepSeconds, 'seconds a step', { secondsAStep: constants.stepSeconds }],
    [
      'sequences',
      step.sequenceSeconds,
      'sequences × seconds a sequence',
      { secondsASequence: constants.sequenceSeconds },
    ],
    [
      'host',
      step.hostSeconds,
      'layers × host seconds a layer − device seconds',
      { hostSecondsALayer: constants.hostLayerSeconds },
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

function inputsOf(
  kind: OperationKind,
  plan: Plan,
  bandwidth: number,
  factor: number,
): Record<string, number | string> {
  const { constants } = plan.calibration;
  if (kind === 'communication') {
    return {
      devices: plan.placement.used,
      link: plan.device.link?.bandwidth ?? 0,
      attained: constants.linkBandwidth,
      times: factor,
    };
  }
  const attained =
    kind === 'kv' || kind === 'state'
      ? constants.cacheBandwidth
      : kind === 'activations'
        ? constants.activationBandwidth
        : constants.weightBandwidth;
  return {
    bandwidth,
    attainedBandwidth: attained,
    peak: plan.compute.peak,
    peakFormat: plan.compute.format,
    attainedCompute: kind === 'kv' || kind === 'state' ? constants.attentionCompute : constants.compute,
    times: factor,
  };
}

/** A term of one fixed kind; nothing where it takes no time. */
export function fixedTerm(id: string, seconds: number, formula: string, inputs: Term['inputs']): Term[] {
  return seconds === 0 ? [] : [{ id, seconds, bytes: 0, flop: 0, formula, inputs }];
}
