import assert from 'node:assert/strict';
import { estimate } from '../../../src/roofline/estimateScenario';
import { estimateDisaggregated } from '../../../src/roofline/disaggregated';
import type { Estimate } from '../../../src/roofline/estimate';
import { H100, scenario, T4 } from './scenarios';

/** 100 Gbit/s, and nothing to wait for. */
const LINK = { bandwidth: 12.5e9, latency: 0 };
/** Llama 3.1 8B keeps 2 × 32 layers × 8 heads × 128 in two bytes: 131,072 bytes a token. */
const CACHE = 131_072;

type Overrides = Parameters<typeof scenario>[0];
const asked = (workload: Overrides = {}): ReturnType<typeof scenario> =>
  scenario({ ...workload, workload: { inputTokens: 2048, outputTokens: 256, ...workload?.workload } });

function assertAddsUp(answer: Estimate): void {
  for (const [phase, total] of [
    ['prefill.', answer.latency.timeToFirstToken.p50],
    ['decode.', answer.latency.interToken.p50],
  ] as const) {
    const sum = answer.terms
      .filter(({ id }) => id.startsWith(phase))
      .reduce((all, { seconds }) => all + seconds, 0);
    assert.ok(Math.abs(sum - total) < 1e-9 * total, `${phase} ${sum} ${total}`);
  }
}

