import type { Family } from '../../family';
import { expertFeedForward } from '../../parts/feedForward';
import { groupedAttention } from '../../parts/groupedAttention';
import { llamaLike } from '../../parts/llamaLike';

/** Grok-1: norms before and after each half, experts of full width in every layer. */
export const grok1: Family = (context) => {
  const { config } = context;
  const experts = config.integer('num_experts', 'num_local_experts');
  const expertsPerToken = config.integer('num_experts_per_tok');
  const width = config.integer('intermediate_size');
  config.understood('max_attn_value', 'attn_output_multiplier', 'embedding_multiplier_scale');
  return llamaLike(context, {
    blockNorms: ['pre_attn_norm', 'post_attn_norm', 'pre_moe_norm', 'post_moe_norm'],
    attention: (_, base) =>
      groupedAttention({
        module: `${base.path}attn`,
        hidden: base.sizes.hidden,
        queryHeads: base.sizes.heads,
        kvHeads: base.sizes.kvHeads,
        headDim: base.sizes.headDim,
      }),
    feedForward: (_, base) =>
      expertFeedForward({
        module: `${base.path}moe_block`,
        hidden: base.sizes.hidden,
        width,
        experts,
        expertsPerToken,
        names: { gate: 'linear', up: 'linear_v', down: 'linear_1' },
      }),
  });
};
