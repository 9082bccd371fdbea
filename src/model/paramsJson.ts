import { isObject, type JsonObject } from './config';

/** Keys of params.json that shape nothing or are translated below. */
const KNOWN = new Set([
  'dim',
  'n_layers',
  'n_heads',
  'n_kv_heads',
  'head_dim',
  'hidden_dim',
  'vocab_size',
  'norm_eps',
  'rope_theta',
  'use_scaled_rope',
  'ffn_dim_multiplier',
  'multiple_of',
  'max_seq_len',
  'max_position_embeddings',
  'sliding_window',
  'tied_embeddings',
  'moe',
  'use_hf_rope',
  'attention_qkv_bias',
  'use_qk_norm',
  'qk_norm_before_rope',
  'partial_rotary_factor',
  'bos_idx',
  'eos_idx',
  'model_parallel',
  'rope_scale_factor',
  'high_freq_factor',
  'embedding_scale_factor',
  'attention_multiplier',
  'residual_multiplier',
  'logits_scaling',
  'act_fn',
  'original_max_position_embeddings',
  'rope_scaling_short_factor',
  'rope_scaling_long_factor',
  'no_rope_layer_interval',
  'causal',
  'max_batch_size',
  'quantization',
]);

/** True for the settings file of Meta's and Mistral's own releases, and of tools that follow them. */
export function isParamsJson(raw: JsonObject): boolean {
  return (
    raw.model_type === undefined &&
    typeof raw.dim === 'number' &&
    typeof raw.n_layers === 'number' &&
    typeof raw.n_heads === 'number'
  );
}

/** Keys that the translation leaves out, and that may change the model. */
export function untranslated(raw: JsonObject): string[] {
  return Object.keys(raw).filter((key) => !KNOWN.has(key));
}

/** The same sizes under the names of a Llama, Qwen or Mixtral configuration. */
export function translateParams(raw: JsonObject): JsonObject {
  const moe = isObject(raw.moe) ? raw.moe : undefined;
  const normed = raw.use_qk_norm === true;
  const biased = raw.attention_qkv_bias === true;
  return {
    model_type: moe !== undefined ? 'mixtral' : normed ? 'qwen3' : biased ? 'qwen2' : 'llama',
    hidden_size: raw.dim,
    num_hidden_layers: raw.n_layers,
    num_attention_heads: raw.n_heads,
    num_key_value_heads: raw.n_kv_heads ?? raw.n_heads,
    head_dim: raw.head_dim ?? null,
    vocab_size: raw.vocab_size ?? null,
    intermediate_size: raw.hidden_dim ?? widthFromMultiple(raw),
    max_position_embeddings: raw.max_position_embeddings ?? raw.max_seq_len ?? null,
    sliding_window: raw.sliding_window ?? null,
    ...(typeof raw.tied_embeddings === 'boolean' ? { tie_word_embeddings: raw.tied_embeddings } : {}),
    ...(moe === undefined
      ? {}
      : { num_local_experts: moe.num_experts, num_experts_per_tok: moe.num_experts_per_tok }),
    ...(normed || biased ? { use_sliding_window: false } : {}),
  };
}

/** Two thirds of four times the width, scaled, rounded up: as the first Llama's own code has it. */
function widthFromMultiple(raw: JsonObject): number | null {
  const { dim, multiple_of: multiple, ffn_dim_multiplier: scale } = raw;
  if (typeof dim !== 'number' || typeof multiple !== 'number' || multiple < 1) return null;
  const base = Math.trunc((2 * 4 * dim) / 3);
  const scaled = Math.trunc((typeof scale === 'number' ? scale : 1) * base);
  return multiple * Math.ceil(scaled / multiple);
}
