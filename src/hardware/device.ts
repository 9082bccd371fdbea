import type { NumberFormat } from '../units/numberFormat';
import type { Bytes, BytesPerSecond, DollarsPerHour, FlopPerSecond, Seconds, Watts } from '../units/quantities';

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
  latency: Seconds;
}

/** One device of the catalogue. Peaks are dense (no structured sparsity), accumulated as the vendor's datasheet states. */
export interface Device {
  id: string;
  name: string;
  vendor: 'nvidia' | 'amd' | 'intel' | 'apple' | 'google' | 'qualcomm' | 'other';
  class: DeviceClass;
  /** What people and clouds call it: driver names, instance types. Compared without case, spaces and punctuation. */
  aliases: readonly string[];
  memory: Bytes;
  bandwidth: BytesPerSecond;
  /** Dense peaks of the formats that the device's units really compute in; a format that is absent has no unit. */
  peak: Readonly<Partial<Record<NumberFormat, FlopPerSecond>>>;
  /** To a sibling in the same machine; absent where there is none. */
  link?: Link;
  /** To the host's memory, for offload. */
  hostBandwidth?: BytesPerSecond;
  power?: Watts;
  price?: { dollarsPerHour: DollarsPerHour; source: string; date: string };
  /** Where the numbers were read, and when (ISO date). A field from somewhere else is named in `sources`. */
  source: string;
  date: string;
  sources?: Readonly<Record<string, string>>;
}
