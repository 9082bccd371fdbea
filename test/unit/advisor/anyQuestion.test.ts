import assert from 'node:assert/strict';
import fc from 'fast-check';
import { askScenario } from '../../../src/advisor/buildScenario';
import { answerEstimate, type EstimateAnswer } from '../../../src/advisor/estimateAnswer';
import { answerPools } from '../../../src/advisor/pooledEstimate';
import { estimateOptionsSchema, type EstimateOptions } from '../../../src/advisor/query';
import { answerFromDisk, answerOffload } from '../../../src/advisor/sharedEstimate';
import { ENGINES } from '../../../src/deployment/engine';
import { allDevices } from '../../../src/hardware/catalogue';
import type { ModelSpec } from '../../../src/model/spec';
import { estimate } from '../../../src/roofline/estimateScenario';
import { allTechniques } from '../../../src/techniques/catalogue';
import { LLAMA, MIXTRAL_8X7B, sampleModel } from './models';

const MODELS: readonly ModelSpec[] = [
  LLAMA,
  MIXTRAL_8X7B,
  sampleModel('mistral-7b'),
  sampleModel('qwen2.5-0.5b'),
];
const FORMATS =
  'f32 bf16 f16 fp8 int8 int4 nvfp4 mxfp4 q2_k q4_k_m q8_0 awq-int4 gptq-int4 bnb-nf4 bnb-int8 w8a8-int8 w8a8-fp8 w4a8kv4';
/** Of every size that the command line lets through, and small ones more often. */
const size = (most: number) =>
  fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: most }), fc.constant(most));
const split = fc.constantFrom(1, 1, 1, 2, 3, 4, 7, 8, 64, 1024);
const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined, freq: 2 });

const options = fc.record({
  hardware: fc.constantFrom(...allDevices().map(({ id }) => id)),
  devices: maybe(size(1024)),
  engine: maybe(fc.constantFrom(...ENGINES)),
  weights: maybe(fc.constantFrom(...FORMATS.split(' '))),
  kv: maybe(fc.constantFrom('f32', 'bf16', 'fp8', 'int8', 'int4')),
  attention: maybe(fc.constantFrom('eager', 'sdpa', 'flash')),
  concurrency: maybe(size(65_536)),
  requestRate: maybe(
    fc.oneof(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), fc.constantFrom(1e-6, 1e6, 0.1, 3)),
  ),
  input: maybe(size(10_000_000)),
  output: maybe(size(10_000_000)),
  sharedPrefix: maybe(fc.oneof(fc.constant(0), size(10_000_000))),
  tensorParallel: maybe(split),
  pipelineParallel: maybe(split),
  expertParallel: maybe(split),
  dataParallel: maybe(split),
  contextParallel: maybe(split),
  maxModelLen: maybe(size(10_000_000)),
  gpuMemoryUtilization: maybe(fc.double({ min: 1e-9, max: 1, noNaN: true })),
  images: maybe(fc.integer({ min: 0, max: 10_000 })),
  imageSize: maybe(fc.constantFrom('1x1', '640x480', '99999x99999')),
  techniques: maybe(
    fc.uniqueArray(fc.constantFrom(...allTechniques().map(({ id }) => id)), { maxLength: 4 }),
  ),
  loraRank: maybe(size(65_536)),
  decodeContextParallel: maybe(split),
  maxNumSeqs: maybe(size(65_536)),
  maxNumBatchedTokens: maybe(size(10_000_000)),
  chunkedPrefill: maybe(fc.boolean()),
});

/** Ways to share the work that are answered apart: two pools, layers on a host, weights on disk. */
const shared = fc.oneof(
  fc.record({
    prefillDevices: size(1024),
    prefillTensorParallel: maybe(split),
    kvBandwidth: maybe(fc.double({ min: 1e3, max: 1e13, noNaN: true })),
    kvLatency: maybe(fc.double({ min: 0, max: 10, noNaN: true })),
  }),
  fc.record({
    gpuLayers: fc.oneof(fc.constant('auto' as const), fc.integer({ min: 0, max: 200 })),
    diskBandwidth: maybe(fc.double({ min: 1e3, max: 1e13, noNaN: true })),
  }),
  fc.record({ diskBandwidth: fc.double({ min: 1e3, max: 1e13, noNaN: true }) }),
);

/** Options as they are asked: those that are not said are not there. */
function saidOf(asked: object): EstimateOptions {
  return estimateOptionsSchema.parse(
    Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)),
  );
}

/** What `ask` answers; null where it refuses in words. */
function answerOrNull<T>(ask: () => T): T | null {
  try {
    return ask();
  } catch (error) {
    assert.ok(
      error instanceof Error && ['AdvisorError', 'ScenarioError'].includes(error.name),
      String(error instanceof Error ? error.stack : error),
    );
    return null;
  }
}

function isSound(answer: Pick<EstimateAnswer, 'latency'>): void {
  for (const { path, value } of numbersIn(answer))
    assert.ok(Number.isFinite(value) && value >= 0, `${path} ${value}`);
  const { timeToFirstToken, interToken, endToEnd, tail } = answer.latency;
  for (const band of [timeToFirstToken, interToken, endToEnd])
    assert.ok(band === null || (band.p10 <= band.p50 && band.p50 <= band.p90));
  assert.ok((tail.endToEnd?.p90 ?? 0) <= (tail.endToEnd?.p99 ?? 0));
  assert.ok((tail.interToken?.p90 ?? 0) <= (tail.interToken?.p99 ?? 0));
}

/** Every number below a value, with where it stands. */
function numbersIn(value: unknown, path = ''): { path: string; value: number }[] {
  if (typeof value === 'number') return [{ path, value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => numbersIn(inner, `${path}.${key}`));
}

describe('any question', () => {
  it('has an answer in numbers that are finite and not negative, bands in order, or a refusal in words', () => {
    let answered = 0;
    fc.assert(
      fc.property(fc.constantFrom(...MODELS), options, (model, asked) => {
        const given = saidOf(asked);
        const answer = answerOrNull(() => {
          const { scenario, warnings } = askScenario(model, given);
          return answerEstimate(scenario, estimate(scenario), {
            techniques: given.techniques ?? [],
            terms: true,
            warnings,
          });
        });
        if (!answer) return;
        answered += 1;
        isSound(answer);
        const { weights, kvCache, activations, runtime, total } = answer.memory;
        assert.ok(Math.abs(weights + kvCache + activations + runtime - total) <= 1e-9 * total);
        for (const point of [answer.roofline.prefill, answer.roofline.decode])
          assert.ok(
            point.attained <= 1.0001 * point.limit || (given.techniques?.length ?? 0) > 0,
            JSON.stringify(point),
          );
      }),
      { numRuns: Number(process.env['RUNS'] ?? 400) },
    );
    assert.ok(answered > 50, `${answered} of the questions were answered`);
  });

  it('has one of the kind where pools, a host or a disk share the work', () => {
    let answered = 0;
    fc.assert(
      fc.property(fc.constantFrom(...MODELS), options, shared, (model, asked, ways) => {
        const { techniques: _techniques, ...rest } = asked;
        const given = saidOf({ ...rest, ...ways });
        const answer = answerOrNull(() => {
          if (given.prefillDevices !== undefined) return answerPools(model, given, true);
          if (given.gpuLayers !== undefined) return answerOffload(model, given, true);
          return answerFromDisk(model, given, true);
        });
        if (!answer) return;
        answered += 1;
        isSound(answer);
      }),
      { numRuns: Number(process.env['RUNS'] ?? 400) },
    );
    assert.ok(answered > 10, `${answered} of the questions were answered`);
  });
});
