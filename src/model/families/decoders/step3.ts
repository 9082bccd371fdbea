import type { Family } from '../../family';
import { llamaLike, plainFeedForward } from '../../parts/llamaLike';
import { matrix, norm } from '../../parts/tensors';
import { fineExperts } from './fineExperts';

/** Step 3, text: one key and value for all heads, queries through a shared narrow width; experts with one shared. */
export const step3Text: Family = (context) => {
  const { config, notes } = context;
  const queryWidth = config.integer('share_q_dim');
  const headDim = config.integer('head_dim');
  const heads = config.integer('num_attention_heads');
  const listed = config.text('moe_layers_enum');
  const sparse =
    listed === undefined ? null : new Set(listed.split(',').map((each) => Number.parseInt(each, 10)));
  const isSparse = (index: number): boolean => sparse?.has(index) ?? index >= 1;
  if (config.integerOr(1, 'num_attention_groups', 'num_key_value_heads') !== 1)
    notes.doubt('kv-heads', 'This family is known with one key and value head.');
  config.understood(
    'norm_expert_weight',
    'moe_intermediate_size',
    'use_mfa',
    'max_seq_len',
    'need_fp32_gate',
  );
  config.understood('use_moe', 'moe_every_n_layer', 'moe_layer_offset', 'max_position_embedding');
  const experts = fineExperts(config, {
    experts: config.integer('moe_num_experts', 'num_experts'),
    expertsPerToken: config.integer('moe_top_k', 'num_experts_per_tok'),
    sharedWidth: config.integerOr(0, 'share_expert_dim'),
  });
  return llamaLike(context, {
    sizes: {
      hidden: config.integer('hidden_size'),
      layers: config.integer('num_hidden_layers'),
      heads,
      kvHeads: 1,
      headDim,
      vocabulary: config.integer('vocab_size'),
    },
    describe: (index) => String(isSparse(index)),
    attention: (_, base) => {
      const { hidden } = base.sizes;
      const module = `${base.path}self_attn`;
      return {
        mixer: {
          kind: 'attention',
          queryHeads: heads,
          kvHeads: 1,
          keyHeadDim: headDim,
          valueHeadDim: headDim,
          causal: true,
        },
        weights: [
          ...matrix(`${module}.q_proj`, queryWidth, hidden, 'attention'),
          ...norm(`${module}.inter_norm`, queryWidth, 'rms'),
          ...matrix(`${module}.wq`, heads * headDim, queryWidth, 'attention'),
          ...matrix(`${module}.k_proj`, headDim, hidden, 'attention'),
          ...matrix(`${module}.v_proj`, headDim, hidden, 'attention'),
          ...matrix(`${module}.o_proj`, hidden, heads * headDim, 'attention'),
        ],
      };
    },
    feedForward: (index, base) => (isSparse(index) ? experts(base) : plainFeedForward(base)),
  });
};
