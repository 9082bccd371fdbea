import type { Family } from '../../family';
import type { MixerBlock } from '../../parts/block';
import { denseFeedForward } from '../../parts/feedForward';
import { groupedAttention } from '../../parts/groupedAttention';
import { llamaLike, type BlockContext } from '../../parts/llamaLike';
import { matrix, norm } from '../../parts/tensors';
import { fineExperts } from './fineExperts';

const NAMES = { output: 'dense', queryNorm: 'query_layernorm', keyNorm: 'key_layernorm' };

/** Ring and Ling with linear attention: a few layers of it, then one that attends in full; experts with shared ones. */
export const bailingLinear: Family = (context) => {
  const { config } = context;
  const group = Math.max(1, config.integer('layer_group_size'));
  const first = config.integerOr(0, 'first_k_dense_replace');
  const layers = config.integer('num_hidden_layers');
  const whole = Math.floor(layers / group) * group;
  const isFull = (index: number): boolean => (index + 1) % group === 0 || index >= whole;
  const qkvBias = config.flag(false, 'use_qkv_bias');
  const bias = config.flag(false, 'use_bias');
  const normed = config.flag(false, 'use_qk_norm');
  const width = config.integer('intermediate_size');
  const ownShared =
    config.optional('moe_shared_expert_intermediate_size') ?? config.integer('moe_intermediate_size');
  const experts = fineExperts(config, {
    bias,
    sharedWidth: ownShared * config.integerOr(0, 'num_shared_experts'),
    correctionBias: config.flag(false, 'moe_router_enable_expert_bias'),
    correctionName: 'gate.expert_bias',
  });
  config.understood(
    'group_norm_size',
    'norm_head',
    'embedding_dropout',
    'num_nextn_predict_layers',
    'moe_router_enable_shared_expert',
    'moe_router_enable_routed_scaling',
    'max_window_layers',
    'linear_silu',
    'use_rmsnorm',
    'use_linear_silu',
  );
  const attention = (base: BlockContext, kvHeads: number): MixerBlock =>
    groupedAttention({
      module: `${base.path}attention`,
      hidden: base.sizes.hidden,
      queryHeads: base.sizes.heads,
      kvHeads,
      headDim: base.sizes.headDim,
      qkvBias,
      outBias: bias,
      fused: 'query_key_value',
      qkNorm: normed ? 'head' : 'none',
      names: NAMES,
    });
  return llamaLike(context, {
    embedding: 'word_embeddings',
    describe: (index) => `${String(isFull(index))} ${String(index < first)}`,
    attention: (index, base) => {
      if (isFull(index)) return attention(base, base.sizes.kvHeads);
      const { hidden, heads, headDim } = base.sizes;
      return {
        mixer: {
          kind: 'recurrent',
          family: 'linear-attention',
          stateElements: heads * headDim * headDim,
          stateElementBytes: 4,
          convolutionElements: 0,
        },
        weights: [
          ...attention(base, heads).weights,
          ...matrix(`${base.path}attention.g_proj`, heads * headDim, hidden, 'attention'),
          ...norm(`${base.path}attention.g_norm`, heads * headDim, 'rms'),
        ],
      };
    },
    feedForward: (index, base) =>
      index < first
        ? denseFeedForward({ module: `${base.path}mlp`, hidden: base.sizes.hidden, width, bias })
        : experts(base),
  });
};
