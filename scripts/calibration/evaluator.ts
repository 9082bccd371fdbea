import type { EngineConstants } from '../../src/roofline/calibration';
import { sequencesAtOnce } from '../../src/roofline/atOnce';
import { planOf } from '../../src/roofline/estimateScenario';
import {
  prepareDecode,
  preparePrefill,
  runPrefill,
  runStep,
  type Plan,
  type PreparedPrefill,
  type PreparedStep,
} from '../../src/roofline/phase';
import type { MeasuredCase } from './measuredCases';

/** A case with everything that does not depend on the constants worked out. */
export interface PreparedCase {
  measured: MeasuredCase;
  plan: Plan;
  prefill: PreparedPrefill | null;
  decode: PreparedStep | null;
  /** Decode steps in what was timed: more where sequences wait for others to end. */
  steps: number;
}

export function prepare(cases: readonly MeasuredCase[], constants: EngineConstants): PreparedCase[] {
  const entry = {
    engine: 'any',
    backend: null,
    constants,
    served: null,
    neighbours: [],
    rows: 0,
    devices: 0,
    spread: { decode: { p10: 1, p90: 1, n: 0 }, prefill: { p10: 1, p90: 1, n: 0 } },
    error: { decode: null, prefill: null },
    date: '',
    source: '',
  };
  return cases.map((measured) => {
    const plan = planOf(measured.scenario, () => entry, []);
    const { prompt, output } = plan.lengths;
    const sequences = measured.scenario.workload.concurrency;
    const atOnce = sequencesAtOnce(measured.scenario, plan.model, plan.placement, plan.lengths, sequences);
    return {
      measured,
      plan,
      prefill: measured.kind === 'token' ? null : preparePrefill(plan, sequences, prompt, 0),
      decode:
        measured.kind === 'prefill'
          ? null
          : prepareDecode(plan, atOnce, 1, prompt, prompt + Math.max(0, output - 1)),
      steps: measured.kind === 'token' ? 1 : (sequences / atOnce) * Math.max(0, output - 1),
    };
  });
}

/** Seconds that the engine says under some constants: what `case.measured` was measured as. */
export function predict(prepared: PreparedCase, constants: EngineConstants): number {
  const { plan, measured } = prepared;
  plan.calibration.constants = constants;
  plan.attained.constants = constants;
  plan.attained.kernel = constants.kernels[measured.scenario.setup.weights ?? ''] ?? null;
  return (
    (prepared.prefill ? runPrefill(plan, prepared.prefill).seconds : 0) +
    (prepared.decode ? prepared.steps * runStep(plan, prepared.decode).seconds : 0)
  );
}