describe('estimateDisaggregated', () => {
  it('sends the prompt’s cache over the link, and adds up', () => {
    const one = asked();
    const { estimate: answer, pools } = estimateDisaggregated(one, one, LINK);
    assertAddsUp(answer);
    assert.equal(pools.link.bytes, 2048 * CACHE);
    const transfer = answer.terms.find(({ id }) => id === 'prefill.transfer');
    assert.ok(Math.abs((transfer?.seconds ?? 0) - (2048 * CACHE) / 12.5e9) < 1e-12);
    // In vLLM the first token is the decode pool's: prefill, transfer, and a pass of one sequence with the wait for none.
    const plain = estimate(one);
    const pass = plain.latency.interToken.p50;
    const request = answer.terms.find(({ id }) => id === 'prefill.secondRequest')?.seconds ?? 0;
    const expected = plain.latency.timeToFirstToken.p50 + (transfer?.seconds ?? 0) + pass + request;
    assert.ok(Math.abs(answer.latency.timeToFirstToken.p50 - expected) < 1e-9);
    assert.equal(answer.latency.interToken.p50, pass);
    // Weights lie in both pools: 8.03 billion in two bytes, twice.
    assert.ok(Math.abs(answer.memory.weights / (2 * 2 * 8_030_261_248) - 1) < 0.001);
  });

  it('leaves the first token to the prompts’ pool in SGLang', () => {
    const one = asked({ setup: { engine: 'sglang' } });
    const { estimate: answer } = estimateDisaggregated(one, one, LINK);
    assertAddsUp(answer);
    assert.ok(!answer.terms.some(({ id }) => id === 'prefill.firstPass'));
    const transfer = (2048 * CACHE) / 12.5e9;
    assert.ok(
      Math.abs(answer.latency.timeToFirstToken.p50 - transfer - estimate(one).latency.timeToFirstToken.p50) <
        1e-9,
    );
  });

  it('has tokens follow as fast as the decode pool alone makes them, whatever prompts come', () => {
    const at = (requestRate: number) => asked({ workload: { requestRate } });
    const [low, high] = [at(2), at(12)];
    const gaps = [low, high].map((one) => {
      const both = {
        ...one,
        devices: 2,
        setup: { ...one.setup, parallelism: { ...one.setup.parallelism, data: 2 } },
      };
      const { estimate: answer } = estimateDisaggregated(one, one, LINK);
      assertAddsUp(answer);
      assert.ok(!answer.terms.some(({ id }) => id === 'decode.prompts'));
      // By Little's law, over both pools.
      assert.ok(
        Math.abs(answer.concurrency - (one.workload.requestRate ?? 0) * answer.latency.endToEnd.p50) < 1e-6,
      );
      return answer.latency.interToken.p50 / estimate(both).latency.interToken.p50;
    });
    // Two copies that do both are interrupted the more, the more prompts there are.
    assert.ok((gaps[1] ?? 0) < (gaps[0] ?? 0), gaps.join(' '));
  });

  it('waits as an M/D/1 queue does where one prompt fills a step', () => {
    const rate = 10;
    const one = asked({ setup: { maxBatchedTokens: 2048 }, workload: { requestRate: rate } });
    const { estimate: answer, pools } = estimateDisaggregated(one, one, LINK);
    const service = 1 / (pools.prefill.servable ?? NaN);
    const load = rate * service;
    const queue = answer.terms.find(({ id }) => id === 'prefill.queue')?.seconds ?? 0;
    assert.ok(Math.abs(queue - (load * service) / 2 / (1 - load)) < 1e-9, String(queue));
  });

  it('says which part cannot keep up', () => {
    const at = (requestRate: number, link = LINK) => {
      const one = asked({ workload: { requestRate } });
      return estimateDisaggregated(one, one, link);
    };
    const most = at(1).pools;
    const message = (answer: Estimate): string =>
      answer.warnings.find(({ code }) => code === 'overloaded')?.message ?? '';
    assert.equal(message(at(0.9 * (most.prefill.servable ?? 0)).estimate), '');
    assert.match(message(at(1.1 * (most.prefill.servable ?? 0)).estimate), /the prefill pool can do/);
    // 268 MB a request over 100 MB/s: one in 2.7 s.
    const slow = at(1, { bandwidth: 1e8, latency: 0 });
    assert.match(message(slow.estimate), /the link can do about 0\.373/);
    assert.ok(Math.abs((slow.pools.link.servable ?? 0) - 1e8 / (2048 * CACHE)) < 1e-9);
  });

  it('serves more with more devices for what is short of them, and sends over as many links as ranks', () => {
    const rate = { requestRate: 1 };
    const decode = asked({ workload: rate });
    const split = (tensor: number, data: number) =>
      asked({ devices: tensor * data, parallelism: { tensor, data }, workload: rate });
    const one = estimateDisaggregated(split(1, 1), decode, LINK).pools;
    const two = estimateDisaggregated(split(1, 2), decode, LINK).pools;
    assert.ok(Math.abs((two.prefill.servable ?? 0) / (one.prefill.servable ?? 1) - 2) < 1e-9);
    const wide = estimateDisaggregated(split(4, 1), split(2, 1), LINK).pools;
    assert.equal(wide.link.streams, 2);
    assert.ok(Math.abs(wide.link.seconds / one.link.seconds - 0.5) < 1e-9);
  });

  it('fits only where both pools do', () => {
    const big = asked();
    const small = asked({ device: T4 });
    for (const [prefill, decode] of [
      [small, big],
      [big, small],
    ] as const) {
      const { estimate: answer } = estimateDisaggregated(prefill, decode, LINK);
      assert.equal(answer.memory.fits, false);
      assert.equal(answer.memory.capacityPerDevice, T4.memory);
    }
    assert.equal(estimateDisaggregated(big, big, LINK).estimate.memory.capacityPerDevice, H100.memory);
  });

  it('refuses engines and models that do no such thing', () => {
    const llama = asked({ setup: { engine: 'llama.cpp' } });
    assert.throws(() => estimateDisaggregated(llama, llama, LINK), /known of vllm, sglang, tensorrt-llm/);
    const one = asked();
    const encoder = { ...one, model: { ...one.model, kind: 'encoder' as const } };
    assert.throws(() => estimateDisaggregated(encoder, encoder, LINK), /for decoders/);
    assert.throws(() => estimateDisaggregated(one, one, { bandwidth: 0, latency: 0 }), /no bandwidth/);
  });
});
