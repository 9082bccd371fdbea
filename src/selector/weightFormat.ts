import { findScheme } from '../model/weightSchemes';
import type { Scenario } from '../roofline/scenario';
import { elementBytes } from '../units/numberFormat';
import type { FlopPerSecond } from '../units/quantities';

/** Bits of a stored weight, and the peak of the units that multiply it. */
export function formatOf({ model, setup, device }: Scenario): { bits: number; peak: FlopPerSecond } {
  const scheme = setup.weights === null ? undefined : findScheme(setup.weights);
  const computes = scheme?.computes ?? model.format;
  const { peak } = device;
  return {
    bits: scheme?.bits ?? model.quantisation?.bits ?? elementBytes(model.format) * 8,
    peak: peak[computes] ?? peak.bf16 ?? peak.f16 ?? peak.f32 ?? 1e9,
  };
}

/** Whether the device has no units for the format that the weights are to be multiplied in. */
export function lacksWeightUnits({ setup, device }: Scenario): boolean {
  const computes = setup.weights === null ? null : findScheme(setup.weights)?.computes;
  return computes != null && device.peak[computes] === undefined;
}

/** Whether the device has no units for the format of the cache, so that each element is widened by instructions. */
export function lacksCacheUnits({ setup, device }: Scenario): boolean {
  return setup.kv !== null && device.peak[setup.kv] === undefined;
}

/** Bits of an element of the cache. */
export function cacheBits({ model, setup }: Scenario): number {
  return elementBytes(setup.kv ?? model.format) * 8;
}
