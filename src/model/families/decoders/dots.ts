import type { Family } from '../../family';
import { expertFeedForward } from '../../parts/feedForward';
import { llamaLike, plainFeedForward } from '../../parts/llamaLike';
import { ReadFailure } from '../../readFailure';
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

/** Hunyuan MoE: a norm on every head, experts of full width with one shared. */
export const hunyuanMoe: Family = (context) => {
  const { config } = context;
  const same = (value: unknown): number | undefined => {
    const list: unknown[] = Array.isArray(value) ? (value as unknown[]) : [value];
    const [first] = list;
    return typeof first === 'number' && list.every((each) => each === first) ? first : undefined;
  };
  const width = config.integer('intermediate_size');
  const experts = same(config.value('num_experts'));
  const expertsPerToken = same(config.value('moe_topk'));
  const shared = same(config.value('num_shared_expert')) ?? 1;
  const ownWidth = config.value('moe_intermediate_size');
  if (experts === undefined || expertsPerToken === undefined) {
    throw new ReadFailure(
      'unsupported',
      'Experts that differ from layer to layer are not known in this family.',
    );
  }
  if (ownWidth !== undefined && same(ownWidth) !== width)
    context.notes.doubt('contradiction', 'moe_intermediate_size and intermediate_size differ.');
  if (config.flag(false, 'use_cla'))
    context.notes.doubt(
      'shared-cache',
      'Layers share keys and values in pairs (use_cla), which is not reckoned with.',
    );
  config.understood(
    'use_qk_norm',
    'cla_share_factor',
    'moe_layer_num_skipped',
    'moe_drop_tokens',
    'moe_random_routing_dropped_token',
    'attention_head_dim',
    'use_mla',
    'kv_lora_rank',
    'q_lora_rank',
    'qk_nope_head_dim',
    'qk_rope_head_dim',
    'v_head_dim',
    'norm_type',
    'use_rotary_pos_emb',
    'num_media_embeds',
    'group_limited_greedy',
    'org_vocab_size',
    'mask_init_id',
    'pool_type',
    'class_num',
    'dense_list',
    'text_start_id',
    'text_end_id',
    'vit_path',
    'vit_type',
    'vit_used_rms_norm',
    'vit_add_patchemb_bias',
    'anyres_vit_max_image_size',
    'skip_cls_token',
    'position_embedding_xdrope',
  );
  const bias = config.flag(false, 'attention_bias');
  const mixed = config.flag(true, 'use_mixed_mlp_moe');
  return llamaLike(context, {
    qkNorm: config.flag(true, 'use_qk_norm') ? 'head' : 'none',
    qkvBias: bias,
    outBias: bias,
    feedForward: (_, base) =>
      expertFeedForward({
        module: `${base.path}mlp`,
        hidden: base.sizes.hidden,
        width,
        experts,
        expertsPerToken,
        sharedWidth: mixed ? shared * width : 0,
        sharedPath: 'shared_mlp',
        router: 'gate.wg',
      }),
  });
};
