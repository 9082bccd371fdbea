import assert from 'node:assert/strict';
import { readModelValue } from '../../../src/model/readModel';
import { cacheBytesPerSequence, cacheShape, longestSequence } from '../../../src/roofline/cacheBytes';
import { estimate } from '../../../src/roofline/estimateScenario';
import { scenario } from './scenarios';

/** DeepSeek-V3.2's published shape: 61 layers of 512 + 64 latent elements, index keys of 128 elements in 8 bits with one scale of 4 bytes. */
function indexed() {
  const reading = readModelValue({
    model_type: 'deepseek_v32',
    architectures: ['DeepseekV32ForCausalLM'],
    torch_dtype: 'bfloat16',
  });
  assert.ok(reading.ok);
  return reading.model;
}

describe('cache of sparse attention', () => {
  const perToken = 61 * ((512 + 64) * 2 + 128 + 4);

  it('holds the keys that are chosen by beside the latent vectors', () => {
    const shape = cacheShape(indexed());
    assert.equal(cacheBytesPerSequence(shape, 1, 0, 2, 2), perToken);
    assert.equal(cacheBytesPerSequence(shape, 4096, 0, 2, 2), 4096 * perToken);
    assert.equal(longestSequence(shape, 1000 * perToken, 2, 2), 1000);
  });

  it('keeps a long prompt’s decode near that of a short one, for only 2,048 keys are attended to', () => {
    const read = (inputTokens: number): number => {
      const { terms } = estimate(
        scenario({
          model: indexed(),
          devices: 8,
          parallelism: { tensor: 8 },
          workload: { inputTokens, outputTokens: 1 },
        }),
      );
      return terms.find((term) => term.id === 'decode.kv')?.bytes ?? 0;
    };
    // All index keys (132 bytes) are read, and 2,048 of the latent vectors.
    const expected = 61 * (2048 * 576 * 2 + 60_001 * 132);
    assert.ok(Math.abs(read(60_000) / expected - 1) < 0.1, `${String(read(60_000))} for ${String(expected)}`);
  });
});
