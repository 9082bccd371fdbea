import type { NumberFormat } from '../units/numberFormat';
import type { Workload } from '../workload/workload';
import type { ServingSetup } from './setup';

/** What a deployment says in the engine room's terms. */
export interface ServingHints {
  /** The defaults with everything that the deployment sets. */
  setup: ServingSetup;
  /** What of it the deployment itself sets. */
  changed: Partial<ServingSetup>;
  /** Compute format that it asks for; null where the checkpoint decides. */
  compute: NumberFormat | null;
  /** What it says about the work; little, mostly. */
  workload: Partial<Workload>;
  /** Settings that matter to memory or time, and that are not modelled. */
  notModelled: readonly string[];
}
