import type { Family } from '../family';
import { expertFeedForward } from '../parts/feedForward';
import { llamaLike, plainFeedForward } from '../parts/llamaLike';
import { deepseekExperts, expertLayers } from './deepseek';

/** dots.llm1: grouped attention with a norm on every head, DeepSeek's experts. */
export const dots1: Family = (context) => {
  const { config } = context;
  const bias = config.flag(false, 'attention_bias');
  const isSparse = expertLayers(config);
  const experts = deepseekExperts(config, { correctionBias: true });
  config.understood('max_window_layers');
  return llamaLike(context, {
    qkNorm: 'head',
    qkvBias: bias,
    outBias: bias,
    describe: (index) => String(isSparse(index)),
    feedForward: (index, base) => (isSparse(index) ? experts(base) : plainFeedForward(base)),
  });
};

/** MiniMax M2: norms over all heads, a correction bias on the router. */
export const minimaxM2: Family = (context) => {
  const { config } = context;
  const experts = config.integer('num_local_experts');
  const expertsPerToken = config.integer('num_experts_per_tok');
  const width = config.integer('intermediate_size');
  config.understood(
    'attn_type_list',
    'mtp_transformer_layers',
    'num_mtp_modules',
    'use_mtp',
    'qk_norm_type',
    'shared_moe_mode',
    'scoring_func',
    'use_routing_bias',
    'layernorm_full_attention_beta',
    'layernorm_linear_attention_beta',
    'layernorm_mlp_beta',
    'mlp_intermediate_size',
  );
  if (config.integerOr(0, 'shared_intermediate_size') > 0)
    context.notes.doubt('shared-experts', 'Shared experts of this family are not known.');
  return llamaLike(context, {
    qkNorm: config.flag(true, 'use_qk_norm') ? 'full' : 'none',
    feedForward: (_, base) =>
      expertFeedForward({
        module: `${base.path}block_sparse_moe`,
        hidden: base.sizes.hidden,
        width,
        experts,
        expertsPerToken,
        correctionBias: true,
        correctionName: 'e_score_correction_bias',
        names: { gate: 'w1', up: 'w3', down: 'w2' },
      }),
  });
};

/** Phi-3.5-MoE: layer norms, biases in attention and head by switches. */
export const phimoe: Family = (context) => {
  const { config } = context;
  const bias = config.flag(false, 'attention_bias');
  const experts = config.integer('num_local_experts');
  const expertsPerToken = config.integer('num_experts_per_tok');
  const width = config.integer('intermediate_size');
  config.understood('input_jitter_noise', 'router_jitter_noise');
  return llamaLike(context, {
    norm: 'layer',
    qkvBias: bias,
    outBias: bias,
    headBias: config.flag(false, 'lm_head_bias'),
    feedForward: (_, base) =>
      expertFeedForward({
        module: `${base.path}block_sparse_moe`,
        hidden: base.sizes.hidden,
        width,
        experts,
        expertsPerToken,
        names: { gate: 'w1', up: 'w3', down: 'w2' },
      }),
  });
};
