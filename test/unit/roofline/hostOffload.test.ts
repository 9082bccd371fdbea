import assert from 'node:assert/strict';
import type { Device } from '../../../src/hardware/device';
import { estimate } from '../../../src/roofline/estimateScenario';
import { estimateOffload } from '../../../src/roofline/hostOffload';
import { scenario, T4 } from './scenarios';

/** Two channels of DDR5-5600: 89.6 GB/s. */
const HOST: Device = {
  ...T4,
  id: 'host',
  name: 'Core i9-13900K',
  vendor: 'intel',
  class: 'cpu',
  memory: 192e9,
  bandwidth: 89.6e9,
  peak: { f32: 2.5e12, int8: 7.6e12 },
};
const SMALL: Device = {
  ...T4,
  id: 'small',
  class: 'consumer-gpu',
  memory: 11_999_999_999,
  hostBandwidth: 16e9,
};
const asked = scenario({
  device: SMALL,
  setup: { engine: 'llama.cpp', memoryFraction: 1, maxSequences: 1, weights: 'f16' },
});

describe('estimateOffload', () => {
  it('leaves on the host what does not fit, and fits then', () => {
    assert.equal(estimate(asked).memory.fits, false);
    const { estimate: answer, split, gpuLayers, most } = estimateOffload(asked, HOST, 'auto');
    assert.equal(most, 33);
    assert.ok(answer.memory.fits);
    // 436 MB a layer, 1.05 GB of head: some 22 layers and the head are in the 12 GB, less what else lies there.
    assert.ok(gpuLayers >= 20 && gpuLayers <= 25, String(gpuLayers));
    assert.equal(estimateOffload(asked, HOST, gpuLayers + 1).estimate.memory.fits, false);
    assert.deepEqual(
      split.devices.map(({ name, layers }) => [name, ...layers]),
      [
        ['host', 0, 33 - gpuLayers],
        ['device', 33 - gpuLayers, 32],
      ],
    );
  });

  it('takes at least the time that the host’s memory needs for its layers', () => {
    const { estimate: answer } = estimateOffload(asked, HOST, 17);
    // 16 layers of 218.1 million weights in two bytes, at 89.6 GB/s: 77.9 ms; the other half at 320 GB/s, and the head: 25.1 ms.
    const least = (16 * 218_112_000 * 2) / 89.6e9 + (16 * 218_112_000 * 2 + 525_336_576 * 2) / 320e9;
    assert.ok(answer.latency.interToken.p50 > least);
    assert.ok(answer.latency.interToken.p50 < 2 * least);
  });

  it('is slower the more stays behind, and adds up', () => {
    const times = [33, 25, 17, 9, 0].map((layers) => {
      const { estimate: answer } = estimateOffload(asked, HOST, layers);
      for (const [phase, total] of [
        ['prefill.', answer.latency.timeToFirstToken.p50],
        ['decode.', answer.latency.interToken.p50],
      ] as const) {
        const sum = answer.terms
          .filter(({ id }) => id.startsWith(phase))
          .reduce((all, { seconds }) => all + seconds, 0);
        assert.ok(Math.abs(sum - total) < 1e-9 * total);
      }
      return answer.latency.interToken.p50;
    });
    assert.deepEqual(
      times,
      [...times].sort((a, b) => a - b),
    );
  });

  it('is what runs on the device alone where all layers are there', () => {
    const big = { ...asked, device: { ...SMALL, memory: 48e9 } };
    const all = estimateOffload(big, HOST, 'auto');
    assert.equal(all.gpuLayers, 33);
    const plain = estimate(big).latency.interToken.p50;
    assert.ok(Math.abs(all.estimate.latency.interToken.p50 - plain) < 1e-9 * plain);
  });

  it('refuses a request rate', () => {
    assert.throws(
      () => estimateOffload({ ...asked, workload: { ...asked.workload, requestRate: 1 } }, HOST, 5),
      /not a request rate/,
    );
  });
});
