import assert from 'node:assert/strict';
import fc from 'fast-check';
import { paretoFrontier } from '../../../src/roofline/paretoFrontier';
import type { Figures } from '../../../src/roofline/searchFigures';
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
      device: found.device.id,
    }));
    for (const a of points) {
      for (const b of points) {
        assert.ok(
          a === b ||
            a.device !== b.device ||
            !(a.time < b.time * 0.999 && a.rate > b.rate * 1.001 && a.devices <= b.devices),
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

  it('reckons as the estimate does, in a closed loop and under a request rate', () => {
    for (const requestRate of [null, 2]) {
      const { frontier } = search(scenario({ workload: { requestRate } }), SPACE, 'latency');
      assert.ok(frontier.length > 0);
      for (const { figures, estimate } of frontier) {
        const { latency, memory, warnings } = estimate;
        near(figures.endToEnd, latency.endToEnd.p50);
        near(figures.interToken, latency.interToken.p50);
        near(figures.timeToFirstToken, latency.timeToFirstToken.p50);
        assert.equal(figures.memory, memory.total);
        assert.ok(memory.fits && !warnings.some(({ code }) => code === 'overloaded'));
      }
    }
  });

  it('says what can be served where nothing serves the rate', () => {
    const one = { ...SPACE, hardware: [{ device: T4, counts: [1] }], weights: ['awq-int4'] };
    const { best, warnings } = search(scenario({ device: T4, workload: { requestRate: 1000 } }), one, 'cost');
    assert.equal(best, null);
    assert.match(
      warnings[0]?.message ?? '',
      /serves 1000 requests\/s: [\d.]+ is the most that anything does/,
    );
  });

  it('knows cost and energy by price and power: 3.6 dollars an hour are 1,000 dollars a million seconds', () => {
    const device = {
      ...H100,
      power: 700,
      price: { dollarsPerHour: 3.6, source: 'a bill', date: '2026-01-01' },
    };
    const hardware = [{ device, counts: [2] }];
    const { frontier } = search(scenario({ device }), { ...SPACE, hardware }, 'cost');
    for (const { figures } of frontier) {
      near(figures.dollarsPerMillionTokens ?? 0, 2000 / figures.served);
      near(figures.joulesPerToken ?? 0, 1400 / figures.served);
    }
    const rates = frontier.map(({ figures }) => figures.dollarsPerMillionTokens ?? Infinity);
    assert.deepEqual(
      rates,
      [...rates].sort((a, b) => a - b),
    );
    const limits = { dollarsPerMillionTokens: rates[0] ?? 0 };
    assert.equal(search(scenario({ device }), { ...SPACE, hardware }, 'latency', limits).frontier.length, 1);
    // Without a price nothing keeps that limit, and the hint says why.
    const none = search(scenario(), SPACE, 'cost', { dollarsPerMillionTokens: 1e6 });
    assert.match(none.warnings[0]?.message ?? '', /price is not known/);
  });
});

describe('paretoFrontier', () => {
  const point = fc.record({
    endToEnd: fc.integer({ min: 1, max: 6 }),
    throughput: fc.integer({ min: 1, max: 6 }),
    memory: fc.integer({ min: 1, max: 6 }),
    dollarsPerHour: fc.integer({ min: 1, max: 4 }),
  });
  const beats = (a: Figures, b: Figures, memory: boolean): boolean =>
    a.endToEnd <= b.endToEnd &&
    a.throughput >= b.throughput &&
    (a.dollarsPerHour ?? 0) <= (b.dollarsPerHour ?? 0) &&
    (!memory || a.memory <= b.memory);

  it('holds what nothing beats, and something that beats or equals all else', () => {
    fc.assert(
      fc.property(
        fc.array(point, { maxLength: 40 }),
        fc.constantFrom('latency' as const, 'throughput' as const, 'memory' as const, 'cost' as const),
        (points, goal) => {
          const all = points.map((own): Figures => ({
            ...own,
            scenario: scenario(),
            techniques: [],
            timeToFirstToken: 0,
            interToken: 0,
            served: own.throughput,
            dollarsPerMillionTokens: own.dollarsPerHour / own.throughput,
            joulesPerToken: null,
          }));
          const frontier = paretoFrontier(all, goal);
          const memory = goal === 'memory';
          for (const one of frontier)
            assert.ok(!frontier.some((other) => other !== one && beats(other, one, memory)));
          for (const one of all) assert.ok(frontier.some((other) => beats(other, one, memory)));
          const measure = {
            latency: (one: Figures) => one.endToEnd,
            throughput: (one: Figures) => -one.throughput,
            memory: (one: Figures) => one.memory,
            cost: (one: Figures) => (one.dollarsPerHour ?? 0) / one.throughput,
          }[goal];
          const [best] = frontier;
          if (best) assert.equal(measure(best), Math.min(...all.map(measure)));
        },
      ),
    );
  });

  it('does not weigh dollars against devices', () => {
    const base = {
      techniques: [],
      timeToFirstToken: 0,
      interToken: 0,
      memory: 1,
      served: 1,
      dollarsPerMillionTokens: null,
      joulesPerToken: null,
      dollarsPerHour: null,
    };
    const fast = { ...base, scenario: scenario({ devices: 8 }), endToEnd: 1, throughput: 8 };
    const small = { ...base, scenario: scenario({ device: T4 }), endToEnd: 2, throughput: 1 };
    const slow = { ...base, scenario: scenario({ devices: 9 }), endToEnd: 2, throughput: 1 };
    assert.deepEqual(paretoFrontier([slow, small, fast], 'latency'), [fast, small]);
  });
});

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 1e-9 * Math.abs(expected), `${actual} is not ${expected}`);
}
