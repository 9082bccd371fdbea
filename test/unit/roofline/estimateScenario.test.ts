import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Term } from '../../../src/roofline/estimate';
import { estimate } from '../../../src/roofline/estimateScenario';
import { ScenarioError, type ScenarioErrorCode } from '../../../src/roofline/scenarioError';
import { LLAMA_31_8B, MIXTRAL_8X7B } from './llamaLike';
import { H100, scenario, T4 } from './scenarios';

const near = (actual: number, expected: number, share = 1e-9): void => {
  assert.ok(Math.abs(actual - expected) <= share * Math.abs(expected), `${actual} is not near ${expected}`);
};

const phaseSum = (terms: readonly { id: string; seconds: number }[], phase: string): number =>
  terms.filter((term) => term.id.startsWith(`${phase}.`)).reduce((total, term) => total + term.seconds, 0);

/** What the numbers beside a term give by its formula, worked out here again. */
function unfolded({ parts = [], inputs }: Term): number {
  const rate = (name: string): number => Number(inputs[name] ?? Infinity);
  let seconds = 0;
  for (const part of parts) {
    near(
      part.move,
      part.weightBytes / rate('weightRate') +
        part.cacheBytes / rate('cacheRate') +
        part.activationBytes / rate('activationRate'),
      1e-9,
    );
    const matrix = inputs['rowsToHalf'] !== undefined;
    const tiles = matrix ? (part.rows + 16 + rate('rowsToHalf')) / (part.rows + 16) : 1;
    const inTiles = (part.flop * tiles) / (rate('peak') * rate('attainedCompute'));
    // Few rows may go through the vector units where those are quicker.
    const quicker = matrix && part.rows <= 8 ? Math.min(inTiles, part.flop / rate('vectorRate')) : inTiles;
    near(part.multiply, quicker, 1e-9);
    seconds += part.layers * (Math.cbrt(part.move ** 3 + part.unpack ** 3 + part.multiply ** 3) + part.spill);
  }
  return seconds * rate('times');
}

