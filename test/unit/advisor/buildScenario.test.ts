import assert from 'node:assert/strict';
import { AdvisorError } from '../../../src/advisor/advisorError';
import { askScenario, buildScenario, summarise } from '../../../src/advisor/buildScenario';
import type { EstimateOptions } from '../../../src/advisor/query';
import { MIXTRAL_8X7B } from './models';
import { llama8b } from '../techniques/cases';

const h100: EstimateOptions = { hardware: 'h100-sxm' };

function refusal(options: EstimateOptions): AdvisorError {
  try {
    buildScenario(llama8b, options);
  } catch (error) {
    assert.ok(error instanceof AdvisorError, String(error));
    return error;
  }
  assert.fail('was answered');
}

function codes(options: EstimateOptions, model = llama8b): string[] {
  return askScenario(model, options).warnings.map((warning) => warning.code);
}

describe('what an engine makes of a file', () => {
  const f32 = { ...llama8b, format: 'f32' as const };

  // vLLM, --dtype: auto takes FP16 for FP32 models.
  it('loads 32-bit weights in 16 under vLLM, and says so', () => {
    const { scenario, warnings } = askScenario(f32, { hardware: 'h100-sxm' });
    assert.equal(scenario.setup.weights, 'f16');
    assert.ok(warnings.some((warning) => warning.code === 'loaded-as-f16'));
  });

  it('keeps 32 bits where they are asked for, and in engines that keep them', () => {
    assert.equal(buildScenario(f32, { hardware: 'h100-sxm', weights: 'f32' }).setup.weights, 'f32');
    assert.equal(buildScenario(f32, { hardware: 'h100-sxm', engine: 'transformers' }).setup.weights, null);
  });

  it('warns of an engine on a device that it is not made for, and of no other', () => {
    const codes = (hardware: string) =>
      askScenario(llama8b, { hardware, engine: 'tensorrt-llm' }).warnings.map((warning) => warning.code);
    assert.ok(codes('mi300x').includes('engine-not-on-device'));
    assert.ok(!codes('h100-sxm').includes('engine-not-on-device'));
  });
});

describe('buildScenario', () => {
  it('fills in the defaults of the contract', () => {
    const summary = summarise(buildScenario(llama8b, h100), []);
    assert.equal(summary.hardware, 'h100-sxm');
    assert.equal(summary.devices, 1);
    assert.equal(summary.engine, 'vllm');
    assert.equal(summary.weights, 'bf16');
    assert.equal(summary.kv, 'bf16');
    assert.equal(summary.concurrency, 1);
    assert.equal(summary.requestRate, null);
    assert.equal(summary.input, 512);
    assert.equal(summary.output, 128);
    assert.equal(summary.sharedPrefix, 0);
    assert.equal(summary.tensorParallel, 1);
    assert.deepEqual(codes(h100), []);
  });

  it('puts options before what the deployment says, and that before the defaults', () => {
    const deployed = {
      setup: { memoryFraction: 0.5, kv: 'fp8' as const },
      workload: { concurrency: 7 },
      devices: null,
    };
    const plain = buildScenario(llama8b, h100, deployed);
    assert.equal(plain.setup.memoryFraction, 0.5);
    assert.equal(plain.setup.kv, 'fp8');
    assert.equal(plain.workload.concurrency, 7);
    const over = buildScenario(llama8b, { ...h100, gpuMemoryUtilization: 0.8, concurrency: 2 }, deployed);
    assert.equal(over.setup.memoryFraction, 0.8);
    assert.equal(over.workload.concurrency, 2);
  });

  it('lets a concurrency that is asked for replace the rate of a deployment', () => {
    const deployed = { setup: {}, workload: { requestRate: 5 }, devices: null };
    assert.equal(buildScenario(llama8b, h100, deployed).workload.requestRate, 5);
    assert.equal(buildScenario(llama8b, { ...h100, concurrency: 3 }, deployed).workload.requestRate, null);
  });

  it('refuses what it does not know, and names what is near', () => {
    assert.equal(refusal({}).code, 'hardware-missing');
    assert.match(refusal({}).message, /--hardware|h100-sxm/);
    const near = refusal({ hardware: 'h100-sxn' });
    assert.equal(near.code, 'hardware-unknown');
    assert.match(near.message, /h100-sxm/);
    assert.equal(refusal({ ...h100, weights: 'fp7' }).code, 'weights-unknown');
    assert.equal(refusal({ ...h100, techniques: ['warp-drive'] }).code, 'technique-unknown');
    assert.equal(refusal({ ...h100, fleet: 'fleet.json' }).code, 'not-modelled');
    assert.equal(refusal({ ...h100, draft: 'draft.json' }).code, 'not-modelled');
  });

  it('takes every weight format of the contract', () => {
    const names =
      'f32 bf16 f16 fp8 int8 int4 nvfp4 mxfp4 q4_k_m q8_0 awq-int4 gptq-int4 gptq-int8 bnb-nf4 bnb-int8 w8a8-int8 w8a8-fp8 w4a8kv4';
    for (const weights of names.split(' '))
      assert.equal(buildScenario(llama8b, { ...h100, weights }).setup.weights, weights);
  });

  it('keeps the cache of w4a8kv4 in 4 bits, as its name says, and says so', () => {
    assert.equal(buildScenario(llama8b, { ...h100, weights: 'w4a8kv4' }).setup.kv, 'int4');
    assert.deepEqual(codes({ ...h100, weights: 'w4a8kv4' }), ['kv-from-weights']);
    assert.equal(buildScenario(llama8b, { ...h100, weights: 'w4a8kv4', kv: 'fp8' }).setup.kv, 'fp8');
  });

  it('warns of every option that changes nothing', () => {
    assert.deepEqual(codes({ ...h100, loraRank: 16 }), ['lora-kernels-left-out']);
    assert.deepEqual(codes({ ...h100, steps: 20 }), ['not-a-diffusion-model']);
    assert.deepEqual(codes({ ...h100, size: '1024x1024', frames: 8 }), ['not-a-diffusion-model']);
    assert.deepEqual(codes({ ...h100, imageSize: '640x480' }), ['no-images']);
    assert.deepEqual(codes({ ...h100, sharedPrefix: 600 }), ['workload-shared-prefix']);
    assert.deepEqual(codes({ ...h100, requestRate: 2, concurrency: 4 }), ['concurrency-left-out']);
    assert.ok(codes({ ...h100, expertParallel: 2 }).includes('no-experts'));
  });

  it('applies techniques in order, and says which do not belong', () => {
    const scenario = buildScenario(llama8b, { ...h100, techniques: ['fp8-weights'] });
    assert.equal(summarise(scenario, ['fp8-weights']).weights, scenario.setup.weights);
    assert.notEqual(scenario.setup.weights, null);
    assert.deepEqual(codes({ ...h100, techniques: ['prefix-caching'] }), ['technique-doubtful']);
    assert.ok(
      codes({ ...h100, techniques: ['awq-int4-weights', 'fp8-weights'] }).includes('technique-doubtful'),
    );
  });
});

