import assert from 'node:assert/strict';
import type { ServingSetup } from '../../../src/deployment/setup';
import { estimate } from '../../../src/roofline/estimateScenario';
import { cacheSplitOf, placementOf } from '../../../src/roofline/placement';
import type { Warning } from '../../../src/units/quantities';
import { llamaLike } from './llamaLike';
import { scenario } from './scenarios';

/** Llama's shape with one head of keys and values, as multi-query attention has it. */
const ONE_HEAD = llamaLike({
  name: 'one KV head',
  hidden: 4096,
  layers: 32,
  heads: 32,
  kvHeads: 1,
  headDim: 128,
  width: 14336,
  vocabulary: 128256,
  tied: false,
});

const asked = (parallelism: Partial<ServingSetup['parallelism']>, model = ONE_HEAD) =>
  scenario({
    model,
    devices: 8,
    parallelism,
    workload: { inputTokens: 100_000, outputTokens: 100, concurrency: 8 },
  });
const codes = (of: ReturnType<typeof asked>): string[] => {
  const warnings: Warning[] = [];
  placementOf(of, warnings);
  return warnings.map(({ code }) => code);
};

describe('ranks that split a cache by tokens', () => {
  const [copies, shared] = [asked({ tensor: 8 }), asked({ tensor: 8, cacheRanks: 8 })];

  it('take no devices, and leave one copy where each rank kept one', () => {
    assert.equal(placementOf(shared, []).used, 8);
    assert.equal(cacheSplitOf(placementOf(copies, []), 1), 1);
    assert.equal(cacheSplitOf(placementOf(shared, []), 1), 8);
    const [a, b] = [estimate(copies).memory, estimate(shared).memory];
    // 2 × 32 layers × 128 × 2 bytes a token; 100,100 tokens of 8 sequences: 13.1 GB a device, or an eighth of it.
    const cache = 2 * 32 * 128 * 2 * 100_100 * 8;
    assert.ok(Math.abs((a.perDevice - b.perDevice) / ((cache * 7) / 8) - 1) < 1e-6);
    assert.ok(b.maxConcurrency > 7 * a.maxConcurrency);
  });

  it('read the cache in an eighth of the time, and pay for putting results together', () => {
    const seconds = (of: typeof shared, id: string): number =>
      estimate(of).terms.find((term) => term.id === id)?.seconds ?? 0;
    assert.ok(seconds(shared, 'decode.kv') < 0.3 * seconds(copies, 'decode.kv'));
    assert.ok(seconds(shared, 'decode.communication') > seconds(copies, 'decode.communication'));
    assert.equal(seconds(shared, 'prefill.communication'), seconds(copies, 'prefill.communication'));
  });

  it('divide tensor parallel, and are as many as there are copies', () => {
    assert.throws(
      () => placementOf(asked({ tensor: 8, cacheRanks: 3 }), []),
      /does not divide tensor parallel 8/,
    );
    assert.deepEqual(codes(shared), []);
    // Eight heads over eight ranks: one copy, nothing to share.
    assert.deepEqual(codes(asked({ tensor: 8, cacheRanks: 2 }, scenario().model)), [
      'cache-ranks-without-use',
    ]);
  });
});
