import assert from 'node:assert/strict';
import { buildScenario, askScenario } from '../../../src/advisor/buildScenario';
import { answerPools } from '../../../src/advisor/pooledEstimate';
import type { EstimateOptions } from '../../../src/advisor/query';
import { settingCost } from '../../../src/advisor/settingCost';
import { defaultSetup } from '../../../src/deployment/defaults';
import { LLAMA } from './models';

const OPTIONS: EstimateOptions = { hardware: 'h100-sxm', prefillDevices: 1, input: 2048, output: 256 };
const ask = (options: EstimateOptions) => answerPools(LLAMA, { ...OPTIONS, ...options }, false);
const codes = (answer: ReturnType<typeof ask>) => answer.warnings.map(({ code }) => code);

describe('answerPools', () => {
  it('names both pools, and assumes a link that it says', () => {
    const near = ask({});
    assert.equal(near.scenario.hardware, '1 × h100-sxm + 1 × h100-sxm');
    assert.equal(near.scenario.devices, 2);
    assert.ok(codes(near).includes('kv-link-assumed'));
    // NVLink of an H100: 450 GB/s each way.
    assert.equal(near.scenario.pools.link.bandwidth, 450e9);
    // Unlike devices stand in machines of their own.
    assert.equal(ask({ prefillHardware: 'l40s' }).scenario.pools.link.bandwidth, 12.5e9);
    const said = ask({ kvBandwidth: 25e9, kvLatency: 0 });
    assert.deepEqual([said.scenario.pools.link.bandwidth, said.scenario.pools.link.latency], [25e9, 0]);
    assert.ok(!codes(said).includes('kv-link-assumed'));
  });

  it('cuts copies of the prompts’ pool as those that decode, or as it is told', () => {
    const { prefill, decode } = ask({ devices: 8, tensorParallel: 4, dataParallel: 2, prefillDevices: 4 })
      .scenario.pools;
    assert.deepEqual(
      [prefill.tensorParallel, prefill.replicas, decode.tensorParallel, decode.replicas],
      [4, 1, 4, 2],
    );
    const told = ask({ devices: 8, tensorParallel: 8, prefillDevices: 4, prefillTensorParallel: 1 }).scenario
      .pools;
    assert.deepEqual([told.prefill.tensorParallel, told.prefill.replicas], [1, 4]);
    assert.throws(() => ask({ prefillDevices: 3, prefillTensorParallel: 2 }), /do not divide/);
    assert.throws(
      () => answerPools(LLAMA, { hardware: 'h100-sxm', kvBandwidth: 1e9 }, false),
      /kvBandwidth: say with prefillDevices/,
    );
  });

  it('is no matter of recommendations, and says what to leave out', () => {
    assert.throws(
      () => buildScenario(LLAMA, OPTIONS),
      /does not reckon with prefillDevices, estimate does.*Or leave it out/,
    );
  });
});

describe('a server of one pool', () => {
  const deployed = {
    setup: { ...defaultSetup('vllm'), pool: 'prefill' as const },
    workload: {},
    devices: null,
  };

  it('is told from one that does both, and its cache’s way has a time', () => {
    const { scenario, warnings } = askScenario(LLAMA, { hardware: 'h100-sxm', input: 2048 }, deployed);
    assert.ok(
      warnings.some(
        ({ code, message }) => code === 'one-of-two-pools' && /only computes prompts/.test(message),
      ),
    );
    // 2,048 × 131,072 bytes at 50 GB/s: 5.4 ms.
    assert.match(
      settingCost(scenario, 'kv_transfer_config').join(' '),
      /only computes prompts .*5\.37 ms over 400 Gbit/,
    );
  });
});

describe('the cost of cutting prompts', () => {
  it('is how long a step full of them holds up those that decode', () => {
    const lines = (options: EstimateOptions) =>
      settingCost(
        buildScenario(LLAMA, { hardware: 'h100-sxm', input: 4000, ...options }),
        'enable_chunked_prefill',
      ).join(' ');
    assert.match(lines({ maxNumBatchedTokens: 2048 }), /^A step full of prompts, 2,048 tokens, takes about /);
    assert.match(lines({ chunkedPrefill: false }), /^A prompt of 4,000 tokens goes through whole, in about /);
  });
});
