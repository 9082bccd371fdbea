import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { allDevices, findDevice } from '../../../src/hardware/catalogue';
import type { Device } from '../../../src/hardware/device';
import { softwareMemory } from '../../../src/hardware/softwareMemory';
import type { NumberFormat } from '../../../src/units/numberFormat';

const device = (id: string): Device => {
  const found = findDevice(id).device;
  assert.ok(found, id);
  return found;
};

const near = (actual: number | undefined, expected: number, tolerance: number, what: string): void => {
  assert.ok(actual !== undefined, `${what} is missing`);
  assert.ok(Math.abs(actual / expected - 1) <= tolerance, `${what}: ${actual}, expected ${expected}`);
};

const among = (...architectures: string[]): Device[] =>
  allDevices().filter(
    ({ architecture, vendor }) => vendor === 'nvidia' && architectures.includes(architecture ?? ''),
  );

/** Formats that the vendor's units of a generation have, and those that they have not. */
const FORMATS: Record<string, { has: NumberFormat[]; lacks: NumberFormat[] }> = {
  pascal: { has: ['f32'], lacks: ['bf16', 'tf32', 'fp8', 'fp4', 'int4'] },
  volta: { has: ['f32', 'f16'], lacks: ['bf16', 'tf32', 'fp8', 'fp4', 'int4'] },
  turing: { has: ['f32', 'f16', 'int8'], lacks: ['bf16', 'tf32', 'fp8', 'fp4'] },
  ampere: { has: ['f32', 'tf32', 'bf16', 'f16', 'int8', 'int4'], lacks: ['fp8', 'fp4'] },
  ada: { has: ['f32', 'tf32', 'bf16', 'f16', 'fp8', 'int8'], lacks: ['fp4'] },
  hopper: { has: ['f32', 'tf32', 'bf16', 'f16', 'fp8', 'int8'], lacks: ['fp4', 'int4'] },
  blackwell: { has: ['bf16', 'f16', 'fp8', 'int8', 'fp4'], lacks: ['int4'] },
  'blackwell-rtx': { has: ['f32', 'bf16', 'f16', 'fp8', 'int8', 'fp4'], lacks: ['int4'] },
  cdna2: { has: ['bf16', 'f16', 'int8'], lacks: ['fp8', 'fp4'] },
  cdna3: { has: ['bf16', 'f16', 'fp8', 'int8'], lacks: ['fp4'] },
  cdna4: { has: ['bf16', 'f16', 'fp8', 'int8', 'fp4'], lacks: [] },
  rdna2: { has: ['f16', 'int8'], lacks: ['bf16', 'fp8'] },
  rdna3: { has: ['bf16', 'f16', 'int8'], lacks: ['fp8'] },
  rdna4: { has: ['bf16', 'f16', 'fp8', 'int8'], lacks: ['fp4'] },
};

