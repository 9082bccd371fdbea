import type { ServingSetup } from '../deployment/setup';
import type { Device } from '../hardware/device';
import type { ModelSpec } from '../model/spec';
import type { Workload } from '../workload/workload';
import type { Modifiers } from './modifiers';

/** One question: this model, deployed so, on this hardware, under this workload. */
export interface Scenario {
  model: ModelSpec;
  setup: ServingSetup;
  device: Device;
  /** Devices of that kind in use; data-parallel replicas included. */
  devices: number;
  workload: Workload;
  /** What techniques change in the engine's terms; `NO_MODIFIERS` for the plain deployment. */
  modifiers: Modifiers;
}
