import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkWorkload } from '../../../src/workload/checkWorkload';
import { DEFAULT_WORKLOAD } from '../../../src/workload/workload';
import type { Workload } from '../../../src/workload/workload';

const codes = (change: Partial<Workload>): string[] =>
  checkWorkload({ ...DEFAULT_WORKLOAD, ...change }).map(({ code }) => code);

describe('checkWorkload', () => {
  it('finds nothing wrong with what is asked for every day', () => {
    assert.deepEqual(codes({}), []);
    assert.deepEqual(
      codes({ inputTokens: 131_072, outputTokens: 1, concurrency: 1024, requestRate: 12.5 }),
      [],
    );
    assert.deepEqual(codes({ inputTokens: 10_000_000, sharedPrefixTokens: 9_999_999 }), []);
    assert.deepEqual(codes({ outputTokens: 12.5 }), [], 'a mean may be a broken number');
    assert.deepEqual(codes({ images: 2, imageSize: { width: 1024, height: 768 } }), []);
  });

  it('names each kind of nonsense', () => {
    const nonsense: [Partial<Workload>, string][] = [
      [{ concurrency: -1 }, 'workload-concurrency'],
      [{ concurrency: 0 }, 'workload-concurrency'],
      [{ concurrency: Number.NaN }, 'workload-concurrency'],
      [{ inputTokens: 0 }, 'workload-input'],
      [{ inputTokens: 1e9 }, 'workload-input'],
      [{ outputTokens: 0 }, 'workload-output'],
      [{ outputTokens: Number.POSITIVE_INFINITY }, 'workload-output'],
      [{ requestRate: 0 }, 'workload-request-rate'],
      [{ requestRate: -2 }, 'workload-request-rate'],
      [{ sharedPrefixTokens: -1 }, 'workload-shared-prefix'],
      [{ sharedPrefixTokens: 513 }, 'workload-shared-prefix'],
      [{ images: -1 }, 'workload-images'],
      [{ imageSize: { width: 0, height: 768 } }, 'workload-image-size'],
      [{ targets: { timeToFirstToken: 0 } }, 'workload-time-to-first-token'],
      [{ targets: { interToken: Number.NaN } }, 'workload-inter-token'],
    ];
    for (const [change, code] of nonsense) assert.deepEqual(codes(change), [code], JSON.stringify(change));
  });

  it('says it to a person, with the number', () => {
    const [first] = checkWorkload({ ...DEFAULT_WORKLOAD, inputTokens: 1e9 });
    assert.match(first?.message ?? '', /1,000,000,000 tokens of input/);
  });

  it('passes only what is finite and positive', () => {
    const any = fc.oneof(fc.double(), fc.integer());
    fc.assert(
      fc.property(any, any, any, fc.option(any, { nil: null }), any, (input, output, at, rate, prefix) => {
        const faults = codes({
          inputTokens: input,
          outputTokens: output,
          concurrency: at,
          requestRate: rate,
          sharedPrefixTokens: prefix,
        });
        if (faults.length > 0) return;
        for (const value of [input, output, at, rate ?? 1]) assert.ok(Number.isFinite(value) && value > 0);
        assert.ok(prefix >= 0 && prefix <= input);
      }),
    );
  });
});
