import assert from 'node:assert/strict';
import { estimate } from '../../../src/roofline/estimateScenario';
import { gapWithin } from '../../../src/roofline/promptPieces';
import { scenario } from './scenarios';

/** Llama 3.1 8B with room for 16,000 tokens, so that an engine that cuts nothing makes steps of that size. */
const asked = (chunkedPrefill: boolean, workload: object, maxBatchedTokens = 2048) =>
  scenario({
    setup: { chunkedPrefill, maxBatchedTokens, maxModelLength: 16_000 },
    workload: { inputTokens: 12_000, outputTokens: 256, ...workload },
  });

describe('gapWithin', () => {
  const base = { pass: 0.01, meanPass: 0.02, rate: 5, pieces: 1, piece: 0.1, most: 9 };

  it('is the plain pass where prompts are rarer than the share', () => {
    // A mean of 0.1 prompts a gap: none in exp(−0.1) = 90.5 % of gaps, at most one in 99.5 %.
    assert.equal(gapWithin(base, 0.9), 0.01);
    assert.ok(Math.abs(gapWithin(base, 0.99) - 0.11) < 1e-12);
  });

  it('counts pieces, of which a step takes no more than it has room for', () => {
    const many = { ...base, rate: 100, pieces: 6, piece: 0.02 };
    // A mean of 12 pieces a gap.
    assert.ok(Math.abs(gapWithin({ ...many, most: 2 }, 0.5) - (0.01 + 2 * 0.02)) < 1e-12);
    // The median of Poisson(12) is 12.
    assert.ok(Math.abs(gapWithin({ ...many, most: 99 }, 0.5) - (0.01 + 12 * 0.02)) < 1e-12);
  });

  it('answers at once however many come', () => {
    const pieces = (mean: number, share: 0.9 | 0.99) =>
      Math.round(
        (gapWithin({ ...base, meanPass: 1, rate: mean, piece: 1, most: Infinity }, share) - 0.01) * 1e6,
      ) / 1e6;
    // Tables of the Poisson distribution: of a mean of 100, 113 and 124.
    assert.equal(pieces(100, 0.9), 113);
    assert.equal(pieces(100, 0.99), 124);
    assert.ok(pieces(99, 0.99) <= 124 && pieces(99, 0.99) >= 122);
    assert.ok(Math.abs(pieces(1e12, 0.99) / 1e12 - 1) < 1e-5);
  });
});

describe('prompts that are not cut', () => {
  const rate = { requestRate: 1.3 };
  const [on, off] = [estimate(asked(true, rate)), estimate(asked(false, rate))];

  it('have their first token sooner, and make others wait longer for one of theirs', () => {
    assert.ok(off.latency.timeToFirstToken.p50 < on.latency.timeToFirstToken.p50);
    const [chunked, whole] = [on.latency.tail.interToken, off.latency.tail.interToken];
    assert.ok(chunked && whole);
    assert.ok(whole.p99 > 3 * chunked.p99, `${whole.p99} ${chunked.p99}`);
    // A piece of 2,048 tokens comes with more gaps than a whole prompt of 12,000 does.
    assert.ok(whole.p90 < chunked.p90);
    // 12,000 tokens × 16 GFLOP at the 989 TFLOP/s of an H100: no gap with a prompt in it is shorter.
    assert.ok(whole.p99 > (12_000 * 15e9) / 989e12);
  });

  it('leave the mean between tokens much as it is', () => {
    const ratio = off.latency.interToken.p50 / on.latency.interToken.p50;
    assert.ok(ratio > 0.8 && ratio < 1.25, String(ratio));
  });

  it('take a step for each that has no room beside others', () => {
    const steps = (chunked: boolean, room: number) =>
      estimate(asked(chunked, { concurrency: 4, inputTokens: 12_000 }, room)).terms.find(
        ({ id }) => id === 'prefill.step',
      )?.inputs['times'];
    // 48,000 tokens in steps of 2,048, or one prompt in each of 16,000.
    assert.equal(steps(true, 2048), Math.ceil(48_000 / 2048));
    assert.equal(steps(false, 2048), 4);
    assert.equal(steps(false, 24_000), 2);
  });

  it('take memory for a step of the longest', () => {
    assert.ok(off.memory.activations > 4 * on.memory.activations);
  });

  it('are cut by llama.cpp whatever is said', () => {
    const llama = (chunkedPrefill: boolean) =>
      estimate(scenario({ setup: { engine: 'llama.cpp', chunkedPrefill }, workload: { inputTokens: 8192 } }))
        .latency.timeToFirstToken.p50;
    assert.equal(llama(true), llama(false));
  });

  it('add up', () => {
    for (const answer of [on, off]) {
      const sum = answer.terms
        .filter(({ id }) => id.startsWith('prefill.'))
        .reduce((all, { seconds }) => all + seconds, 0);
      assert.ok(Math.abs(sum / answer.latency.timeToFirstToken.p50 - 1) < 1e-9);
    }
  });
});
