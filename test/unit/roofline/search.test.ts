import assert from 'node:assert/strict';
import { placements } from '../../../src/roofline/placements';
import { PLAIN, search, type SearchSpace } from '../../../src/roofline/search';
import { LLAMA_31_8B, MIXTRAL_8X7B } from './llamaLike';
import { H100, scenario, T4 } from './scenarios';

const SPACE: SearchSpace = {
  hardware: [
    { device: H100, counts: [1, 2, 4, 8] },
    { device: T4, counts: [1, 2, 4] },
  ],
  weights: [null, 'fp8', 'awq-int4'],
  kv: [null, 'fp8'],
  concurrency: [1, 2, 4, 8, 16, 32, 64, 128],
  variants: [],
};

describe('search', () => {
  it('finds every legal placement of eight devices', () => {
    const found = placements(LLAMA_31_8B, 8);
    // Divisors of 8 in three factors whose product is 8: 10 ways; 32 heads divide by 1, 2, 4, 8.
    assert.equal(found.length, 10);
    for (const { tensor, pipeline, data } of found) assert.equal(tensor * pipeline * data, 8);
    assert.ok(placements(MIXTRAL_8X7B, 8).some(({ expert }) => expert === 8));
  });

  it('returns what no other beats, best by the goal first, and only what fits', () => {
    const { frontier, best, searched } = search(scenario(), SPACE, 'latency');
    assert.ok(searched > 1000);
    assert.equal(best, frontier[0]);
    for (const { estimate } of frontier) assert.ok(estimate.memory.fits);
    const points = frontier.map(({ scenario: found, estimate }) => ({
      time: estimate.latency.endToEnd.p50,
      rate: (found.workload.concurrency * 128) / estimate.latency.endToEnd.p50,
      devices: found.devices,
    }));
    for (const a of points) {
      for (const b of points) {
        assert.ok(
          a === b || !(a.time < b.time * 0.999 && a.rate > b.rate * 1.001 && a.devices < b.devices),
          'one point of the frontier beats another in everything',
        );
      }
    }
  });

  it('orders by the goal', () => {
    const fast = search(scenario(), SPACE, 'latency').best;
    const busy = search(scenario(), SPACE, 'throughput').best;
    assert.ok(fast && busy);
    assert.ok(fast.estimate.latency.endToEnd.p50 < busy.estimate.latency.endToEnd.p50);
    assert.ok(busy.scenario.workload.concurrency > fast.scenario.workload.concurrency);
  });

  it('keeps limits, and says so where nothing does', () => {
    const { frontier } = search(scenario(), SPACE, 'throughput', { interToken: 0.01 });
    assert.ok(frontier.length > 0);
    for (const { estimate } of frontier) assert.ok(estimate.latency.interToken.p50 <= 0.01);
    const none = search(scenario(), SPACE, 'throughput', { interToken: 1e-9 });
    assert.equal(none.best, null);
    assert.equal(none.warnings[0]?.code, 'nothing-found');
  });

  it('takes variants', () => {
    const speculation = { draftTokens: 4, tokensPerPass: 2.5, draftCost: 0.1, draftMemory: 0.05 };
    const { best } = search(
      scenario(),
      {
        ...SPACE,
        variants: [
          PLAIN,
          {
            techniques: ['draft'],
            dependsOnBatch: false,
            apply: (plain) => ({ ...plain, modifiers: { ...plain.modifiers, speculation } }),
          },
        ],
      },
      'latency',
    );
    assert.notEqual(best?.scenario.modifiers.speculation, null);
  });
});
