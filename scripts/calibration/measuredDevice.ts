import { findDevice } from '../../src/hardware/catalogue';
import type { Device } from '../../src/hardware/device';
import { readMeasured } from './readCsv';

/** Processors of measured rows, which call the machine by its name; `bandwidth` where a machine has slower memory than its chip can have. */
const PROCESSORS: readonly (readonly [RegExp, { id: string; bandwidth?: number }])[] = [
  [/Pi 5|Pi 500/, { id: 'raspberry-pi-5' }],
  [/Pi 400/, { id: 'raspberry-pi-4' }],
  [/AmpereOne A192/, { id: 'ampereone-a192-32x' }],
  [/Framework 13/, { id: 'ryzen-ai-5-340' }],
  [/Framework Mainboard/, { id: 'zen5-strix-halo' }],
  // GMKtec, NucBox G3 Plus: one module of DDR4 at 3200 MT/s.
  [/N150/, { id: 'n150', bandwidth: 25.6e9 }],
  [/Orion O6|MS-R1/, { id: 'cix-p1' }],
  [/Optiplex 780/, { id: 'core-2-quad-q8400' }],
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
  const device = found && findDevice(found.id).device;
  if (!device) return null;
  return { ...device, ...(found.bandwidth === undefined ? {} : { bandwidth: found.bandwidth }) };
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
