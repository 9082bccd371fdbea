import type { NumberFormat } from '../units/numberFormat';
import type {
  Bytes,
  BytesPerSecond,
  DollarsPerHour,
  FlopPerSecond,
  Seconds,
  Watts,
} from '../units/quantities';

export type DeviceClass =
  | 'datacentre-gpu'
  | 'workstation-gpu'
  | 'consumer-gpu'
  | 'integrated-gpu'
  | 'apple-silicon'
  | 'accelerator'
  | 'cpu'
  | 'phone'
  | 'jetson'
  | 'this-machine';

export interface Link {
  kind: 'nvlink' | 'pcie' | 'xgmi' | 'ethernet' | 'infiniband' | 'ici' | 'other';
  /** One direction, one device, all its links together. */
  bandwidth: BytesPerSecond;
  /** Time of the smallest transfer between two siblings, its launch included. */
  latency: Seconds;
}

export type Peaks = Readonly<Partial<Record<NumberFormat, FlopPerSecond>>>;

/**
 * One device of the catalogue.
 *
 * Peaks are dense (no structured sparsity), at the vendor's boost clock, with 32-bit accumulation (integers for
 * integer formats), since that is what inference kernels use. Where 16-bit accumulation is faster, as on GeForce,
 * `halfAccumulatePeak` has the higher figure. A CPU's peak is its vector or matrix units' at the highest clock that
 * the vendor names for all cores, or for one where no other is named: a ceiling, not an expectation.
 */
export interface Device {
  id: string;
  name: string;
  vendor: 'nvidia' | 'amd' | 'intel' | 'apple' | 'google' | 'qualcomm' | 'other';
  class: DeviceClass;
  /** What people and clouds call it: driver names, instance types. Compared without case, spaces and punctuation. */
  aliases: readonly string[];
  /** The vendor's figure, "80 GB" being 80 × 10^9. Memory chips come in powers of two, so software finds more: `usableMemory`. */
  memory: Bytes;
  /** What the driver reports as total, error correction and firmware taken off, where somebody printed it. */
  usableMemory?: Bytes;
  /** True where processor and accelerator share one memory; then `memory` is the largest that is sold. */
  sharedMemory?: boolean;
  bandwidth: BytesPerSecond;
  /** Dense peaks of the formats that the device's units really compute in; a format that is absent has no unit. */
  peak: Peaks;
  /** Dense peaks with 16-bit accumulation, where these are higher than `peak`. */
  halfAccumulatePeak?: Peaks;
  /** The vendor's generation, kebab-case: `hopper`, `ada`, `cdna3`, `apple-m2`. Decides which kernels exist. */
  architecture?: string;
  /** Streaming multiprocessors, compute units, Xe cores, GPU cores, or processor cores. */
  computeUnits?: number;
  /** To a sibling in the same machine; absent where there is none. */
  link?: Link;
  /** To the host's memory, for offload. */
  hostBandwidth?: BytesPerSecond;
  /** Read from the disk or flash of its machine, in order; absent where nothing is said of one. */
  storageBandwidth?: BytesPerSecond;
  power?: Watts;
  price?: { dollarsPerHour: DollarsPerHour; source: string; date: string };
  /** Where the numbers were read, and when (ISO date). A field from somewhere else is named in `sources`. */
  source: string;
  date: string;
  /** False where the source is a datasheet known by heart that could not be opened again on `date`. */
  checked?: boolean;
  sources?: Readonly<Record<string, string>>;
}
