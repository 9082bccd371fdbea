import type { EngineConstants } from '../../src/roofline/calibration';
import { planOf } from '../../src/roofline/estimateScenario';
import { decodeStep, prefillTime, type Plan } from '../../src/roofline/phase';
import type { MeasuredCase } from './measuredCases';

/** A case with everything that does not depend on the constants worked out. */
export interface PreparedCase {
  measured: MeasuredCase;
  plan: Plan;
}

export function prepare(cases: readonly MeasuredCase[], constants: EngineConstants): PreparedCase[] {
  const entry = {
    engine: 'any',
    backend: null,
    constants,
    rows: 0,
    devices: 0,
    spread: { decode: { p10: 1, p90: 1, n: 0 }, prefill: { p10: 1, p90: 1, n: 0 } },
    error: { decode: null, prefill: null },
    date: '',
    source: '',
  };
  return cases.map((measured) => ({ measured, plan: planOf(measured.scenario, () => entry, []) }));
}

/** Seconds that the engine says under some constants: what `case.measured` was measured as. */
export function predict(prepared: PreparedCase, constants: EngineConstants): number {
  const { plan, measured } = prepared;
  plan.calibration.constants = constants;
  plan.attained.constants = constants;
  if (measured.scenario.setup.attention !== 'eager') plan.context.scoreBytes = constants.scoreBytes;
  const { prompt, output } = plan.lengths;
  const sequences = measured.scenario.workload.concurrency;
  if (measured.kind === 'prefill') return prefillTime(plan, sequences, prompt, 0).seconds;
  const step = decodeStep(plan, sequences, 1, prompt, prompt + Math.max(0, output - 1)).seconds;
  if (measured.kind === 'token') return step;
  return prefillTime(plan, sequences, prompt, 0).seconds + Math.max(0, output - 1) * step;
}
