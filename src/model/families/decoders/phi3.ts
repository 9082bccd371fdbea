import type { Family } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { groupedAttention } from '../../parts/groupedAttention';
import { llamaLike } from '../../parts/llamaLike';

/** Phi-3, Phi-3.5 and Phi-4: query, key and value in one matrix, gate and up in another. */
export const phi3: Family = (context) => {
  const { config } = context;
  const attentionBias = config.flag(false, 'attention_bias');
  const mlpBias = config.flag(false, 'mlp_bias');
  const width = config.integer('intermediate_size');
  config.understood('full_attn_mod', 'interpolate_factor');
  return llamaLike(context, {
    headBias: config.flag(false, 'lm_head_bias'),
    attention: (index, base) => {
      const window = base.window(index);
      return groupedAttention({
        module: `${base.path}self_attn`,
        hidden: base.sizes.hidden,
        queryHeads: base.sizes.heads,
        kvHeads: base.sizes.kvHeads,
        headDim: base.sizes.headDim,
        qkvBias: attentionBias,
        outBias: attentionBias,
        fused: 'qkv_proj',
        ...(window === undefined ? {} : { window }),
      });
    },
    feedForward: (_, base) =>
      denseFeedForward({
        module: `${base.path}mlp`,
        hidden: base.sizes.hidden,
        width,
        bias: mlpBias,
        fused: 'gate_up_proj',
      }),
  });
};
