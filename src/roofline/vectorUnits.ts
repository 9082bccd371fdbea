import type { Device } from '../hardware/device';
import type { FlopPerSecond } from '../units/quantities';
import { backendOf } from './backend';

/** What one compute unit of a generation does each clock: f32 FLOP as the vendor counts its peak, and 32-bit integer operations. */
interface Units {
  flop: number;
  integers: number;
}

/** 64 lanes that do either: Volta, Turing and GA100; AMD before it counted two operations issued at once. */
const SINGLE: Units = { flop: 128, integers: 64 };
/** 128 floating-point lanes (or 64 that issue twice) of which half do integers. */
const HALF: Units = { flop: 256, integers: 64 };
/** 128 lanes that do either, or have integer lanes beside them. */
const FULL: Units = { flop: 256, integers: 128 };

/**
 * By the vendors' architecture papers: NVIDIA (Volta, Turing, GA100, GA102, Ada, Hopper, RTX Blackwell), AMD instruction sets
 * (GCN, RDNA, CDNA), Intel Xe; Apple's M3 and later issue floating point and integers in parallel (WWDC 2023, "Explore GPU
 * advancements in M3 and A17 Pro"), which is told here as twice the integers of M1 and M2.
 */
const UNITS: Readonly<Record<string, Units>> = {
  pascal: { flop: 256, integers: 128 },
  volta: SINGLE,
  turing: SINGLE,
  ampere: HALF,
  ada: HALF,
  hopper: HALF,
  blackwell: HALF,
  'blackwell-ultra': HALF,
  'blackwell-rtx': FULL,
  gcn4: SINGLE,
  gcn5: SINGLE,
  rdna1: SINGLE,
  rdna2: SINGLE,
  rdna3: HALF,
  'rdna3-5': HALF,
  rdna4: HALF,
  cdna1: SINGLE,
  cdna2: SINGLE,
  cdna3: HALF,
  cdna4: HALF,
  'apple-m1': FULL,
  'apple-m2': FULL,
  'apple-m3': { flop: 256, integers: 256 },
  'apple-m4': { flop: 256, integers: 256 },
  'apple-m5': { flop: 256, integers: 256 },
  'xe-hpg': FULL,
  'xe-hpc': FULL,
  'xe-lpg': FULL,
  'xe-lpg-plus': FULL,
  xe2: FULL,
  'xe2-lpg': FULL,
  xe3: FULL,
};

function unitsOf(device: Device): Units | undefined {
  // Ampere with stacked memory is GA100, which is built as Volta and Turing are.
  if (device.architecture === 'ampere' && backendOf(device) === 'cuda-hbm') return SINGLE;
  return UNITS[device.architecture ?? ''];
}

/** Matrix units' half-precision rate over the vector units' single-precision rate, where a device states only the first. */
const USUAL_RATIO = 8;

/** Rate of the vector units, which run matrix-vector products of plain weights: the device's dense f32 peak. */
export function vectorRate(device: Device): FlopPerSecond {
  const { peak } = device;
  if (peak.f32 !== undefined) return peak.f32;
  return (peak.f16 ?? peak.bf16 ?? peak.tf32 ?? peak.int8 ?? 1e12) / USUAL_RATIO;
}

/** Integer operations a second, which unpack quantised weights: half of the f32 FLOP where the generation is not known. */
export function integerRate(device: Device): FlopPerSecond {
  const units = unitsOf(device);
  return vectorRate(device) * (units ? units.integers / units.flop : 0.5);
}

/** The clock at which fixed costs are told, in hertz: about that of the devices they were measured on. */
const USUAL_CLOCK = 1.7e9;

/**
 * How much longer than at the usual clock a device takes from one kernel to the next, where its peak, its units and its generation
 * say what its clock is; 1 where they do not.
 */
export function launchStretch(device: Device): number {
  const units = unitsOf(device);
  if (!units || device.computeUnits === undefined || device.peak.f32 === undefined) return 1;
  return USUAL_CLOCK / (device.peak.f32 / (device.computeUnits * units.flop));
}
