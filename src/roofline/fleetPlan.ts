import type { Bytes, Seconds } from '../units/quantities';
import type { Calibration } from './calibration';
import type { MemoryEstimate, Term } from './estimate';
import type { AllReduce, Fleet } from './fleet';
import type { LayerRange } from './fleetSplit';
import type { Scenario } from './scenario';
import type { StepTime } from './stepTime';

/** One way of sharing a model among the devices of a fleet, with its times. */
export interface FleetPlan {
  strategy: 'pipeline' | 'tensor';
  /** Null in a pipeline, which sums nothing. */
  allReduce: AllReduce | null;
  members: readonly FleetMember[];
  fits: boolean;
  /** Of all prompts together; of one pass of all sequences, which drafts and verifies under speculation. */
  prefillSeconds: Seconds;
  passSeconds: Seconds;
  /** Of these, what goes over the links. */
  prefillLinkSeconds: Seconds;
  passLinkSeconds: Seconds;
  terms: readonly Term[];
  steps: { prefill: readonly StepTime[]; decode: readonly StepTime[] };
}

export interface FleetMember {
  /** Place in the fleet. */
  at: number;
  /** Layers of a pipeline's stage; all of them where tensors are split. */
  layers: LayerRange;
  /** Share of each layer. */
  share: number;
  /** Of one decode pass. */
  seconds: Seconds;
  memory: MemoryEstimate & { capacity: Bytes };
}

/** What a plan is sought for. */
export interface FleetQuestion {
  scenario: Scenario;
  fleet: Fleet;
  calibration: Calibration;
}
/** Prefill and all passes: what two plans are compared by. */
export function totalSeconds({ workload, modifiers }: Scenario, plan: FleetPlan): Seconds {
  const output = Math.round(workload.outputTokens * modifiers.outputTokens);
  const emitted = modifiers.speculation?.tokensPerPass ?? 1;
  return plan.prefillSeconds + (Math.max(0, output - 1) * plan.passSeconds) / emitted;
}
