import { findDevice } from '../../src/hardware/catalogue';
import type { Device } from '../../src/hardware/device';
import { readMeasured } from './readCsv';

/** Processors of measured rows that the catalogue lacks: memory channels × rate, cores × clock × vector lanes, as vendors state them. */
const PROCESSORS: readonly (readonly [RegExp, { bandwidth: number; f32: number; memory: number }])[] = [
  [/Pi 5|Pi 500/, { bandwidth: 17.1e9, f32: 0.154e12, memory: 16e9 }],
  [/Pi 400/, { bandwidth: 12.8e9, f32: 0.058e12, memory: 4e9 }],
  [/AmpereOne A192/, { bandwidth: 332.8e9, f32: 9.8e12, memory: 512e9 }],
  [/Framework 13/, { bandwidth: 89.6e9, f32: 0.92e12, memory: 16e9 }],
  [/Framework Mainboard/, { bandwidth: 256e9, f32: 2.6e12, memory: 128e9 }],
  [/N150/, { bandwidth: 38.4e9, f32: 0.23e12, memory: 16e9 }],
  [/Orion O6|MS-R1/, { bandwidth: 96e9, f32: 0.66e12, memory: 16e9 }],
  [/Optiplex 780/, { bandwidth: 10.7e9, f32: 0.085e12, memory: 8e9 }],
];

let specifications: Map<string, Record<string, string>> | undefined;
const known = new Map<string, Device | null>();

/** Devices that the measured files call by names that the catalogue need not know. */
const NAMES: Readonly<Record<string, string>> = {
  'NVIDIA A100-40GB (Argonne)': 'a100-sxm-40gb',
  'NVIDIA A100-40GB': 'a100-sxm-40gb',
  'NVIDIA A100-80GB (form factor unstated)': 'a100-sxm-80gb',
  'NVIDIA A100-SXM-80GB (330W cap)': 'a100-sxm-80gb',
  'AMD Strix Halo (Radeon 8060S, 128GB)': 'strix-halo',
  'NVIDIA T4 (GCP, 208GB DRAM, 1.5TB SSD)': 't4',
};

/** The device of a measured row: the catalogue's, or one made from the measured files' own specifications. */
export function measuredDevice(name: string): Device | null {
  const cached = known.get(name);
  if (cached !== undefined) return cached;
  const device = processor(name) ?? catalogued(NAMES[name] ?? name) ?? fromSpecifications(name);
  known.set(name, device);
  return device;
}

function processor(name: string): Device | null {
  if (!/CPU/.test(name)) return null;
  const found = PROCESSORS.find(([pattern]) => pattern.test(name))?.[1];
  if (!found) return null;
  return {
    id: name,
    name,
    vendor: 'other',
    class: 'cpu',
    aliases: [],
    memory: found.memory,
    bandwidth: found.bandwidth,
    peak: { f32: found.f32 },
    source: 'vendor specifications of memory and cores',
    date: '2026-11-23',
  };
}

function catalogued(name: string): Device | null {
  if (/CPU/.test(name)) return null;
  const device = findDevice(name.replace(/\(.*\)/, '').trim()).device ?? null;
  const memory = Number(specification(name)?.mem_gb) * 1e9;
  // A row's machine may have less memory than the largest of its kind.
  return device && memory > 0 && device.class === 'apple-silicon' ? { ...device, memory } : device;
}

function specification(name: string): Record<string, string> | undefined {
  specifications ??= new Map(readMeasured('hardware_specs.csv').map((row) => [row.hardware ?? '', row]));
  return specifications.get(name);
}

function fromSpecifications(name: string): Device | null {
  const row = specification(name);
  if (!row) return null;
  const bandwidth = Number(row.mem_bw_gb_s) * 1e9;
  const half = Number(row.fp16_dense_tflops) * 1e12;
  const eight = Number(row.fp8_or_int8_dense_tflops) * 1e12;
  const memory = Number(row.mem_gb) * 1e9;
  if (!(bandwidth > 0) || !(half > 0)) return null;
  const vendor = /NVIDIA/.test(name)
    ? 'nvidia'
    : /AMD/.test(name)
      ? 'amd'
      : /Apple/.test(name)
        ? 'apple'
        : /Intel/.test(name)
          ? 'intel'
          : 'other';
  return {
    id: name,
    name,
    vendor,
    class: classOf(name),
    aliases: [],
    memory,
    bandwidth,
    peak:
      vendor === 'apple'
        ? { f32: half / 2, f16: half / 2 }
        : { f32: half / vectorRatio(name), f16: half, bf16: half, ...(eight > half ? { int8: eight } : {}) },
    source: 'hardware_specs.csv',
    date: '2026-11-23',
  };
}

/** Matrix half-precision rate over the vector units' single-precision rate, by architecture (datasheets). */
function vectorRatio(name: string): number {
  if (/RTX (30|40)\d\d|5090|RX 6|RX 7|W7700/.test(name)) return 2;
  if (/RX 580/.test(name)) return 1;
  if (/Arc|Core Ultra|Orin|MI250/.test(name)) return 8;
  if (/Max 1/.test(name)) return 16;
  if (/CPU|Xeon/.test(name)) return 8;
  return 4;
}

function classOf(name: string): Device['class'] {
  if (/Xeon|CPU/.test(name)) return 'cpu';
  if (/Apple/.test(name)) return 'apple-silicon';
  if (/Gaudi|SN40L/.test(name)) return 'accelerator';
  if (/Core Ultra|GB10/.test(name)) return 'integrated-gpu';
  if (/Jetson/.test(name)) return 'jetson';
  if (/Max 1|H100|A100|MI2|MI3|B200|T4/.test(name)) return 'datacentre-gpu';
  if (/A6000|A4000|A2000|Ada|PRO|Pro/.test(name)) return 'workstation-gpu';
  return 'consumer-gpu';
}
