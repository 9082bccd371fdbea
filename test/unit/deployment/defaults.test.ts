import assert from 'node:assert/strict';
import { defaultSetup, engineDefaults, NO_LIMIT } from '../../../src/deployment/defaults';
import { ENGINES } from '../../../src/deployment/engine';

describe('defaults', () => {
  it('knows every engine, with a source for each value', () => {
    for (const engine of ENGINES) {
      const row = engineDefaults(engine);
      const said = [
        ...Object.keys(row.setup),
        ...(row.float32LoadsAs === undefined ? [] : ['float32LoadsAs']),
      ];
      assert.deepEqual(Object.keys(row.sources).sort(), said.sort(), engine);
      assert.equal(defaultSetup(engine).engine, engine);
    }
  });

  // vllm/engine/arg_utils.py of v0.11.0: 256 and 2,048 for the server, 1,024 and 8,192 from 70 GiB on, the A100 excepted.
  it("chooses vLLM's limits by the device, as vLLM does", () => {
    const small = defaultSetup('vllm', { id: 'rtx-4090', memoryBytes: 24e9 });
    assert.deepEqual([small.maxSequences, small.maxBatchedTokens], [256, 2048]);
    const h100 = defaultSetup('vllm', { id: 'h100-sxm', memoryBytes: 80 * 2 ** 30 });
    assert.deepEqual([h100.maxSequences, h100.maxBatchedTokens], [1024, 8192]);
    const a100 = defaultSetup('vllm', { id: 'a100-sxm-80gb', memoryBytes: 80 * 2 ** 30 });
    assert.deepEqual([a100.maxSequences, a100.maxBatchedTokens], [256, 2048]);
  });

  it('says no limit where an engine sets none', () => {
    assert.equal(defaultSetup('transformers').maxSequences, NO_LIMIT);
  });
});