describe('devices and how they share the work', () => {
  const split = (options: EstimateOptions, model = llama8b) => {
    const { setup, devices } = buildScenario(model, { ...h100, ...options });
    const { tensor, pipeline, expert, data, context } = setup.parallelism;
    return [devices, tensor, pipeline, expert, data, context];
  };

  it('splits tensors over devices that nothing else is said of, and says so', () => {
    assert.deepEqual(split({ devices: 4 }), [4, 4, 1, 1, 1, 1]);
    assert.deepEqual(codes({ ...h100, devices: 4 }), ['placement-assumed']);
  });

  it('splits layers in llama.cpp, as it does', () => {
    assert.deepEqual(split({ devices: 4, engine: 'llama.cpp' }), [4, 1, 4, 1, 1, 1]);
  });

  it('takes as many devices as the parallelism needs', () => {
    assert.deepEqual(split({ tensorParallel: 2, pipelineParallel: 2 }), [4, 2, 2, 1, 1, 1]);
    assert.deepEqual(split({ dataParallel: 3 }), [3, 1, 1, 1, 3, 1]);
    assert.deepEqual(split({ contextParallel: 2 }), [2, 1, 1, 1, 1, 2]);
    assert.deepEqual(split({ devices: 8, tensorParallel: 2 }), [8, 2, 1, 1, 1, 1]);
  });

  it('keeps a split over one device where it is asked for, and says what is idle', () => {
    assert.deepEqual(split({ devices: 4, tensorParallel: 1 }), [1, 1, 1, 1, 1, 1]);
    assert.deepEqual(codes({ ...h100, devices: 4, tensorParallel: 1 }), ['devices-idle']);
  });

  it('splits experts over the ranks of tensor × data parallel, which need no devices of their own', () => {
    assert.deepEqual(split({ tensorParallel: 4, expertParallel: 4 }, MIXTRAL_8X7B), [4, 4, 1, 4, 1, 1]);
    assert.deepEqual(
      split({ tensorParallel: 2, dataParallel: 2, expertParallel: 4 }, MIXTRAL_8X7B),
      [4, 2, 1, 4, 2, 1],
    );
    assert.deepEqual(split({ expertParallel: 4 }, MIXTRAL_8X7B), [4, 4, 1, 4, 1, 1]);
    assert.deepEqual(split({ tensorParallel: 2, expertParallel: 8 }, MIXTRAL_8X7B), [8, 2, 1, 8, 4, 1]);
    assert.deepEqual(codes({ ...h100, expertParallel: 4 }, MIXTRAL_8X7B), ['placement-assumed']);
  });

  it('refuses a split that needs more devices than there are', () => {
    assert.equal(refusal({ ...h100, devices: 2, tensorParallel: 4 }).code, 'too-few-devices');
    assert.match(refusal({ ...h100, devices: 2, tensorParallel: 4 }).message, /needs 4 devices; 2 are given/);
    assert.equal(refusal({ ...h100, tensorParallel: 3, expertParallel: 8 }).code, 'bad-parallelism');
  });

  it('counts the devices of a cloud instance', () => {
    const scenario = buildScenario(llama8b, { hardware: 'g5.12xlarge' });
    assert.equal(scenario.device.id, 'a10g');
    assert.equal(scenario.devices, 4);
  });
});
