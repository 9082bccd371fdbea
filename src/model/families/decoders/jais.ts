import type { Family } from '../../family';
import { gptLike } from '../../parts/gptLike';
import { transformerSizes } from '../../parts/sizes';

/** Jais 1: GPT-2 with a gated network where the activation says so, and positions by ALiBi in all that were published. */
export const jais: Family = ({ config, architecture }) => {
  const sizes = transformerSizes(config);
  const positions = config.integer('n_positions', 'max_position_embeddings');
  const learned = config.text('position_embedding_type') !== 'alibi';
  const gated = config.text('activation_function') === 'swiglu';
  config.understood('alibi_scaling', 'mup_scale_qk_dot_by_d', 'mup_width_scale', 'mup_embeddings_scale');
  config.understood('embeddings_scale', 'width_scale', 'scale_qk_dot_by_d', 'mup_output_alpha');
  return gptLike(config, {
    architecture,
    sizes: { ...sizes, kvHeads: sizes.heads },
    width: config.optional('n_inner', 'intermediate_size') ?? 4 * sizes.hidden,
    maxContext: positions,
    positions: learned ? positions : 0,
    qkvBias: true,
    outBias: true,
    mlpBias: true,
    gated,
    layer: 'transformer.h.{layer}.',
    attention: 'attn',
    fused: 'c_attn',
    attentionNames: { output: 'c_proj' },
    feedForward: 'mlp',
    feedForwardNames: { gate: 'c_fc2', up: 'c_fc', down: 'c_proj' },
    blockNorms: ['ln_1', 'ln_2'],
    outerNorms: ['transformer.ln_f'],
  });
};

/** CodeShell: GPT-2 with rotary positions and groups of query heads. */
export const codeshell: Family = ({ config, architecture }) => {
  const sizes = transformerSizes(config);
  const positions = config.integer('n_positions', 'max_position_embeddings');
  const rotary = config.text('position_embedding_type') === 'rope';
  const groups = config.flag(true, 'group_query_attention')
    ? config.integer('num_query_groups')
    : sizes.heads;
  config.understood('attention_softmax_in_fp32', 'scale_attention_softmax_in_fp32', 'scale_attn_weights');
  return gptLike(config, {
    architecture,
    sizes: { ...sizes, kvHeads: groups },
    width: config.optional('n_inner', 'intermediate_size') ?? 4 * sizes.hidden,
    maxContext: positions,
    positions: rotary ? 0 : positions,
    qkvBias: true,
    outBias: true,
    mlpBias: true,
    layer: 'transformer.h.{layer}.',
    attention: 'attn',
    fused: 'c_attn',
    attentionNames: { output: 'c_proj' },
    feedForward: 'mlp',
    feedForwardNames: { up: 'c_fc', down: 'c_proj' },
    blockNorms: ['ln_1', 'ln_2'],
    outerNorms: ['transformer.ln_f'],
  });
};