describe('estimate', () => {
  it('counts weights and cache of Llama 3.1 8B', () => {
    const { memory } = estimate(
      scenario({ workload: { inputTokens: 1000, outputTokens: 24, concurrency: 4 } }),
    );
    assert.equal(memory.weights, 16_060_522_496);
    assert.equal(memory.kvCache, 131072 * 1024 * 4);
    near(memory.total, memory.weights + memory.kvCache + memory.activations + memory.runtime);
    assert.ok(memory.fits);
  });

  it('never beats the device: decode reads every weight at most at full bandwidth', () => {
    const { latency } = estimate(scenario());
    assert.ok(latency.interToken.p50 > (16_060_522_496 - 128256 * 4096 * 2) / 3.35e12);
    assert.ok(latency.interToken.p50 < 3 * (16_060_522_496 / 3.35e12));
  });

  it('has terms that add up to their phase', () => {
    fc.assert(
      fc.property(
        fc.record({
          input: fc.integer({ min: 1, max: 60000 }),
          output: fc.integer({ min: 1, max: 3000 }),
          batch: fc.integer({ min: 1, max: 300 }),
          tensor: fc.constantFrom(1, 2, 8),
          pipeline: fc.constantFrom(1, 2),
          engine: fc.constantFrom('vllm' as const, 'transformers' as const, 'llama.cpp' as const),
          experts: fc.boolean(),
          drafts: fc.constantFrom(0, 3),
        }),
        ({ input, output, batch, tensor, pipeline, engine, experts, drafts }) => {
          const { latency, terms } = estimate(
            scenario({
              model: experts ? MIXTRAL_8X7B : LLAMA_31_8B,
              devices: tensor * pipeline,
              parallelism: { tensor, pipeline },
              setup: { engine, graphs: engine !== 'transformers' },
              workload: { inputTokens: input, outputTokens: output, concurrency: batch },
              modifiers: drafts
                ? {
                    speculation: {
                      draftTokens: drafts,
                      tokensPerPass: 2.2,
                      draftCost: 0.2,
                      draftMemory: 0.1,
                    },
                  }
                : {},
            }),
          );
          near(phaseSum(terms, 'prefill'), latency.timeToFirstToken.p50, 1e-9);
          near(phaseSum(terms, 'decode'), latency.interToken.p50 * (drafts ? 2.2 : 1), 1e-9);
          for (const { p10, p50, p90 } of [latency.timeToFirstToken, latency.interToken, latency.endToEnd]) {
            assert.ok(p10 <= p50 && p50 <= p90 && p10 > 0 && Number.isFinite(p90));
          }
          for (const term of terms) {
            assert.ok(term.seconds >= 0, term.id);
            if (term.parts) near(unfolded(term), term.seconds, 1e-9);
          }
        },
      ),
    );
  });

  it('grows with context and batch, and total throughput grows with batch until compute rules', () => {
    const at = (concurrency: number, inputTokens: number) =>
      estimate(scenario({ workload: { concurrency, inputTokens } }));
    assert.ok(at(1, 8000).latency.interToken.p50 > at(1, 500).latency.interToken.p50);
    assert.ok(at(64, 500).latency.interToken.p50 > at(1, 500).latency.interToken.p50);
    assert.ok(at(64, 500).throughput.total > 20 * at(1, 500).throughput.total);
  });

  it('lets speculation pay at batch 1 and not at a batch that fills the compute units', () => {
    const gain = (concurrency: number): number => {
      const workload = { concurrency };
      const speculation = { draftTokens: 5, tokensPerPass: 2.5, draftCost: 0.1, draftMemory: 0.05 };
      return (
        estimate(scenario({ workload })).latency.interToken.p50 /
        estimate(scenario({ workload, modifiers: { speculation } })).latency.interToken.p50
      );
    };
    assert.ok(gain(1) > 1.7, `${gain(1)}`);
    assert.ok(gain(1024) < 1, `${gain(1024)}`);
  });

  it('halves the bytes of fp8 and multiplies in it only where there are units', () => {
    const h100 = estimate(scenario({ setup: { weights: 'fp8' } }));
    const plain = estimate(scenario());
    assert.ok(h100.memory.weights < 0.6 * plain.memory.weights);
    assert.ok(h100.latency.timeToFirstToken.p50 < plain.latency.timeToFirstToken.p50);
    const t4 = estimate(scenario({ device: T4, setup: { weights: 'fp8' } }));
    assert.ok(t4.warnings.some((warning) => warning.code === 'no-format-units'));
  });

  it('says that 16 GB of weights do not fit a T4, and that they do in 4 bits', () => {
    assert.equal(estimate(scenario({ device: T4 })).memory.fits, false);
    assert.equal(estimate(scenario({ device: T4 })).memory.maxConcurrency, 0);
    assert.ok(
      estimate(scenario({ device: T4, setup: { weights: 'awq-int4', maxBatchedTokens: 2048 } })).memory.fits,
    );
  });

  it('touches more experts as the batch grows', () => {
    const bytes = (concurrency: number): number =>
      estimate(
        scenario({ model: MIXTRAL_8X7B, devices: 2, parallelism: { tensor: 2 }, workload: { concurrency } }),
      ).terms.find((term) => term.id === 'decode.experts')?.bytes ?? 0;
    // 2 of 8 experts at batch 1; 8 (1 − 0.75^4) = 5.47 at batch 4.
    near(bytes(4) / bytes(1), 5.46875 / 2, 0.01);
  });

  it('lets sequences wait whose cache has no room, and takes as long as their turns', () => {
    const lengths = { inputTokens: 2048, outputTokens: 2048 };
    const many = estimate(scenario({ workload: { ...lengths, concurrency: 4096 } }));
    const more = estimate(scenario({ workload: { ...lengths, concurrency: 8192 } }));
    assert.equal(many.memory.fits, false);
    assert.equal(more.latency.interToken.p50, many.latency.interToken.p50);
    near(more.latency.endToEnd.p50 / many.latency.endToEnd.p50, 2, 0.01);
    near(more.throughput.total, many.throughput.total);
    const few = estimate(
      scenario({ workload: { ...lengths, concurrency: Math.max(1, many.memory.maxConcurrency) } }),
    );
    assert.equal(few.memory.fits, true);
    near(few.throughput.total, few.concurrency / few.latency.interToken.p50);
  });

  it('follows Little’s law under a request rate', () => {
    const answer = estimate(scenario({ workload: { requestRate: 4, inputTokens: 512, outputTokens: 256 } }));
    near(answer.concurrency, 4 * answer.latency.endToEnd.p50, 0.001);
    near(answer.throughput.total, 4 * 256);
    assert.ok(answer.latency.tail.endToEnd !== null);
    const seldom = estimate(
      scenario({ workload: { requestRate: 0.01, inputTokens: 512, outputTokens: 256 } }),
    );
    near(seldom.concurrency, 0.01 * seldom.latency.endToEnd.p50, 0.001);
    near(seldom.throughput.total, 0.01 * 256);
    const overload = estimate(
      scenario({ workload: { requestRate: 4000, inputTokens: 512, outputTokens: 256 } }),
    );
    assert.ok(overload.warnings.some((warning) => warning.code === 'overloaded'));
    assert.ok(Number.isFinite(overload.latency.endToEnd.p90));
  });

  it('unfolds what is exchanged, launched and waited for by the formula beside it', () => {
    const inputs = (term: Term | undefined) => (name: string) => Number(term?.inputs[name] ?? NaN);
    const split = estimate(
      scenario({ devices: 8, parallelism: { tensor: 4, pipeline: 2 }, workload: { concurrency: 6 } }),
    );
    const exchanged = split.terms.find(({ id }) => id === 'decode.communication');
    const e = inputs(exchanged);
    assert.equal(e('messageBytes'), 3 * 4096 * 2);
    const reduced = (1.5 * e('messageBytes')) / e('link') + 4 * e('secondsAHop');
    near(
      exchanged?.seconds ?? 0,
      2 * e('layers') * reduced + (e('stages') - 1) * (e('secondsASend') + e('messageBytes') / e('link')),
    );
    const eager = estimate(
      scenario({ model: MIXTRAL_8X7B, setup: { engine: 'transformers', graphs: false } }),
    );
    const host = eager.terms.find(({ id }) => id === 'decode.host');
    const h = inputs(host);
    near(
      host?.seconds ?? 0,
      (h('layers') * h('secondsALayer') +
        h('experts') * h('secondsAnExpert') +
        h('matrices') * h('secondsAMatrix')) *
        h('share') -
        h('deviceSeconds'),
    );
    const many = split.terms.find(({ id }) => id === 'decode.sequences');
    near(
      many?.seconds ?? 0,
      inputs(many)('sequences') * inputs(many)('secondsASequence') * inputs(many)('host'),
    );
  });

  it('has terms that add up to the means under a request rate, drafting or not', () => {
    for (const requestRate of [0.01, 3, 30, 3000]) {
      for (const inputTokens of [16, 2000, 60000]) {
        for (const draftTokens of [0, 3]) {
          const speculation = draftTokens
            ? { draftTokens, tokensPerPass: 2.5, draftCost: 0.1, draftMemory: 0.05 }
            : null;
          const { latency, terms } = estimate(
            scenario({ workload: { requestRate, inputTokens }, modifiers: { speculation } }),
          );
          const sum = (phase: string): number =>
            terms.filter(({ id }) => id.startsWith(phase)).reduce((total, { seconds }) => total + seconds, 0);
          near(sum('prefill.'), latency.timeToFirstToken.p50, 1e-9);
          near(sum('decode.'), latency.interToken.p50 * (speculation?.tokensPerPass ?? 1), 1e-9);
          assert.ok(terms.every(({ seconds }) => seconds >= 0));
        }
      }
    }
  });

  it('gets faster with tensor parallel over a fast link, by less than the number of devices', () => {
    const one = estimate(scenario()).latency.interToken.p50;
    const four = estimate(scenario({ devices: 4, parallelism: { tensor: 4 } })).latency.interToken.p50;
    assert.ok(one / four > 1.3 && one / four < 4, `${one / four}`);
  });

  const refused = (code: ScenarioErrorCode, overrides: Parameters<typeof scenario>[0]): void => {
    it(`refuses nonsense: ${code} ${JSON.stringify(overrides).slice(0, 60)}`, () => {
      assert.throws(
        () => estimate(scenario(overrides)),
        (error: unknown) =>
          error instanceof ScenarioError && error.code === code && error.message.length > 10,
      );
    });
  };
  refused('no-layers', { model: { ...LLAMA_31_8B, groups: [] } });
  refused('bad-batch', { workload: { concurrency: -1 } });
  refused('bad-batch', { workload: { concurrency: 1.5 } });
  refused('bad-length', { workload: { inputTokens: 1e9 } });
  refused('bad-length', { workload: { outputTokens: Number.NaN } });
  refused('bad-rate', { workload: { requestRate: 0 } });
  refused('bad-devices', { devices: 0 });
  refused('bad-parallelism', { devices: 2, parallelism: { tensor: 4 } });
  refused('unknown-scheme', { setup: { weights: 'seven-bit-magic' } });
  refused('bad-setup', { setup: { memoryFraction: 0 } });
  refused('bad-device', { device: { ...H100, peak: {} } });

  const seconds = (asked: Parameters<typeof scenario>[0], id: string): number =>
    estimate(scenario(asked)).terms.find((term) => term.id === id)?.seconds ?? NaN;
  const A100 = { ...H100, id: 'a100-like', peak: { f32: 19.5e12, bf16: 312e12, f16: 312e12, int8: 624e12 } };

  it('multiplies queries and keys in 16 bits whatever the weights are multiplied in', () => {
    const long = { workload: { inputTokens: 30_000, outputTokens: 2, concurrency: 1 } };
    const of = (weights: string | null, id: string) => seconds({ ...long, setup: { weights } }, id);
    near(of('fp8', 'prefill.kv'), of(null, 'prefill.kv'));
    assert.ok(of('fp8', 'prefill.weights') < 0.7 * of(null, 'prefill.weights'));
  });

  it('converts a cache of 8-bit floats where the device has no units for them', () => {
    const of = (device: typeof H100, kv: 'fp8' | 'int8') =>
      seconds(
        { device, setup: { kv }, workload: { inputTokens: 4000, outputTokens: 64, concurrency: 32 } },
        'decode.kv',
      );
    near(of(H100, 'fp8'), of(H100, 'int8'));
    assert.ok(of(A100, 'fp8') > of(A100, 'int8'));
  });

  it('fills memory less where fewer units read it', () => {
    const of = (computeUnits: number) => seconds({ device: { ...H100, computeUnits } }, 'decode.weights');
    assert.ok(of(33) > 1.3 * of(132), `${of(33)} ${of(132)}`);
    assert.ok(of(264) <= of(132));
  });
});
