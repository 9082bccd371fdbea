import type { Family } from '../../family';
import { expertFeedForward } from '../../parts/feedForward';
import { groupedAttention } from '../../parts/groupedAttention';
import { llamaLike, plainFeedForward } from '../../parts/llamaLike';

/** Ling and Ring: fused query, key and value, fine experts with shared ones. */
export const bailingMoe: Family = (context) => {
  const { config, modelType } = context;
  const second = modelType === 'bailing_moe_v2';
  const first = config.integerOr(0, 'first_k_dense_replace');
  const experts = config.integer('num_experts');
  const expertsPerToken = config.integer('num_experts_per_tok');
  const width = config.integer('moe_intermediate_size');
  const shared =
    config.integerOr(0, 'num_shared_experts') *
    (config.optional('moe_shared_expert_intermediate_size') ?? width);
  const qkvBias = config.flag(false, 'use_qkv_bias');
  const bias = config.flag(false, 'use_bias');
  const normed = second && config.flag(true, 'use_qk_norm');
  config.understood(
    'intermediate_size',
    'norm_head',
    'embedding_dropout',
    'num_nextn_predict_layers',
    'moe_router_enable_expert_bias',
    'max_window_layers',
  );
  return llamaLike(context, {
    describe: (index) => String(index < first),
    attention: (_, base) =>
      groupedAttention({
        module: `${base.path}attention`,
        hidden: base.sizes.hidden,
        queryHeads: base.sizes.heads,
        kvHeads: base.sizes.kvHeads,
        headDim: base.sizes.headDim,
        qkvBias,
        outBias: bias,
        fused: 'query_key_value',
        qkNorm: normed ? 'head' : 'none',
        names: { output: 'dense', queryNorm: 'query_layernorm', keyNorm: 'key_layernorm' },
      }),
    feedForward: (index, base) =>
      index < first
        ? plainFeedForward(base)
        : expertFeedForward({
            module: `${base.path}mlp`,
            hidden: base.sizes.hidden,
            width,
            experts,
            expertsPerToken,
            sharedWidth: shared,
            sharedPath: 'shared_experts',
            correctionBias: second && config.flag(true, 'moe_router_enable_expert_bias'),
            correctionName: 'gate.expert_bias',
          }),
  });
};
