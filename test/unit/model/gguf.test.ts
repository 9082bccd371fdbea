import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attentionName, kvCacheBytes, stateBytesPerSequence } from '../../../src/model/memory';
import { openModel } from '../../../src/model/openModelFile';
import type { ModelSpec } from '../../../src/model/spec';
import { writeGguf, type Sketch } from '../../fixtures/weightsFiles';

type Metadata = Parameters<typeof writeGguf>[2];

/** Layers that hold these tensors each. */
function layers(...each: string[][]): Sketch[] {
  return each.flatMap((names, layer) =>
    names.map((name) => ({ name: `blk.${String(layer)}.${name}.weight`, type: 'F16', shape: [64, 64] })),
  );
}

const ATTENTION = ['attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_up'];

describe('the cache and state that a GGUF header describes', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gguf-'));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  async function model(architecture: string, tensors: readonly Sketch[], keys: Metadata): Promise<ModelSpec> {
    const path = join(folder, 'model.gguf');
    writeGguf(path, tensors, {
      'general.architecture': architecture,
      [`${architecture}.embedding_length`]: 64,
      [`${architecture}.context_length`]: 8192,
      ...Object.fromEntries(Object.entries(keys).map(([key, value]) => [`${architecture}.${key}`, value])),
    });
    const reading = await openModel(path);
    assert.ok(reading.ok);
    return reading.model;
  }

  it('keeps windows in the layers that the architecture says', async () => {
    const keys = {
      'attention.head_count': 4,
      'attention.head_count_kv': 2,
      'attention.key_length': 32,
      'attention.value_length': 32,
      'attention.sliding_window': 100,
    };
    const six = layers(...Array.from({ length: 6 }, () => ATTENTION));
    // A layer keeps 2 heads × (32 + 32) elements × 2 bytes = 256 a token.
    assert.equal(kvCacheBytes(await model('gemma3', six, keys), 1000), 256 * (5 * 100 + 1000));
    assert.equal(kvCacheBytes(await model('gemma2', six, keys), 1000), 256 * (3 * 100 + 3 * 1000));
    const period = { ...keys, 'attention.sliding_window_pattern': 3 };
    assert.equal(kvCacheBytes(await model('gemma3', six, period), 1000), 256 * (4 * 100 + 2 * 1000));
    const listed = { ...keys, 'attention.sliding_window_pattern': [true, false, false, false, false, false] };
    assert.equal(kvCacheBytes(await model('anything', six, listed), 1000), 256 * (100 + 5 * 1000));
    const unknown = await model('anything', six, keys);
    assert.equal(unknown.exact, false);
    assert.match(unknown.warnings.map(({ code }) => code).join(' '), /window-pattern/);
  });

  it('counts key-value heads layer by layer', async () => {
    const found = await model('openelm', layers(ATTENTION, ATTENTION), {
      'attention.head_count': [4, 8],
      'attention.head_count_kv': [1, 2],
      'attention.key_length': 8,
      'attention.value_length': 8,
    });
    assert.equal(kvCacheBytes(found, 1), (1 + 2) * 16 * 2);
  });

  it('keeps latents where the file is made for them, and every head where it is not', async () => {
    // The sizes of DeepSeek-V2-Lite: rank 512, 64 rotary elements, 16 heads of 192 and 128.
    const latent = ['attn_q', 'attn_kv_a_mqa', 'attn_k_b', 'attn_v_b'];
    const keys = {
      'attention.head_count': 16,
      'attention.head_count_kv': 1,
      'attention.key_length': 576,
      'attention.value_length': 512,
      'attention.key_length_mla': 192,
      'attention.value_length_mla': 128,
      'attention.kv_lora_rank': 512,
      'rope.dimension_count': 64,
    };
    const found = await model('deepseek2', layers(latent), keys);
    assert.equal(kvCacheBytes(found, 1), (512 + 64) * 2);
    assert.equal(attentionName(found), 'mla');
    const old = await model('deepseek2', layers(['attn_q', 'attn_kv_a_mqa', 'attn_kv_b']), {
      'attention.head_count': 16,
      'attention.head_count_kv': 16,
      'attention.key_length': 192,
      'attention.value_length': 128,
      'attention.kv_lora_rank': 512,
      'rope.dimension_count': 64,
    });
    assert.equal(kvCacheBytes(old, 1), 16 * (192 + 128) * 2);
  });

  it('keeps a state for recurrent layers, and a cache for those that attend', async () => {
    const ssm = {
      'ssm.conv_kernel': 4,
      'ssm.inner_size': 128,
      'ssm.state_size': 16,
      'ssm.group_count': 2,
    };
    const heads = { 'attention.head_count': 4, 'attention.head_count_kv': 2 };
    // State 16 × 128 and three columns of 128 + 2 × 2 × 16, in 32 bits; a cache of 2 heads × (16 + 16) in 16.
    const state = (16 * 128 + 3 * (128 + 64)) * 4;
    const recurrent = ['ssm_in', 'ssm_conv1d', 'ssm_out'];
    const mamba = await model('mamba2', layers(recurrent, recurrent), ssm);
    assert.deepEqual([kvCacheBytes(mamba, 100), stateBytesPerSequence(mamba)], [0, 2 * state]);
    const hybrid = await model('qwen3next', layers([...recurrent, 'attn_qkv'], ATTENTION), {
      ...ssm,
      ...heads,
    });
    assert.deepEqual([kvCacheBytes(hybrid, 1), stateBytesPerSequence(hybrid)], [2 * 32 * 2, state]);
    assert.equal(attentionName(hybrid), 'hybrid');
    const parallel = await model('falcon-h1', layers([...recurrent, ...ATTENTION]), { ...ssm, ...heads });
    assert.deepEqual([kvCacheBytes(parallel, 1), stateBytesPerSequence(parallel)], [2 * 32 * 2, state]);
    const rwkv = await model('rwkv6', layers(['time_mix_key']), { 'wkv.head_size': 32 });
    assert.equal(stateBytesPerSequence(rwkv), (64 * 32 + 2 * 64) * 4);
  });

  it('has neither in an encoder', async () => {
    const found = await model('bert', layers(ATTENTION), { 'attention.head_count': 4 });
    assert.equal(kvCacheBytes(found, 100), 0);
  });

  it('is not there in a file that holds a vocabulary alone, or nothing', async () => {
    const vocabulary = await model('llama', [], { 'attention.head_count': 4 });
    assert.equal(vocabulary.exact, false);
    assert.match(vocabulary.warnings.map(({ message }) => message).join(' '), /a vocabulary and no weights/);
    const path = join(folder, 'model.gguf');
    for (const [content, words] of [
      ['GGUF\u0003\0\0\0', /cut short in its header/],
      [`GGUF\u0003\0\0\0${'\0'.repeat(16)}`, /no keys and no tensors/],
      [`GGUF\u0003\0\0\0\u00ff\u00ff\0\0\0\0\0\0${'\0'.repeat(8)}`, /claims 65535 tensors/],
      ['version https://git-lfs.github.com/spec/v1\n', /Git LFS/],
    ] as const) {
      writeFileSync(path, content, 'latin1');
      const reading = await openModel(path);
      assert.ok(!reading.ok);
      assert.match(reading.error.message, words);
    }
  });
});
