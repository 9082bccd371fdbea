import assert from 'node:assert/strict';
import { AdvisorError } from '../../../src/advisor/advisorError';
import { searchOptionsSchema } from '../../../src/advisor/searchQuery';
import { searchScenarios } from '../../../src/advisor/searchScenarios';
import { allDevices } from '../../../src/hardware/catalogue';
import { LLAMA, MIXTRAL_8X7B } from './models';

describe('searchScenarios', () => {
  it('searches every split of 1, 2 and 4 devices, and marks the best', () => {
    const { frontier, best, searched } = searchScenarios(LLAMA, {
      hardware: ['h100-sxm'],
      devices: 4,
      weights: 'bf16',
      kv: 'bf16',
      concurrency: 16,
      techniques: [],
      lossless: true,
    });
    assert.ok(searched > 10);
    assert.equal(best?.scenario.devices, 4);
    assert.match(best.why, /shortest time to the last token/);
    assert.deepEqual({ ...best, why: undefined }, { ...frontier[0], why: undefined });
    for (const { scenario, quality, estimate } of frontier) {
      assert.equal(scenario.weights, 'bf16');
      assert.equal(scenario.concurrency, 16);
      assert.ok(quality.lossless && estimate.memory.fits);
      assert.ok(!('terms' in estimate));
    }
  });

  it('takes precisions that the engine and the device have, and none of high risk', () => {
    const used = (hardware: string, engine: 'vllm' | 'llama.cpp'): Set<string> =>
      new Set(
        searchScenarios(LLAMA, { hardware: [hardware], engine, goal: 'memory' }).frontier.map(
          ({ scenario }) => scenario.weights,
        ),
      );
    const ampere = used('a100-sxm-80gb', 'vllm');
    assert.ok([...ampere].some((weights) => /int4/.test(weights)));
    assert.ok(!ampere.has('nvfp4') && !ampere.has('q4_k_m'));
    assert.ok(used('b200-sxm', 'vllm').has('nvfp4'));
    const gguf = used('rtx-4090', 'llama.cpp');
    assert.ok(gguf.has('q4_k_m') && !gguf.has('q2_k') && !gguf.has('awq-int4'));
  });

  it('keeps limits and a request rate, with the batch that follows from it', () => {
    const { frontier } = searchScenarios(LLAMA, {
      hardware: ['h100-sxm', 'l4'],
      devices: 2,
      requestRate: 5,
      interToken: 0.05,
      memory: 60e9,
      goal: 'cost',
    });
    assert.ok(frontier.length > 0);
    for (const { scenario, estimate, tokensPerSecond } of frontier) {
      assert.equal(scenario.requestRate, 5);
      assert.ok(estimate.latency.interToken.p50 <= 0.05 && estimate.memory.total <= 60e9);
      // 5 requests a second of 128 tokens each.
      assert.ok(Math.abs(tokensPerSecond - 640) < 1e-6);
    }
  });

  it('fixes the splits that are given, and spreads experts', () => {
    const { frontier } = searchScenarios(MIXTRAL_8X7B, { devices: 8, dataParallel: 2 });
    assert.ok(frontier.length > 0);
    for (const { scenario } of frontier) assert.equal(scenario.dataParallel, 2);
    const experts = searchScenarios(MIXTRAL_8X7B, { devices: 8, goal: 'throughput', expertParallel: 8 });
    assert.ok(experts.frontier.every(({ scenario }) => scenario.expertParallel === 8));
  });

  it('says what was assumed, and what is not known', () => {
    const { warnings } = searchScenarios(LLAMA, {});
    assert.ok(warnings.some(({ code }) => code === 'hardware-assumed'));
    const none = searchScenarios(LLAMA, { hardware: ['h100-sxm'], memory: 1 });
    assert.equal(none.best, null);
    assert.equal(none.warnings[0]?.code, 'nothing-found');
  });

  it('refuses what it does not know or cannot finish', () => {
    const many = allDevices()
      .slice(0, 40)
      .map(({ id }) => id);
    const codeOf = (run: () => unknown): string => {
      try {
        run();
      } catch (error) {
        if (error instanceof AdvisorError) return error.code;
        throw error;
      }
      return 'was taken';
    };
    assert.equal(
      codeOf(() => searchScenarios(LLAMA, { hardware: ['abacus'] })),
      'hardware-unknown',
    );
    assert.equal(
      codeOf(() => searchScenarios(LLAMA, { weights: 'q99' })),
      'weights-unknown',
    );
    assert.equal(
      codeOf(() => searchScenarios(LLAMA, { techniques: ['magic'] })),
      'technique-unknown',
    );
    assert.equal(
      codeOf(() => searchScenarios(LLAMA, { devices: 1024, hardware: many })),
      'search-too-large',
    );
    const few = { devices: 2, tensorParallel: 4 };
    assert.equal(
      codeOf(() => searchScenarios(LLAMA, few)),
      'too-few-devices',
    );
    // Where no number of devices is given, the splits say how many.
    assert.equal(searchScenarios(LLAMA, { tensorParallel: 4 }).best?.scenario.devices, 4);
    assert.ok(!searchOptionsSchema.safeParse({ fleet: 'x' }).success);
    assert.ok(!searchOptionsSchema.safeParse({ ttft: Number.NaN }).success);
  });
});
