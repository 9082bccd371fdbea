import type { Device } from '../hardware/device';
import type { FlopPerSecond } from '../units/quantities';
import { backendOf } from './backend';
import data from './vectorUnits.json';

/** What one compute unit of a generation does each clock: a row of `vectorUnits.json`. */
export interface VectorUnits {
  architecture: string;
  /** A chip with stacked memory that is built unlike the others of its generation: GA100. */
  stackedMemory?: boolean;
  /** f32 FLOP as the vendor counts its peak, and 32-bit integer operations. */
  flop: number;
  integers: number;
  source: string;
  /** What is left of the matrix units' peak for kernels that use the instructions of the generation before. */
  mmaShare?: number;
  mmaSource?: string;
  /** FLOP a second that one unit reaches in fused attention written with such instructions, whatever the chip's peak. */
  attentionRate?: number;
  attentionSource?: string;
}

/** Rows of each generation. The papers are named as they are remembered; none was opened again. */
const ROWS = new Map<string, VectorUnits[]>();
for (const row of data as readonly VectorUnits[]) {
  ROWS.set(row.architecture, [...(ROWS.get(row.architecture) ?? []), row]);
}

function unitsOf(device: Device): VectorUnits | undefined {
  const rows = ROWS.get(device.architecture ?? '') ?? [];
  const stacked = rows.length > 1 && backendOf(device) === 'cuda-hbm';
  return rows.find((row) => (row.stackedMemory === true) === stacked);
}

/** Share of the matrix units' peak that kernels reach which keep to `mma`, as llama.cpp's do. */
export function mmaShare(device: Device): number {
  return unitsOf(device)?.mmaShare ?? 1;
}

/** Share of `peak` that fused attention reaches at the most which keeps to the instructions of the generation before, as PyTorch's does. */
export function attentionShare(device: Device, peak: FlopPerSecond): number {
  const rate = unitsOf(device)?.attentionRate;
  if (rate === undefined || device.computeUnits === undefined) return 1;
  return (rate * device.computeUnits) / peak;
}

/** Matrix units' half-precision rate over the vector units' single-precision rate, where a device states only the first. */
const USUAL_RATIO = 8;

/** Rate of the vector units, which run matrix-vector products: the device's dense f32 peak. */
export function vectorRate(device: Device): FlopPerSecond {
  const { peak } = device;
  if (peak.f32 !== undefined) return peak.f32;
  return (peak.f16 ?? peak.bf16 ?? peak.tf32 ?? peak.int8 ?? 1e12) / USUAL_RATIO;
}

/** Integer operations a second, which unpack quantised weights and load plain ones: half of the f32 FLOP where the generation is not known. */
export function integerRate(device: Device): FlopPerSecond {
  if (backendOf(device) === 'cpu') return processorIntegers(device);
  const units = unitsOf(device);
  return vectorRate(device) * (units ? units.integers / units.flop : 0.5);
}

/** 8-bit operations of dot products for each 32-bit integer operation of the same units: two products' sums over four lanes. */
const DOT_OPERATIONS = 8;

/** 8-bit operations for each f32 FLOP of vector units with dot products; what matrix units (AMX, SMMLA) add unpacks nothing. */
const DOT_RATIO = 4;

/**
 * Processors unpack blocks with the instructions that multiply them: dot products where there are some (VNNI, NEON's), widening
 * multiplications at half of their rate (AVX2, older NEON), one by one where `int8` is absent.
 */
function processorIntegers(device: Device): FlopPerSecond {
  const single = vectorRate(device);
  return Math.min(device.peak.int8 ?? single, DOT_RATIO * single) / DOT_OPERATIONS;
}

/** The clock at which fixed costs are told, in hertz: about that of the devices they were measured on. */
const USUAL_CLOCK = 1.7e9;

/** The number of cores at which fixed costs of processors are told. */
const USUAL_CORES = 16;

/**
 * How much longer than at the usual clock a device takes from one kernel to the next, where its peak, its units and its generation
 * say what its clock is; 1 where they do not. On processors all cores meet after each operation, spinning on one counter (ggml's
 * barrier), which takes time for each of them.
 */
export function launchStretch(device: Device): number {
  if (backendOf(device) === 'cpu') return (device.computeUnits ?? USUAL_CORES) / USUAL_CORES;
  const units = unitsOf(device);
  if (!units || device.computeUnits === undefined || device.peak.f32 === undefined) return 1;
  return USUAL_CLOCK / (device.peak.f32 / (device.computeUnits * units.flop));
}
