import assert from 'node:assert/strict';
import { defaultSetup } from '../../../src/deployment/defaults';
import { readDeployments } from '../../../src/deployment/readDeployments';
import type { ServingHints } from '../../../src/deployment/servingHints';
import { toServingSetup } from '../../../src/deployment/toServingSetup';
import { grammars } from '../syntax/grammars';

async function hints(flags: string): Promise<ServingHints | null> {
  const { deployments } = await readDeployments(`vllm serve m/x ${flags}`, 'a.sh', null, grammars);
  return deployments[0] === undefined ? null : toServingSetup(deployments[0]);
}

describe('toServingSetup', () => {
  it('is the defaults where nothing is set', async () => {
    const found = await hints('');
    assert.deepEqual([found?.setup, found?.changed], [defaultSetup('vllm'), {}]);
  });

  it('puts what is set in its own terms', async () => {
    const found = await hints(
      '-tp 2 -dp 4 --enable-expert-parallel --max-model-len 4096 --gpu-memory-utilization 0.8 --max-num-seqs 16 --kv-cache-dtype fp8_e5m2 ' +
        `--quantization fp8 --enforce-eager --no-enable-prefix-caching --no-enable-chunked-prefill --speculative-config '{"method":"eagle3","model":"m/d"}' --dtype half`,
    );
    assert.deepEqual(found?.changed, {
      weights: 'fp8',
      kv: 'fp8',
      parallelism: { tensor: 2, pipeline: 1, expert: 8, data: 4, context: 1 },
      maxModelLength: 4096,
      memoryFraction: 0.8,
      maxSequences: 16,
      prefixCaching: false,
      chunkedPrefill: false,
      graphs: false,
      speculation: 'eagle3-speculation',
    });
    assert.equal(found?.compute, 'f16');
  });

  it('takes ranks that split a cache from those of tensor parallel, and adds none', async () => {
    const found = await hints('-tp 8 -dcp 8');
    assert.deepEqual(found?.setup.parallelism, {
      tensor: 8,
      pipeline: 1,
      expert: 1,
      data: 1,
      context: 1,
      cacheRanks: 8,
    });
  });

  it('tells which half of the work a server of two pools does', async () => {
    const role = async (config: string): Promise<unknown> => {
      const found = await hints(`--kv-transfer-config '${config}'`);
      return [found?.setup.pool, found?.notModelled];
    };
    const connector = '"kv_connector":"P2pNcclConnector"';
    assert.deepEqual(await role(`{${connector},"kv_role":"kv_producer"}`), ['prefill', []]);
    assert.deepEqual(await role(`{${connector},"kv_role":"kv_consumer"}`), ['decode', []]);
    assert.deepEqual(await role(`{${connector},"kv_role":"kv_both"}`), [undefined, ['kv_transfer_config']]);
    assert.deepEqual(await role('nonsense'), [undefined, ['kv_transfer_config']]);
  });

  it('takes no nonsense', async () => {
    assert.deepEqual((await hints('-tp 0 --max-model-len many --gpu-memory-utilization 9'))?.changed, {});
  });

  it('is null for an engine that is only recognised', () => {
    const range = { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } };
    assert.equal(
      toServingSetup({
        engine: 'ollama',
        model: null,
        settings: {},
        hardware: { id: null, devices: null },
        range,
        unresolved: [],
      }),
      null,
    );
  });
});