describe('device figures', () => {
  it('agree with the vendors’ datasheets, dense', () => {
    // memory GB, bandwidth GB/s, then peaks in TFLOP/s; figures that are printed sparse are halved here by hand.
    const sheets: [string, number, number, Partial<Record<NumberFormat, number>>][] = [
      ['h100-sxm', 80, 3350, { tf32: 989 / 2, bf16: 1979 / 2, fp8: 3958 / 2, int8: 3958 / 2, f32: 67 }],
      ['h100-pcie', 80, 2000, { bf16: 1513 / 2, fp8: 3026 / 2, f32: 51 }],
      ['h100-nvl', 94, 3900, { bf16: 1671 / 2, fp8: 3341 / 2, f32: 60 }],
      ['h200-sxm', 141, 4800, { bf16: 1979 / 2, fp8: 3958 / 2 }],
      ['h20', 96, 4000, { bf16: 148, fp8: 296, f32: 44 }],
      ['b200-sxm', 180, 7700, { bf16: 4500 / 2, fp8: 9000 / 2, fp4: 18000 / 2 }],
      ['a100-sxm-80gb', 80, 2039, { tf32: 156, bf16: 312, int8: 624, f32: 19.5 }],
      ['a100-sxm-40gb', 40, 1555, { bf16: 312 }],
      ['a10', 24, 600, { bf16: 125, int8: 250, f32: 31.2 }],
      ['a40', 48, 696, { bf16: 149.7, int8: 299.3, f32: 37.4 }],
      ['l4', 24, 300, { bf16: 242 / 2, fp8: 485 / 2, f32: 30.3 }],
      ['l40s', 48, 864, { bf16: 362, fp8: 733, f32: 91.6 }],
      ['t4', 16, 320, { f16: 65, int8: 130, f32: 8.1 }],
      ['v100-sxm2-32gb', 32, 900, { f16: 125, f32: 15.7 }],
      ['rtx-3090', 24, 936, { f16: 71, bf16: 71, int8: 284, f32: 35.6 }],
      ['rtx-4090', 24, 1008, { f16: 165.2, fp8: 330.3, int8: 660.6, f32: 82.6 }],
      ['rtx-5090', 32, 1792, { f16: 209.5, fp8: 419, fp4: 1676, int8: 838, f32: 104.8 }],
      ['rtx-a6000', 48, 768, { f16: 309.7 / 2, f32: 38.7 }],
      ['rtx-6000-ada', 48, 960, { fp8: 1457 / 2, f32: 91.1 }],
      ['rtx-4000-ada', 20, 360, { fp8: 427.6 / 2, f32: 26.7 }],
      ['mi300x', 192, 5300, { bf16: 1307.4, fp8: 2614.9, int8: 2614.9, f32: 163.4 }],
      ['mi250', 128, 3276.8, { bf16: 362.1, int8: 362.1 }],
      ['mi355x', 288, 8000, { bf16: 2516.6, fp8: 5033.2, fp4: 10066.3 }],
      ['rx-7900-xtx', 24, 960, { f16: 122.8 }],
      ['rx-9070-xt', 16, 640, { f16: 195, fp8: 389 }],
      ['gaudi2', 96, 2450, { bf16: 432, fp8: 865 }],
      ['gaudi3', 128, 3700, { bf16: 1835, fp8: 1835 }],
      ['tpu-v5e', 16, 819, { bf16: 197, int8: 393 }],
      ['tpu-v6e', 32, 1638, { bf16: 918, int8: 1836 }],
      ['m2-ultra-76', 192, 800, { f32: 27.2 }],
      ['m1-max-32', 64, 400, { f32: 10.4 }],
      ['strix-halo', 128, 256, { f16: 59.4 }],
      ['jetson-agx-orin-64gb', 64, 204.8, { int8: 170 / 2 }],
    ];
    for (const [id, memory, bandwidth, peaks] of sheets) {
      const found = device(id);
      near(found.memory, memory * 1e9, 0.001, `${id} memory`);
      near(found.bandwidth, bandwidth * 1e9, 0.021, `${id} bandwidth`);
      for (const [format, tera] of Object.entries(peaks)) {
        near(found.peak[format as NumberFormat], tera * 1e12, 0.025, `${id} ${format}`);
      }
    }
  });

  it('have the formats of their generation and no others', () => {
    for (const found of allDevices()) {
      const known = FORMATS[found.architecture ?? ''];
      if (!known) continue;
      for (const format of known.has) assert.ok(found.peak[format], `${found.id} should have ${format}`);
      for (const format of known.lacks)
        assert.equal(found.peak[format], undefined, `${found.id} has no ${format}`);
    }
  });

  it('double where the bits halve, on units with 32-bit accumulation', () => {
    for (const { id, peak } of among('hopper', 'ada', 'blackwell', 'blackwell-rtx')) {
      near(peak.fp8, 2 * (peak.bf16 ?? 0), 0.02, `${id} fp8`);
      assert.equal(peak.bf16, peak.f16, id);
    }
    for (const { id, peak, halfAccumulatePeak } of among('ampere')) {
      const full = halfAccumulatePeak?.f16 ?? peak.f16 ?? 0;
      // The A10G's datasheet alone gives eight bits no more than twice the slower rate.
      near(peak.int8, 2 * (id === 'a10g' ? (peak.f16 ?? 0) : full), 0.02, `${id} int8`);
    }
  });

  it('are half on GeForce tensor units, whose 16-bit accumulation is twice as fast', () => {
    const geforce = allDevices().filter(({ id }) => /^rtx-[2-5]0\d0/.test(id) && !id.includes('ada'));
    assert.ok(geforce.length > 40);
    for (const { id, peak, halfAccumulatePeak } of geforce) {
      near(halfAccumulatePeak?.f16, 2 * (peak.f16 ?? 0), 0.02, `${id} f16`);
    }
    for (const id of ['rtx-a6000', 'rtx-6000-ada', 'h100-sxm', 'titan-rtx']) {
      assert.equal(device(id).halfAccumulatePeak, undefined, id);
    }
  });

  it('keep within what physics and shops allow', () => {
    for (const { id, memory, usableMemory, bandwidth, peak, link, hostBandwidth } of allDevices()) {
      const best = Math.max(...Object.values(peak));
      assert.ok(memory >= 2e9, id);
      assert.ok(bandwidth / memory < 140, `${id}: memory read more often a second than any part can`);
      assert.ok(
        best / bandwidth > 1 && best / bandwidth < 5000,
        `${id}: ${best / bandwidth} operations a byte`,
      );
      if (usableMemory !== undefined) {
        assert.ok(
          usableMemory > 0.94 * memory && usableMemory < 1.075 * memory,
          `${id}: ${usableMemory / memory}`,
        );
      }
      if (link) assert.ok(link.bandwidth <= bandwidth && link.latency >= 1e-6 && link.latency <= 1e-4, id);
      if (hostBandwidth) assert.ok([8, 16, 32, 36, 64, 450].includes(hostBandwidth / 1e9), id);
    }
  });

  it('have a source and a day each, and none of tomorrow', () => {
    const today = new Date().toISOString().slice(0, 10);
    for (const { id, source, date, sources, price } of allDevices()) {
      for (const text of [source, price?.source ?? source, ...Object.values(sources ?? {})]) {
        assert.ok(
          text.length > 8 && !text.startsWith('@') && !text.startsWith('undefined'),
          `${id}: ${text}`,
        );
      }
      assert.ok(date <= today && (price?.date ?? date) <= today, id);
    }
  });

  it('cover the devices that people run models on', () => {
    const devices = allDevices();
    assert.ok(devices.length >= 300, String(devices.length));
    for (const [kind, least] of Object.entries({
      'datacentre-gpu': 40,
      'workstation-gpu': 25,
      'consumer-gpu': 80,
      'integrated-gpu': 10,
      'apple-silicon': 30,
      accelerator: 10,
      cpu: 40,
      phone: 8,
      jetson: 10,
    })) {
      assert.ok(devices.filter((each) => each.class === kind).length >= least, kind);
    }
  });

  it('give software the driver’s total where it is known, and Metal’s share on Apple silicon', () => {
    assert.equal(softwareMemory(device('h100-sxm')), 81_559 * 2 ** 20);
    assert.equal(softwareMemory(device('tpu-v5e')), 16e9);
    near(softwareMemory(device('M1 Pro 16GB')), 11_453.25e6, 0.001, 'recommendedMaxWorkingSetSize of 16 GiB');
    assert.ok(softwareMemory(device('M4 Max 64GB')) > 48e9);
  });

  it('answer to every device that the measured files name', function () {
    const file = '../shared/measured/hardware_specs.csv';
    if (!existsSync(file)) {
      this.skip(); // the measurements are not part of a checkout
      return;
    }
    for (const line of readFileSync(file, 'utf8').trim().split('\n').slice(1)) {
      const name = /^(?:"([^"]*)"|([^,]*))/.exec(line);
      const found = findDevice(name?.[1] ?? name?.[2] ?? '');
      assert.ok(found.device, line);
    }
  });
});
