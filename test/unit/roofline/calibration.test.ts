import assert from 'node:assert/strict';
import { ENGINES, type Engine } from '../../../src/deployment/engine';
import { BACKENDS, type Backend } from '../../../src/roofline/backend';
import { shippedCalibration } from '../../../src/roofline/calibration';
import { allReduceSeconds } from '../../../src/roofline/communication';
import { distinctExperts } from '../../../src/roofline/distinctExperts';
import { meanClamped } from '../../../src/roofline/meanClamped';

describe('calibration', () => {
  it('has constants for every engine on every kind of device, no attained share above 1', () => {
    for (const engine of ENGINES) {
      for (const backend of BACKENDS) {
        const { constants, spread } = shippedCalibration()(engine, backend);
        for (const share of [
          constants.weightBandwidth,
          constants.cacheBandwidth,
          constants.activationBandwidth,
          constants.compute,
          constants.attentionCompute,
          constants.expertAttained,
          constants.linkBandwidth,
        ]) {
          assert.ok(share > 0 && share <= 1, `${engine} on ${backend}: ${share}`);
        }
        assert.ok(spread.decode.p10 < 1 && spread.decode.p90 > 1);
      }
    }
  });
});

describe('fitted constants', () => {
  const fitted: readonly (readonly [Engine, Backend])[] = [
    ['llama.cpp', 'cuda'],
    ['llama.cpp', 'metal'],
    ['llama.cpp', 'cpu'],
    ['vllm', 'cuda-hbm'],
    ['transformers', 'cuda'],
  ];

  it('come with the measurements that bands are made of', () => {
    for (const [engine, backend] of fitted) {
      const { neighbours, rows } = shippedCalibration()(engine, backend);
      assert.ok(rows > 0 && neighbours.length > 0, `${engine} on ${backend}`);
    }
  });

  it('give processors no tiles to fill: their vector units multiply single rows at full rate', () => {
    assert.ok(shippedCalibration()('llama.cpp', 'cpu').constants.halfRows <= 1);
  });
});

describe('distinctExperts', () => {
  it('is k at one token and E at many', () => {
    assert.ok(Math.abs(distinctExperts(8, 2, 1) - 2) < 1e-12);
    assert.ok(Math.abs(distinctExperts(128, 8, 1000) - 128) < 1e-9);
    assert.equal(distinctExperts(4, 4, 1), 4);
  });
});

describe('meanClamped', () => {
  it('is the mean of the clamped integers, nearly', () => {
    for (const [from, to, limit] of [
      [1, 2000, 512],
      [600, 900, 512],
      [1, 100, 512],
    ] as const) {
      let sum = 0;
      for (let x = from; x <= to; x += 1) sum += Math.min(x, limit);
      const exact = sum / (to - from + 1);
      assert.ok(Math.abs(meanClamped(from, to, limit) / exact - 1) < 2e-3);
    }
    assert.equal(meanClamped(1, 99, undefined), 50);
  });
});

describe('allReduceSeconds', () => {
  it('moves 2 (n − 1) / n of the bytes over each link and waits for 2 ⌈log2 n⌉ hops', () => {
    const link = { bandwidth: 100e9, latency: 2e-6 };
    const seconds = allReduceSeconds(1e9, 4, link, { hopSeconds: 1e-6, linkBandwidth: 0.5 });
    assert.ok(Math.abs(seconds - (1.5 * (1e9 / 50e9) + 4 * 3e-6)) < 1e-12);
    assert.equal(allReduceSeconds(1e9, 1, link, { hopSeconds: 1e-6, linkBandwidth: 0.5 }), 0);
  });

  it('adds the latency of a link only where messages go through the host', () => {
    const small = (kind: 'nvlink' | 'pcie', devices: number): number =>
      allReduceSeconds(2048, devices, { kind, bandwidth: 300e9, latency: 10e-6 }, HOP);
    const HOP = { hopSeconds: 4e-6, linkBandwidth: 0.6 };
    // NCCL on one machine of A100s with NVLink: 7 to 10 µs over 2, 16 to 20 over 4, 25 over 8 (network.csv, the quickest sizes up to 100 KB).
    for (const [devices, low, high] of [
      [2, 7e-6, 10e-6],
      [4, 15e-6, 20e-6],
      [8, 22e-6, 26e-6],
    ] as const) {
      const seconds = small('nvlink', devices);
      assert.ok(seconds > low && seconds < high, `${devices}: ${seconds}`);
    }
    // Two pairs of A100s that meet over PCIe: 59 to 66 µs.
    assert.ok(small('pcie', 4) > 50e-6 && small('pcie', 4) < 70e-6);
  });
});
