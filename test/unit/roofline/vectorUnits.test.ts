import assert from 'node:assert/strict';
import { allDevices, findDevice } from '../../../src/hardware/catalogue';
import type { Device } from '../../../src/hardware/device';
import data from '../../../src/roofline/vectorUnits.json';
import { attentionShare, integerRate, launchStretch, mmaShare } from '../../../src/roofline/vectorUnits';

function device(id: string): Device {
  const found = findDevice(id).device;
  assert.ok(found, id);
  return found;
}

describe('vector units of a generation', () => {
  it('are of generations that the catalogue has, each with its source', () => {
    const known = new Set(allDevices().map(({ architecture }) => architecture));
    for (const row of data) {
      assert.ok(known.has(row.architecture), row.architecture);
      assert.ok(row.source.length > 0 && row.flop >= row.integers && row.integers > 0, row.architecture);
      assert.equal('mmaShare' in row, 'mmaSource' in row, row.architecture);
      assert.equal('attentionRate' in row, 'attentionSource' in row, row.architecture);
    }
  });

  it('give 64 integer operations a multiprocessor and clock on A100, RTX 4090 and H100 alike', () => {
    // Boost clocks as NVIDIA states them: 1,410, 2,520 and 1,980 MHz; 108, 128 and 132 multiprocessors.
    for (const [id, units, clock] of [
      ['a100-sxm-80gb', 108, 1.41e9],
      ['rtx-4090', 128, 2.52e9],
      ['h100-sxm', 132, 1.98e9],
    ] as const) {
      assert.ok(Math.abs(integerRate(device(id)) / (64 * units * clock) - 1) < 0.01, id);
      assert.ok(Math.abs(launchStretch(device(id)) / (1.7e9 / clock) - 1) < 0.01, id);
    }
  });

  it('reach 35 % of an H100 in attention written for the generation before, and as much a unit in one that is held back', () => {
    assert.ok(Math.abs(attentionShare(device('h100-sxm'), 989e12) - 0.35) < 0.001);
    // An H20 has 78 units of the same kind and 148 TFLOP/s: attention written so reaches all of that.
    assert.ok(attentionShare(device('h20'), 148e12) > 1);
    assert.equal(attentionShare(device('a100-sxm-80gb'), 312e12), 1);
  });

  it('hold back Hopper alone where kernels keep to the instructions before it', () => {
    assert.ok(mmaShare(device('h100-sxm')) < 0.7);
    for (const id of ['a100-sxm-80gb', 'rtx-4090', 'mi300x', 'm3-max-40'])
      assert.equal(mmaShare(device(id)), 1, id);
  });

  it('unpack on processors with dot products at four times the rate of plain lanes, with widening multiplications at twice', () => {
    // Arm, Cortex-A76 and Cortex-A72 software optimisation guides: two pipes with SDOT, one pipe with SMULL.
    const share = (id: string): number => integerRate(device(id)) / (device(id).peak.f32 ?? NaN);
    const scalar = share('core-2-quad-q8400');
    assert.ok(Math.abs(share('raspberry-pi-5') / scalar - 4) < 0.01);
    assert.ok(Math.abs(share('raspberry-pi-4') / scalar - 2) < 0.01);
    // AVX2 multiplies 8 bits at the rate of older NEON; AMX unpacks nothing and counts no more than VNNI.
    assert.ok(Math.abs(share('ryzen-9-5950x') / scalar - 2) < 0.01);
    assert.ok(Math.abs(share('xeon-platinum-8480') / share('ryzen-9-7950x') - 1) < 0.01);
  });

  it('let a barrier of 192 cores take 48 times as long as one of four', () => {
    assert.equal(launchStretch(device('ampereone-a192-32x')) / launchStretch(device('raspberry-pi-5')), 48);
  });
});
