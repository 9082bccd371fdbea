import assert from 'node:assert/strict';
import { stacks, type Candidate } from '../../../src/advisor/candidates';
import { answerEstimate, withoutTerms } from '../../../src/advisor/estimateAnswer';
import { explanationPage } from '../../../src/advisor/explanationPage';
import { costPerMillionTokens, gain } from '../../../src/advisor/goal';
import { inspectModel } from '../../../src/advisor/inspection';
import { settingCost } from '../../../src/advisor/settingCost';
import { fourFigures, shortVerdict } from '../../../src/advisor/verdict';
import type { Estimate } from '../../../src/roofline/estimate';
import { estimate } from '../../../src/roofline/estimateScenario';
import { applyTechnique } from '../../../src/techniques/apply';
import { findTechnique } from '../../../src/techniques/catalogue';
import { deviceNamed, scenarioWith } from '../techniques/cases';
import { LLAMA, MIXTRAL_8X7B } from './models';

const plain = scenarioWith({ model: LLAMA });

/** An estimate with figures of its own where a test needs them. */
function estimateWith(changes: { total?: number; prefill?: number; seconds?: number }): Estimate {
  const base = estimate(plain);
  const seconds = changes.seconds ?? 1;
  const band = { p10: seconds, p50: seconds, p90: seconds };
  return {
    ...base,
    latency: { ...base.latency, endToEnd: band, interToken: band, timeToFirstToken: band },
    throughput: {
      perSequence: 1,
      total: changes.total ?? 100,
      prefill: changes.prefill ?? 1000,
    },
  };
}

describe('inspectModel', () => {
  it('has the figures of Llama-3.1-8B', () => {
    const { model } = inspectModel(LLAMA);
    assert.equal(model.totalParameters, 8_030_261_248);
    assert.equal(model.activeParameters, 8_030_261_248);
    assert.equal(model.kvCacheBytesPerToken, 131_072);
    assert.equal(model.weightBytes, 16_060_522_496);
    assert.equal(model.layers, 32);
    assert.equal(model.attention, 'gqa');
    assert.equal(model.exact, true);
    const parts = Object.values(model.parametersByPart).reduce((sum, count) => sum + count, 0);
    assert.equal(parts, 8_030_261_248);
  });

  it('tells active from total parameters in a mixture of experts', () => {
    // Mixtral-8x7B as published: 46.7 B in all, 12.9 B a token.
    const { model } = inspectModel(MIXTRAL_8X7B);
    assert.equal(model.totalParameters, 46_702_792_704);
    assert.equal(model.activeParameters, 12_879_925_248);
  });
});

describe('gain', () => {
  it('is above 1 for what is better, whatever the metric', () => {
    const before = estimateWith({ seconds: 2, total: 100 });
    const after = estimateWith({ seconds: 1, total: 250 });
    assert.equal(gain('endToEnd', before, after), 2);
    assert.equal(gain('interToken', before, after), 2);
    assert.equal(gain('timeToFirstToken', before, after), 2);
    assert.equal(gain('throughput', before, after), 2.5);
  });

  it('compares prompt tokens where nothing is generated, and is 1 where there is nothing to compare', () => {
    const encoder = estimateWith({ total: 0, prefill: 1000 });
    assert.equal(gain('throughput', encoder, estimateWith({ total: 0, prefill: 3000 })), 3);
    assert.equal(gain('interToken', estimateWith({ seconds: 0 }), estimateWith({ seconds: 0 })), 1);
  });
});

describe('costPerMillionTokens', () => {
  it('is dollars an hour over tokens an hour', () => {
    const device = {
      ...deviceNamed('h100-sxm'),
      price: { dollarsPerHour: 3.6, source: 'test', date: '2026-01-01' },
    };
    // 3.6 $/h at 100 tok/s: 360,000 tokens an hour, 10 $ a million.
    assert.ok(Math.abs((costPerMillionTokens(estimateWith({}), device, 1) ?? 0) - 10) < 1e-9);
    assert.ok(Math.abs((costPerMillionTokens(estimateWith({}), device, 2) ?? 0) - 20) < 1e-9);
    const { price: _, ...unpriced } = device;
    assert.equal(costPerMillionTokens(estimateWith({}), unpriced, 1), null);
    assert.equal(costPerMillionTokens(estimateWith({ total: 0 }), device, 1), null);
  });
});

