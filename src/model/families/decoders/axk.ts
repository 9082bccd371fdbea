import type { Family } from '../../family';
import { latentAttention } from '../../parts/latentAttention';
import { matrix, norm } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';
import { deepseekLatent, expertLayers } from './deepseek';

/** A.X K1: DeepSeek-V3 with a norm on what the experts hand on. */
export const axk1: Family = (context) => {
  const isSparse = expertLayers(context.config);
  return deepseekLatent(context, true, () => false, {
    others: (index, base) =>
      isSparse(index) ? norm(`${base.path}mlp.post_mlp_layernorm`, base.sizes.hidden, 'rms') : [],
  });
};

/** A.X K2: queries and an output gate from one projection of the latent twice over, norms with a small gate of their own. */
export const axk2: Family = (context) => {
  const { config } = context;
  const isSparse = expertLayers(config);
  const gateRank = config.integer('gated_norm_rank');
  const queryRank = config.integer('q_lora_rank');
  const valueDim = config.integer('v_head_dim');
  const bias = config.flag(false, 'attention_bias');
  const gate = (module: string, hidden: number): WeightTensor[] => [
    ...matrix(`${module}.mlp.fc1`, gateRank, hidden, 'norms'),
    ...matrix(`${module}.mlp.fc2`, hidden, gateRank, 'norms'),
  ];
  config.understood('index_topk', 'layer_types');
  return deepseekLatent(context, true, () => false, {
    window: { slides: () => false },
    attention: (_, base) => {
      const { hidden, heads, headDim } = base.sizes;
      const module = `${base.path}self_attn`;
      const block = latentAttention({
        module,
        hidden,
        heads,
        queryRank,
        kvRank: config.integer('kv_lora_rank'),
        nopeDim: config.integer('qk_nope_head_dim'),
        ropeDim: config.integer('qk_rope_head_dim'),
        valueDim,
        bias,
        indexer: { heads: config.integer('index_n_heads'), dim: config.integer('index_head_dim') },
      });
      return {
        mixer: block.mixer,
        weights: [
          ...block.weights.filter((weight) => weight.name !== `${module}.q_b_proj.weight`),
          ...matrix(`${module}.q_gate_proj`, heads * (headDim + valueDim), 2 * queryRank, 'attention'),
        ],
      };
    },
    others: (index, base) => [
      ...gate(`${base.path}input_layernorm`, base.sizes.hidden),
      ...(isSparse(index) ? gate(`${base.path}post_attention_layernorm`, base.sizes.hidden) : []),
    ],
  });
};
