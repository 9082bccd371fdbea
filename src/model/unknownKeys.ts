import type { Config } from './config';
import type { Notes } from './notes';
import { quoted } from './readFailure';

/** Words of which at least one stands in every key that has ever changed the shape of a weight. */
const SHAPE_WORD =
  /size|dim|rank|layer|head|expert|norm|bias|kernel|conv|width|hidden|inner|proj|embed|vocab|lora|adapter|moe|mlp|ffn|ffw|attn|attention|tie|block|state|ssm|mtp|nextn|vision|audio|codebook|latent|share|channels|depth|gate|query|key|patch|pattern|interval|step|every|num_|n_/i;

/** Keys that hold such a word and shape no weight: rates, ranges, tokens, positions, what training or an engine does. */
const HARMLESS =
  /dropout|_drop$|_pdrop$|_prob$|_coef|_eps(ilon)?$|epsilon|_std$|_range$|_token(_id|_ids)?$|_token_index$|_id$|_ids$|_index$|_loss|_factor$|_scale$|scaling|softcap|_theta$|^rope_|rotary|position_embedding_type|positions?$|position_embeddings$|query_pre_attn_scalar|_in_fp32$|_dtype$|_chunk_size$|^pooler_|^audio_(sample|ms)|attention_sink_size|^type_vocab_size$|^use_cache|_act$|_act_fn$|activation|_fn$|_func$|_method$|_impl|implementation|^initial|_init$|^init_|^auto_map|gradient|checkpoint|_version$|^torch|^task|^output_|^return_|label|^problem_type|beam|length|penalty|^num_return|^bad_words|ngram|top_k$|topk_|^is_|_multiplier$|^pretraining|pruned|^cross_attention_|chunk_size_feed_forward|^pad_|^sep_|^eos_|^bos_|^mask_|^image_token|image_tokens?$|^video_token|^vision_(start|end)|^router_|^norm_topk|_batch|^remove_|^tf_|^finetuning|^fuse|flash|^sample|^max_seq|^use_bfloat|_path$|^name_or|^mscale|_norm_prob|normalize|_norm_type$|^layer_norm_|^deterministic|scale_attn|upcast|reorder|^scale_|tokenizer_class|^processor|^_|template|quant|^temperature|^dtype|n_group$|^n_groups$|num_hash|ep_size|tensor_parallel|sequence_parallel|^sparse_|prefix_|^num_logits|logits_to_keep|^transformers|base_model_/i;

/**
 * Names the keys of the file that no part of the family asked for, where their name says that they may shape a weight.
 * Such a model is no longer exact: the key may be a variant of the family that the family's file does not know.
 */
export function doubtUnknownKeys(config: Config, notes: Notes): void {
  for (const { path, key, value } of config.unasked()) {
    // A part that has no head of its own repeats the switch without effect.
    if (path !== key && key === 'tie_word_embeddings') continue;
    if (isIdle(value) || !SHAPE_WORD.test(key) || HARMLESS.test(key)) continue;
    notes.doubt(
      'unknown-key',
      `${quoted(path)} is ${quoted(value)}: not a key that this family is known to have.`,
    );
  }
}

/** Values that switch a feature off, whatever it is. */
function isIdle(value: unknown): boolean {
  if (value === null || value === false || value === 0 || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
