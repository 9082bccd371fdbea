import assert from 'node:assert/strict';
import type { Advice } from '../../../src/advisor/advice';
import { buildScenario } from '../../../src/advisor/buildScenario';
import type { EstimateOptions } from '../../../src/advisor/query';
import { recommend } from '../../../src/advisor/recommend';
import { physicsOnly } from '../../../src/selector/physicsOnly';
import type { Selector } from '../../../src/selector/selector';
import { allTechniques, findTechnique } from '../../../src/techniques/catalogue';
import type { Goal } from '../../../src/workload/workload';
import { LLAMA } from './models';

interface Asked {
  options?: EstimateOptions;
  goal?: Goal;
  lossless?: boolean;
  top?: number;
  selector?: Selector;
}

function ask({
  options = {},
  goal = 'latency',
  lossless = false,
  top = 10,
  selector = physicsOnly,
}: Asked = {}) {
  const asked = { hardware: 'h100-sxm', ...options };
  return recommend(
    {
      scenario: buildScenario(LLAMA, asked),
      goal,
      losslessOnly: lossless,
      top,
      applied: asked.techniques ?? [],
    },
    selector,
  );
}

const names = (advice: Advice): string =>
  advice.recommendations.map((entry) => entry.techniques.join('+')).join(' ');

describe('recommend for Llama-3.1-8B at h100-sxm', () => {
  let advice: Advice;
  before(async () => {
    advice = await ask({ top: 100 });
  });

  it('ranks from 1, gains from best to worst up to the weight of risk', () => {
    assert.ok(advice.recommendations.length >= 10);
    advice.recommendations.forEach((entry, index) => assert.equal(entry.rank, index + 1));
    const gains = advice.recommendations.map((entry) => entry.speedup.p50);
    for (let at = 1; at < gains.length; at += 1)
      assert.ok((gains[at] ?? 0) <= (gains[at - 1] ?? 0) + 0.05, `${gains[at - 1]} before ${gains[at]}`);
  });

  it('has bands in order and evidence on every entry', () => {
    for (const entry of advice.recommendations) {
      const { p10, p50, p90 } = entry.speedup;
      assert.ok(p10 > 0 && p10 <= p50 && p50 <= p90, entry.title);
      for (const band of [entry.estimate.latency.endToEnd, entry.estimate.latency.interToken])
        assert.ok(band.p10 <= band.p50 && band.p50 <= band.p90, entry.title);
      assert.ok(entry.evidence.length > 0, entry.title);
      for (const item of entry.evidence) {
        assert.ok(item.distance >= 0 && item.distance <= 1 && Number.isFinite(item.value), entry.title);
        assert.ok(item.source.length > 0 && item.title.length > 0);
      }
    }
  });

  it('says why in this scenario’s own numbers', () => {
    for (const entry of advice.recommendations)
      assert.match(entry.why, /\d[\d.,]*\s(ms|µs|s|min|[kMG]?B)/, `${entry.title}: ${entry.why}`);
    const awq = advice.recommendations.find((entry) => entry.techniques.join() === 'awq-int4-weights');
    // 6,979,321,856 weights in linear layers: 13.96 GB at 16 bits.
    assert.match(awq?.why ?? '', /14 GB become 3\.6\d GB/);
  });

  it('recommends nothing that the engine does by default, that gains nothing, or that is refused', () => {
    const single = new Set(
      advice.recommendations
        .filter((entry) => entry.techniques.length === 1)
        .flatMap((entry) => entry.techniques),
    );
    const refused = new Map(advice.rejected.map((entry) => [entry.technique, entry.reason]));
    for (const id of single) assert.ok(!refused.has(id), id);
    for (const technique of allTechniques())
      assert.ok(single.has(technique.id) || refused.has(technique.id), `${technique.id} is neither`);
    for (const id of [
      'prefix-caching',
      'chunked-prefill',
      'continuous-batching',
      'cuda-graphs',
      'flash-attention',
    ])
      assert.match(refused.get(id) ?? '', /default in vLLM/, id);
    for (const entry of advice.recommendations) assert.ok(entry.speedup.p50 > 1, entry.title);
  });

  it('gives the setting of the engine that is asked about', () => {
    for (const entry of advice.recommendations) {
      assert.ok(entry.settings.length > 0, entry.title);
      for (const setting of entry.settings) assert.equal(setting.engine, 'vllm');
    }
  });

  it('stacks only what goes together, each once', () => {
    const stacked = advice.recommendations.filter((entry) => entry.techniques.length > 1);
    assert.ok(stacked.length > 0);
    for (const { techniques } of stacked) {
      assert.equal(new Set(techniques).size, techniques.length);
      for (const id of techniques)
        for (const other of techniques)
          assert.ok(
            !findTechnique(id)?.conflicts.some((conflict) => conflict.id === other),
            `${id} with ${other}`,
          );
    }
  });
});

