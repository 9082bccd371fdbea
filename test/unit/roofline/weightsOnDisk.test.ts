import assert from 'node:assert/strict';
import type { Device } from '../../../src/hardware/device';
import { estimate } from '../../../src/roofline/estimateScenario';
import type { Estimate } from '../../../src/roofline/estimate';
import { estimateOffload } from '../../../src/roofline/hostOffload';
import { estimateFromDisk } from '../../../src/roofline/weightsOnDisk';
import { scenario, T4 } from './scenarios';

/** A machine of 12 GB with two channels of DDR5-5600; a drive of 3 GB/s. */
const SMALL: Device = {
  ...T4,
  id: 'small',
  name: 'a small machine',
  vendor: 'intel',
  class: 'cpu',
  memory: 11_999_999_999,
  bandwidth: 89.6e9,
  peak: { f32: 2.5e12 },
};
const DISK = 3e9;
const asked = scenario({
  device: SMALL,
  setup: { engine: 'llama.cpp', memoryFraction: 1, maxSequences: 1, weights: 'f16' },
});

function assertAddsUp(answer: Estimate): void {
  for (const [phase, total] of [
    ['prefill.', answer.latency.timeToFirstToken.p50],
    ['decode.', answer.latency.interToken.p50],
  ] as const) {
    const sum = answer.terms
      .filter(({ id }) => id.startsWith(phase))
      .reduce((all, { seconds }) => all + seconds, 0);
    assert.ok(Math.abs(sum / total - 1) < 1e-9);
  }
}

describe('weights on disk', () => {
  it('cost what has no room over the disk’s bandwidth, in each token', () => {
    const plain = estimate(asked);
    assert.equal(plain.memory.fits, false);
    const answer = estimateFromDisk(asked, DISK);
    assertAddsUp(answer);
    assert.ok(answer.memory.fits && answer.memory.perDevice <= SMALL.memory);
    // All linear weights of Llama 3.1 8B in two bytes are touched by a token: 6.98 billion in layers, 0.53 in the head; of 8.03 in all.
    const missing = plain.memory.perDevice - answer.memory.perDevice;
    const expected = ((missing / (2 * 8_030_261_248)) * 2 * (6_979_584_000 + 525_336_576)) / DISK;
    const wait = answer.latency.interToken.p50 - plain.latency.interToken.p50;
    assert.ok(Math.abs(wait / expected - 1) < 0.01, `${wait} ${expected}`);
    assert.ok(answer.warnings.some(({ code }) => code === 'weights-from-disk'));
    assert.ok(!answer.warnings.some(({ code }) => code === 'weights-do-not-fit'));
  });

  it('cost nothing where all of them have room', () => {
    const roomy = { ...asked, device: { ...SMALL, memory: 64e9 } };
    assert.deepEqual(estimateFromDisk(roomy, DISK).latency, estimate(roomy).latency);
  });

  it('go with layers on a host that has no room for its share', () => {
    const card: Device = { ...T4, class: 'consumer-gpu', memory: 6e9, hostBandwidth: 16e9 };
    const beside = { ...asked, device: card };
    const host = { ...SMALL, memory: 4e9 };
    const without = estimateOffload(beside, host, 'auto').estimate;
    assert.equal(without.memory.fits, false);
    const { estimate: answer, split } = estimateOffload(beside, host, 'auto', undefined, DISK);
    assertAddsUp(answer);
    assert.ok(answer.memory.fits);
    const wait = answer.terms.find(({ id }) => id === 'decode.host.disk')?.seconds ?? 0;
    assert.ok(Math.abs(answer.latency.interToken.p50 - without.latency.interToken.p50 - wait) < 1e-9);
    const first = split.devices[0];
    assert.ok(first && first.memory <= first.capacity && wait > 0.1);
  });

  it('are no matter of request rates or several devices', () => {
    const rate = { ...asked, workload: { ...asked.workload, requestRate: 1 } };
    assert.throws(() => estimateFromDisk(rate, DISK), /say concurrency/);
  });
});
