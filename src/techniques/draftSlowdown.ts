import { shippedCalibration } from '../roofline/calibration';
import { planOf } from '../roofline/estimateScenario';
import { NO_MODIFIERS } from '../roofline/modifiers';
import type { Scenario } from '../roofline/scenario';
import { passSeconds } from '../roofline/steadyState';

/**
 * How many times shorter the target's plain step at batch 1 is in one scenario than in another: what a draft's cost, which is told in such
 * steps, has to be multiplied by. ``before` null: unquantised weights and cache without any technique, which drafts were measured beside.
 */
export function draftSlowdown(before: Scenario | null, after: Scenario): number {
  const reference = before ?? {
    ...after,
    setup: { ...after.setup, weights: after.model.quantisation === null ? null : 'bf16', kv: null },
    modifiers: NO_MODIFIERS,
  };
  const shorter = plainStep(reference) / plainStep(after);
  return Number.isFinite(shorter) && shorter > 0 ? shorter : 1;
}

function plainStep(scenario: Scenario): number {
  const plain = {
    ...scenario,
    workload: { ...scenario.workload, concurrency: 1, requestRate: null },
    modifiers: { ...scenario.modifiers, speculation: null },
  };
  return passSeconds(planOf(plain, shippedCalibration(), []), 1);
}