describe('recommend answers the question that is asked', () => {
  it('differs by goal, batch, context and hardware', async () => {
    const answers = await Promise.all([
      ask(),
      ask({ goal: 'memory' }),
      ask({ goal: 'throughput', options: { concurrency: 64 } }),
      ask({ options: { concurrency: 64 } }),
      ask({ options: { input: 60_000, output: 500 } }),
      ask({ options: { hardware: 'a100-sxm-80gb' } }),
      ask({ options: { hardware: 'rtx-4090' } }),
    ]);
    const seen = answers.map((answer) => JSON.stringify(answer.recommendations));
    assert.equal(new Set(seen).size, seen.length);
    const [latency, memory, throughput, , context, a100] = answers.map(names);
    assert.notEqual(latency, memory);
    assert.notEqual(latency, throughput);
    assert.notEqual(latency, context);
    assert.notEqual(latency, a100);
    // An A100 has no FP8 units.
    assert.ok(!/\bfp8-weights(?!-only)\b/.test(a100 ?? ''));
  });

  it('follows the goal with the metric', async () => {
    for (const [goal, metric] of [
      ['latency', 'endToEnd'],
      ['throughput', 'throughput'],
      ['cost', 'throughput'],
    ] as const) {
      const { recommendations } = await ask({ goal, options: { concurrency: 16 } });
      assert.ok(recommendations.every((entry) => entry.speedup.metric === metric));
    }
    const memory = await ask({ goal: 'memory' });
    assert.ok(memory.recommendations.every((entry) => entry.memoryChange < 0));
  });

  it('keeps the output as it is where only lossless ones are asked for', async () => {
    const { recommendations, rejected } = await ask({ lossless: true });
    assert.ok(recommendations.length > 0);
    assert.ok(recommendations.every((entry) => entry.quality.lossless));
    assert.match(rejected.find((entry) => entry.technique === 'awq-int4-weights')?.reason ?? '', /lossless/);
  });

  it('gives no more than were asked for', async () => {
    assert.equal((await ask({ top: 3 })).recommendations.length, 3);
  });

  it('does not repeat what is applied already, nor what conflicts with it', async () => {
    const { recommendations, rejected } = await ask({ options: { techniques: ['eagle3-speculation'] } });
    assert.ok(recommendations.every((entry) => !entry.techniques.includes('eagle3-speculation')));
    assert.equal(
      rejected.find((entry) => entry.technique === 'eagle3-speculation')?.reason,
      'applied already, as asked',
    );
    assert.ok(recommendations.every((entry) => !entry.techniques.includes('eagle-speculation')));
  });

  it('recommends nothing that does not fit, and what makes it fit first', async () => {
    const small = await ask({ options: { hardware: 'rtx-4060' } });
    assert.equal(small.baseline.memory.fits, false);
    assert.ok(small.recommendations.length > 0);
    for (const entry of small.recommendations) assert.ok(entry.estimate.memory.fits, entry.title);
    const memory = await ask({ goal: 'memory', options: { hardware: 'rtx-4060' } });
    for (const entry of memory.recommendations) assert.ok(entry.estimate.memory.fits, entry.title);
  });

  it('takes the concurrency from a request rate', async () => {
    const { scenario, baseline } = await ask({ options: { requestRate: 8 } });
    assert.equal(scenario.requestRate, 8);
    assert.equal(scenario.concurrency, baseline.concurrency);
    assert.ok(scenario.concurrency > 1);
  });

  it('is led by the selector: a technique that it denies is refused with its figure', async () => {
    const denies: Selector = {
      ...physicsOnly,
      answer: (questions) =>
        Promise.resolve(
          questions.map(({ family, physicsRatio }) => {
            const p50 = family === 'speculative-decoding' ? 0.5 : physicsRatio;
            return { p10: p50 / 1.1, p50, p90: p50 * 1.1 };
          }),
        ),
    };
    const { recommendations, rejected } = await ask({ selector: denies });
    const speculation = allTechniques().filter((technique) => technique.family === 'speculative-decoding');
    assert.ok(speculation.length > 0);
    for (const { id } of speculation) {
      assert.ok(
        recommendations.every((entry) => !entry.techniques.includes(id)),
        id,
      );
      assert.ok(
        rejected.some((entry) => entry.technique === id),
        id,
      );
    }
    assert.match(rejected.find((entry) => entry.technique === 'eagle3-speculation')?.reason ?? '', /^0\.50×/);
  });
});
