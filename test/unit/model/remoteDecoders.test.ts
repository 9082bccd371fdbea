import assert from 'node:assert/strict';
import { totalParameters } from '../../../src/model/count';
import { kvCacheBytes, stateBytesPerSequence } from '../../../src/model/memory';
import { readModelValue } from '../../../src/model/readModel';
import type { ModelSpec } from '../../../src/model/spec';

/** Language models whose classes live on the hub alone: totals as their authors publish them. */
const PUBLISHED: readonly [string, number, Record<string, unknown>][] = [
  [
    // Tensor elements that a public conversion of RWKV-7 G1 1.5B checks its output against.
    'RWKV-7 1.5B',
    1_527_404_544,
    {
      architectures: ['RWKV7ForCausalLM'],
      model_type: 'rwkv7',
      hidden_size: 2048,
      num_hidden_layers: 24,
      vocab_size: 65536,
      head_dim: 64,
      intermediate_size: 8192,
      decay_low_rank_dim: 96,
      a_low_rank_dim: 96,
      v_low_rank_dim: 64,
      gate_low_rank_dim: 256,
      norm_first: true,
      norm_bias: true,
      tie_word_embeddings: false,
    },
  ],
  [
    // Count printed beside the file in a public training repository (llada-100M).
    'LLaDA 100M',
    124_327_616,
    {
      architectures: ['LLaDAModelLM'],
      model_type: 'llada',
      block_type: 'llama',
      d_model: 448,
      n_heads: 7,
      n_kv_heads: 7,
      n_layers: 6,
      mlp_hidden_size: 768,
      embedding_size: 126464,
      vocab_size: 126464,
      layer_norm_type: 'rms',
      layer_norm_with_affine: true,
      bias_for_layer_norm: false,
      include_bias: false,
      include_qkv_bias: false,
      rope: true,
      weight_tying: false,
      max_sequence_length: 1024,
    },
  ],
  [
    // transformers 5.23.0: the same sizes as an `olmo` on the meta device.
    'OLMo 7B as its trainer saves it',
    6_888_095_744,
    {
      architectures: ['OLMoForCausalLM'],
      model_type: 'hf_olmo',
      activation_type: 'swiglu',
      d_model: 4096,
      n_heads: 32,
      n_layers: 32,
      mlp_hidden_size: 22016,
      embedding_size: 50304,
      vocab_size: 50280,
      weight_tying: false,
      include_bias: false,
      bias_for_layer_norm: false,
      layer_norm_type: 'default',
      layer_norm_with_affine: false,
      rope: true,
      block_type: 'sequential',
      max_sequence_length: 2048,
    },
  ],
  [
    // transformers 5.23.0, Step3p7TextModel and its head on the meta device, router biases included.
    'Step 3.5 Flash',
    196_956_130_368,
    {
      architectures: ['Step3p5ForCausalLM'],
      model_type: 'step3p5',
      hidden_size: 4096,
      intermediate_size: 11264,
      num_hidden_layers: 45,
      num_attention_heads: 64,
      num_attention_groups: 8,
      head_dim: 128,
      vocab_size: 128896,
      sliding_window: 512,
      layer_types: Array.from({ length: 48 }, (_, index) =>
        index % 4 === 0 ? 'full_attention' : 'sliding_attention',
      ),
      attention_other_setting: {
        attention_type: 'sliding_attention',
        num_attention_heads: 96,
        num_attention_groups: 8,
        head_dim: 128,
      },
      moe_layers_enum: Array.from({ length: 42 }, (_, index) => index + 3).join(','),
      moe_num_experts: 288,
      moe_top_k: 8,
      moe_intermediate_size: 1280,
      share_expert_dim: 1280,
      num_nextn_predict_layers: 3,
    },
  ],
];

function read(config: Record<string, unknown>): ModelSpec {
  const reading = readModelValue(config);
  assert.ok(reading.ok, reading.ok ? '' : reading.error.message);
  return reading.model;
}

describe('decoders whose classes live on the hub', () => {
  for (const [name, total, config] of PUBLISHED) {
    it(`count ${name} as published`, () => {
      const model = read(config);
      assert.equal(totalParameters(model), total);
      assert.equal(model.exact, true);
    });
  }

  it('keep a state and no cache in RWKV, and nothing at all in diffusion over tokens', () => {
    const rwkv = read(PUBLISHED[0]?.[2] ?? {});
    assert.equal(kvCacheBytes(rwkv, 4096), 0);
    // 24 layers of 32 heads of 64 × 64 at 4 bytes, and two tokens of 2,048 at 2 bytes.
    assert.equal(stateBytesPerSequence(rwkv), 24 * (32 * 64 * 64 * 4 + 2 * 2048 * 2));
    assert.equal(kvCacheBytes(read(PUBLISHED[1]?.[2] ?? {}), 4096), 0);
  });

  it('keep a window of Step 3.5 in sliding layers alone', () => {
    const step = read(PUBLISHED[3]?.[2] ?? {});
    // 12 of 45 layers see everything: 8 heads of 128, key and value, 2 bytes.
    assert.equal(kvCacheBytes(step, 4096), 2 * 8 * 128 * 2 * (12 * 4096 + 33 * 512));
  });

  it('fold tokens of DeepSeek-V4 beyond its window', () => {
    const spec = read({ model_type: 'deepseek_v4', architectures: ['DeepseekV4ForCausalLM'] });
    // 43 windows of 128 tokens; 23 layers fold 128 tokens into one entry of 512, 20 fold 4 into 512 and an indexer's 128.
    const entries = 43 * 128 * 512 + 23 * (4096 / 128) * 512 + 20 * (4096 / 4) * (512 + 128);
    assert.equal(kvCacheBytes(spec, 4096), 2 * entries);
  });
});
