import type { Device } from '../hardware/device';
import type { FlopPerSecond } from '../units/quantities';

/** Matrix units' half-precision rate over the vector units' single-precision rate, where a device states only the first. */
const USUAL_RATIO = 8;

/**
 * Rate of the vector units, which unpack quantised weights and run matrix-vector products: the device's dense f32 peak.
 */
export function vectorRate(device: Device): FlopPerSecond {
  const { peak } = device;
  if (peak.f32 !== undefined) return peak.f32;
  return (peak.f16 ?? peak.bf16 ?? peak.tf32 ?? peak.int8 ?? 1e12) / USUAL_RATIO;
}