describe('stacks', () => {
  const before = estimate(plain);
  const single = (id: string, speedup: number, spread = 1.2): Candidate => {
    const technique = findTechnique(id);
    assert.ok(technique, id);
    const scenario = applyTechnique(technique, plain);
    return {
      techniques: [technique],
      scenario,
      after: estimate(scenario),
      speedup: { p10: speedup / spread, p50: speedup, p90: speedup * spread },
      without: null,
    };
  };
  const physics = (id: string): Candidate => {
    const candidate = single(id, 1);
    return single(id, gain('endToEnd', before, candidate.after));
  };
  const ids = (found: readonly Candidate[]): string[] =>
    found.map((entry) => entry.techniques.map((technique) => technique.id).join('+'));

  it('puts together what goes together, each pair once', () => {
    const found = ids(
      stacks(before, 'endToEnd', [physics('eagle3-speculation'), physics('fp8-weights')], 'speed').stacks,
    );
    assert.deepEqual(found, ['eagle3-speculation+fp8-weights']);
  });

  it('leaves out what conflicts, and says why', () => {
    const { stacks: found, refused } = stacks(
      before,
      'endToEnd',
      [physics('awq-int4-weights'), physics('fp8-weights')],
      'speed',
    );
    assert.deepEqual(ids(found), []);
    const [pair] = refused;
    assert.deepEqual([...(pair?.techniques ?? [])].sort(), ['awq-int4-weights', 'fp8-weights']);
    assert.match(pair?.reason ?? '', /how the weights are stored/);
  });

  it('leaves out members that gain next to nothing', () => {
    const { stacks: found } = stacks(
      before,
      'endToEnd',
      [physics('eagle3-speculation'), single('fp8-weights', 1.01)],
      'speed',
    );
    assert.deepEqual(ids(found), []);
  });

  it('adds up the members’ doubts as independent ones: 1.2 and 1.2 make 1.294', () => {
    const [stack] = stacks(
      before,
      'endToEnd',
      [physics('eagle3-speculation'), physics('fp8-weights')],
      'speed',
    ).stacks;
    assert.ok(stack);
    const { p10, p50, p90 } = stack.speedup;
    // exp(√2 × ln 1.2)
    assert.ok(Math.abs(p90 / p50 - 1.2941) < 1e-3);
    assert.ok(Math.abs(p50 / p10 - 1.2941) < 1e-3);
    assert.ok(Math.abs(p50 - gain('endToEnd', before, stack.after)) < 1e-9);
  });

  it('grows for memory where that is the aim', () => {
    const members = [single('fp8-weights', 0.9), single('fp8-kv-cache', 0.9)];
    assert.deepEqual(stacks(before, 'endToEnd', members, 'speed').stacks, []);
    const long = scenarioWith({ model: LLAMA, workload: { inputTokens: 60_000, concurrency: 4 } });
    const longBefore = estimate(long);
    const { stacks: found } = stacks(
      longBefore,
      'endToEnd',
      members.map(({ techniques, speedup }) => {
        const [technique] = techniques;
        assert.ok(technique);
        const scenario = applyTechnique(technique, long);
        return { techniques, scenario, after: estimate(scenario), speedup, without: null };
      }),
      'memory',
    );
    assert.equal(found.length, 1);
  });
});

describe('answerEstimate', () => {
  it('gives terms on request alone, and puts its warnings first', () => {
    const warnings = [{ code: 'a', message: 'b' }];
    const answer = answerEstimate(plain, estimate(plain), { techniques: [], terms: false, warnings });
    assert.equal(answer.terms, undefined);
    assert.equal(answer.warnings[0]?.code, 'a');
    assert.ok(
      (answerEstimate(plain, estimate(plain), { techniques: [], terms: true }).terms?.length ?? 0) > 3,
    );
  });

  it('has a tail in a closed loop too: all requests are alike', () => {
    const { latency } = withoutTerms(estimate(plain));
    assert.deepEqual(latency.tail.endToEnd, { p90: latency.endToEnd.p50, p99: latency.endToEnd.p50 });
    const rate = withoutTerms(estimate(scenarioWith({ model: LLAMA, workload: { requestRate: 5 } })));
    assert.ok((rate.latency.tail.endToEnd?.p99 ?? 0) > (rate.latency.tail.endToEnd?.p90 ?? 0));
  });
});

