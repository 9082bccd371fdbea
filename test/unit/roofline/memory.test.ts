import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Engine } from '../../../src/deployment/engine';
import { estimate } from '../../../src/roofline/estimateScenario';
import { usableMemory } from '../../../src/roofline/usableMemory';
import { LLAMA_31_8B, MIXTRAL_8X7B } from './llamaLike';
import { H100, scenario, T4 } from './scenarios';

const ENGINES: readonly Engine[] = [
  'vllm',
  'sglang',
  'tgi',
  'tensorrt-llm',
  'llama.cpp',
  'transformers',
  'onnxruntime',
  'openvino',
  'mlx',
];
const GIB = 2 ** 30;

describe('memory', () => {
  it('never falls when prompts, outputs or sequences are added, and what did not fit never comes to fit', () => {
    const tokens = fc.integer({ min: 1, max: 40_000 });
    const more = fc.integer({ min: 0, max: 3_000 });
    fc.assert(
      fc.property(
        fc.constantFrom(...ENGINES),
        fc.constantFrom(LLAMA_31_8B, MIXTRAL_8X7B),
        fc.constantFrom(null, 'awq-int4', 'f32', 'bnb-int8'),
        fc.constantFrom('eager' as const, 'sdpa' as const, 'flash' as const),
        fc.constantFrom(1, 2),
        fc.record({
          inputTokens: tokens,
          outputTokens: tokens,
          concurrency: fc.integer({ min: 1, max: 200 }),
        }),
        fc.record({ inputTokens: more, outputTokens: more, concurrency: fc.integer({ min: 0, max: 20 }) }),
        (engine, model, weights, attention, devices, workload, added) => {
          const setup = { engine, weights, attention };
          const ask = (grown: typeof workload): ReturnType<typeof estimate>['memory'] =>
            estimate(scenario({ model, devices, setup, parallelism: { pipeline: devices }, workload: grown }))
              .memory;
          const before = ask(workload);
          const after = ask({
            inputTokens: workload.inputTokens + added.inputTokens,
            outputTokens: workload.outputTokens + added.outputTokens,
            concurrency: workload.concurrency + added.concurrency,
          });
          assert.ok(
            after.total >= before.total * (1 - 1e-12),
            `${engine}: ${before.total} to ${after.total}`,
          );
          assert.ok(after.perDevice >= before.perDevice * (1 - 1e-12));
          assert.ok(before.fits || !after.fits);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('does not drop past 512 tokens of a prompt', () => {
    for (const engine of ['transformers', 'onnxruntime', 'openvino'] as const) {
      const peak = (inputTokens: number): number =>
        estimate(scenario({ setup: { engine }, workload: { inputTokens } })).memory.total;
      assert.ok(peak(513) >= peak(512));
    }
  });

  it('keeps the cache in the format that weights are loaded in, but not in llama.cpp', () => {
    const cache = (engine: Engine, weights: string | null): number =>
      estimate(scenario({ setup: { engine, weights } })).memory.kvCache;
    assert.equal(cache('transformers', 'f32'), 2 * cache('transformers', null));
    assert.equal(cache('llama.cpp', 'f16'), cache('llama.cpp', 'q4_k_m'));
  });

  it('counts embedding and head of compressed OpenVINO models in 8 bits', () => {
    const weights = (engine: Engine): number =>
      estimate(scenario({ setup: { engine, weights: 'int4' } })).memory.weights;
    // 128,256 rows of 4,096 columns, twice, a byte less each.
    assert.equal(weights('transformers') - weights('openvino'), 2 * 128_256 * 4096);
  });

  it('counts scores of attention that is not fused, in llama.cpp for a micro batch against the whole context', () => {
    const activations = (attention: 'eager' | 'flash', outputTokens: number): number =>
      estimate(
        scenario({
          setup: { engine: 'llama.cpp', attention },
          workload: { inputTokens: 8192 - outputTokens, outputTokens, concurrency: 1 },
        }),
      ).memory.activations;
    // ggml's buffer at 8,192 tokens of Llama 3 8B: scores of 512 × 8,192 × 32 heads × 4 bytes, above the logits' 512 × 128,256 × 4.
    const scores = 512 * 8192 * 32 * 4;
    assert.ok(activations('eager', 1) > scores && activations('eager', 1) < 1.2 * scores);
    const logits = 512 * 128_256 * 4;
    assert.ok(activations('flash', 1) > logits && activations('flash', 1) < 1.2 * logits);
  });

  it('counts the logits of a whole chunk in MLX', () => {
    const setup = { engine: 'mlx' as const, maxBatchedTokens: 2048 };
    const peak = (inputTokens: number): number =>
      estimate(scenario({ setup, workload: { inputTokens, outputTokens: 1 } })).memory.activations;
    // 128,256 logits of 2 bytes and four hidden vectors of 4,096 for each of 1,024 tokens more.
    assert.equal(peak(2048) - peak(1024), 1024 * 2 * (128_256 + 4 * 4096));
    assert.equal(peak(4096), peak(2048));
  });

  it('finds as much memory as CUDA tells a program', () => {
    // Totals in PyTorch's out-of-memory messages: 79.15 GiB on an A100 of 80 GB, 79.11 on an H100.
    const a100 = { ...H100, id: 'a100-sxm-80gb', usableMemory: 80 * GIB };
    assert.ok(Math.abs(usableMemory(a100) / GIB - 79.15) < 0.15);
    const h100 = { ...H100, usableMemory: 81_559 * 2 ** 20 };
    assert.ok(Math.abs(usableMemory(h100) / GIB - 79.11) < 0.3);
    // 14.58 to 14.75 GiB on a T4.
    assert.ok(Math.abs(usableMemory(T4) / GIB - 14.7) < 0.2);
  });

  it('takes TensorRT-LLM’s fraction of what is free, vLLM’s of the device', () => {
    // 8.03 billion weights of 2 bytes are 16.1 GB, and eight tenths of 21.3 GB are 17.0: too little with what else there is, but 3 GB of the whole stay free.
    const device = { ...H100, memory: 21.3e9 };
    const fits = (engine: Engine): boolean =>
      estimate(
        scenario({
          device,
          setup: { engine, memoryFraction: 0.8, maxBatchedTokens: 512, graphs: false },
          workload: { inputTokens: 128, outputTokens: 32, concurrency: 1 },
        }),
      ).memory.fits;
    assert.equal(fits('tensorrt-llm'), true);
    assert.equal(fits('vllm'), false);
  });
});
