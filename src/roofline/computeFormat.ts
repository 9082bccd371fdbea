import type { Engine } from '../deployment/engine';
import type { Device } from '../hardware/device';
import type { WeightScheme } from '../model/weightScheme';
import { elementBytes, type NumberFormat } from '../units/numberFormat';
import type { FlopPerSecond, Warning } from '../units/quantities';
import { ScenarioError } from './scenarioError';
import { mmaShare } from './vectorUnits';

export interface ComputeFormat {
  format: NumberFormat;
  peak: FlopPerSecond;
}

/** Where a format has no units of its own, these are tried in order: each holds its values without loss that matters. */
const FALLS_TO: Readonly<Record<NumberFormat, readonly NumberFormat[]>> = {
  f64: ['f64', 'f32'],
  f32: ['f32', 'tf32', 'f16', 'bf16'],
  tf32: ['tf32', 'f32', 'bf16', 'f16'],
  bf16: ['bf16', 'f16', 'f32'],
  f16: ['f16', 'bf16', 'f32'],
  fp8: ['fp8'],
  int8: ['int8'],
  fp4: ['fp4'],
  int4: ['int4'],
  ternary: ['int8'],
};

/**
 * The format that matrix multiplications run in: the scheme's own where the device has units for it, else the model's
 * compute format or the nearest that the device has.
 *
 * @throws ScenarioError `bad-device` where the device lists no peak at all.
 */
export function computeFormat(
  device: Device,
  modelFormat: NumberFormat,
  scheme: WeightScheme | null,
  engine: Engine,
  warnings: Warning[],
): ComputeFormat {
  if (engine === 'llama.cpp' && device.vendor === 'nvidia' && device.peak.int8 !== undefined) {
    // Its kernels multiply quantised blocks in int8, and f16 with f16 sums: half the int8 rate on every such device, GeForce
    // included, whose f16 peak with f32 sums is lower still.
    const peak = Math.max(device.peak.f16 ?? 0, device.peak.int8 / 2);
    return { format: 'f16', peak: peak * mmaShare(device) };
  }
  if (scheme?.computes) {
    const own = firstWithUnits(device, FALLS_TO[scheme.computes]);
    if (own) return own;
    warnings.push({
      code: 'no-format-units',
      message: `${device.name} has no ${scheme.computes} units: ${scheme.title} saves bytes there, and multiplies in a wider format.`,
    });
  }
  const found = firstWithUnits(device, FALLS_TO[modelFormat]) ?? anyPeak(device);
  if (!found) throw new ScenarioError('bad-device', `${device.name} lists no peak for any number format.`);
  if (found.format === 'f32' && (modelFormat === 'bf16' || modelFormat === 'f16')) {
    warnings.push({
      code: 'no-format-units',
      message: `${device.name} has no units for ${modelFormat}: multiplications run in f32.`,
    });
  }
  return found;
}

/** What attention multiplies in: 16 bits at the least. */
export function scoringFormat(format: NumberFormat): string {
  return elementBytes(format) >= 2 ? format : '16 bits';
}

/**
 * Peak of what attention multiplies in: queries and keys stay in 16 bits where weights and activations are multiplied in fewer.
 */
export function scoringPeak(device: Device, { format, peak }: ComputeFormat): FlopPerSecond {
  if (elementBytes(format) >= 2) return peak;
  return Math.min(peak, device.peak.bf16 ?? device.peak.f16 ?? peak);
}

function firstWithUnits(device: Device, formats: readonly NumberFormat[]): ComputeFormat | null {
  for (const format of formats) {
    const peak = device.peak[format];
    if (peak !== undefined && peak > 0) return { format, peak };
  }
  return null;
}

function anyPeak(device: Device): ComputeFormat | null {
  for (const format of ['bf16', 'f16', 'f32', 'tf32', 'fp8', 'int8'] as const) {
    const peak = device.peak[format];
    if (peak !== undefined && peak > 0) return { format, peak };
  }
  return null;
}