describe('verdict', () => {
  it('says size, speed and fit in a few words', () => {
    assert.match(shortVerdict(plain, estimate(plain)), /^8\.03\sB · [\d.]+ tok\/s · fits H100/);
    const small = scenarioWith({ model: LLAMA, device: 'rtx-4060' });
    assert.match(shortVerdict(small, estimate(small)), /does not fit/);
  });

  it('speaks of inputs where no tokens are made', () => {
    const encoder = scenarioWith({ model: { ...LLAMA, kind: 'encoder' } });
    const result = estimate(encoder);
    assert.match(shortVerdict(encoder, result), /[1-9].* inputs\/s · fits/);
    const labels = fourFigures(result).map(({ label }) => label);
    assert.deepEqual(labels, ['Answer', 'Throughput', 'Memory']);
    const answer = answerEstimate(encoder, result, { techniques: [], terms: false });
    assert.equal(answer.latency.interToken, null);
    assert.equal(answer.throughput.total, null);
    assert.ok(answer.warnings.some(({ code }) => code === 'no-tokens'));
  });

  it('has four figures, each with a unit and what it waits for', () => {
    const figures = fourFigures(estimate(plain));
    assert.deepEqual(
      figures.map((figure) => figure.label),
      ['First token', 'Per token', 'Throughput', 'Memory'],
    );
    assert.match(figures[0]?.value ?? '', /ms$/);
    assert.match(figures[3]?.value ?? '', /of 80 GB$/);
  });
});

describe('explanationPage', () => {
  it('lets no name become markup', () => {
    const hostile = {
      ...plain,
      model: { ...LLAMA, name: '[x](command:evil) <img src=x> `a` | # **b**\n# c' },
    };
    const page = explanationPage(hostile, estimate(hostile));
    const title = page.split('\n')[0] ?? '';
    assert.equal(title, '# \\[x\\](command:evil) \\<img src=x\\> \\`a\\` \\| \\# \\*\\*b\\*\\* \\# c');
  });

  it('has a row for every term', () => {
    const result = estimate(plain);
    const page = explanationPage(plain, result);
    for (const term of result.terms) {
      const name = term.id.slice(term.id.indexOf('.') + 1);
      assert.ok(page.includes(`| ${name} |`), name);
    }
    assert.match(page, /16\.1 GB/);
  });
});

describe('settingCost', () => {
  it('counts sequences of the longest length: 131,072 tokens are 17.2 GB', () => {
    const [line] = settingCost(
      scenarioWith({ model: LLAMA, setup: { maxModelLength: 131_072 } }),
      'max_model_len',
    );
    assert.match(line ?? '', /^One sequence of 131,072 tokens takes 17\.2 GB of KV; .* → 3 at once$/);
  });

  it('halves with an FP8 cache', () => {
    const setup = { maxModelLength: 131_072, kv: 'fp8' as const };
    assert.match(
      settingCost(scenarioWith({ model: LLAMA, setup }), 'max_model_len')[0] ?? '',
      /takes 8\.59 GB/,
    );
  });

  it('gives the file’s own weights where no scheme is set, quantised ones included', () => {
    assert.match(settingCost(plain, 'dtype')[0] ?? '', /^Weights take 16\.1 GB;/);
    const quantised = {
      ...LLAMA,
      quantisation: { scheme: 'fp8', method: 'fp8', bits: 8, group: 0, ignored: [] },
    } as unknown as typeof LLAMA;
    assert.doesNotMatch(settingCost(scenarioWith({ model: quantised }), 'dtype')[0] ?? '', /16\.1 GB/);
  });

  it('says what a device holds under tensor parallelism', () => {
    const parallelism = { tensor: 2, pipeline: 1, expert: 1, data: 1, context: 1 };
    const [line, second] = settingCost(
      scenarioWith({ model: LLAMA, devices: 2, setup: { parallelism } }),
      'tensor_parallel_size',
    );
    assert.equal(line, '8.03 GB of weights on each of 2 devices');
    assert.match(second ?? '', /^Communication takes/);
  });

  it('says that an engine sets no limit in place of a number without meaning', () => {
    const [line] = settingCost(scenarioWith({ model: LLAMA, engine: 'transformers' }), 'max_num_seqs');
    assert.doesNotMatch(line ?? '', /9,007/);
  });

  it('is silent about what touches nothing', () => {
    assert.deepEqual(settingCost(plain, 'port'), []);
    assert.deepEqual(settingCost(plain, 'constructor'), []);
  });
});
