import assert from 'node:assert/strict';
import fc from 'fast-check';
import { percentiles, quantile } from '../../../src/playground/percentiles';

describe('percentiles', () => {
  it('agrees with numpy.percentile, whose default is the same method', () => {
    // numpy.percentile([15, 20, 35, 40, 50], [50, 95, 99]) = 35, 48, 49.6
    const found = percentiles([50, 15, 40, 20, 35]);
    assert.equal(found.p50, 35);
    assert.ok(Math.abs(found.p95 - 48) < 1e-9);
    assert.ok(Math.abs(found.p99 - 49.6) < 1e-9);
  });

  it('is the sample itself when there is one, and refuses none', () => {
    assert.deepEqual(percentiles([2]), { p50: 2, p95: 2, p99: 2 });
    assert.throws(() => quantile([], 0.5), RangeError);
  });

  it('is ordered and within the samples', () => {
    const samples = fc.array(fc.double({ min: 0, max: 1e3, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(samples, (values) => {
        const { p50, p95, p99 } = percentiles(values);
        assert.ok(Math.min(...values) <= p50 && p50 <= p95 && p95 <= p99 && p99 <= Math.max(...values));
      }),
    );
  });
});
