import type { Family } from '../../family';
import { expertFeedForward } from '../../parts/feedForward';
import { llamaLike, plainAttention } from '../../parts/llamaLike';
import { matrix, norm } from '../../parts/tensors';

/** MiniMax-01: seven lightning attentions to one softmax attention, experts in every layer. */
export const minimax: Family = (context) => {
  const { config } = context;
  const types = config.texts('layer_types');
  const listed = config.integers('attn_type_list');
  const isFull = (index: number): boolean =>
    types === undefined
      ? listed === undefined
        ? (index + 1) % 2 === 1
        : listed[index] === 1
      : types[index] === 'full_attention';
  const experts = config.integer('num_local_experts');
  const expertsPerToken = config.integer('num_experts_per_tok');
  const width = config.integer('intermediate_size');
  if (config.integerOr(0, 'shared_intermediate_size') > 0)
    context.notes.doubt('shared-experts', 'Shared experts of this family are not known.');
  config.understood(
    'block_size',
    'full_attn_alpha_factor',
    'full_attn_beta_factor',
    'linear_attn_alpha_factor',
    'linear_attn_beta_factor',
    'mlp_alpha_factor',
    'mlp_beta_factor',
    'layernorm_full_attention_alpha',
    'layernorm_full_attention_beta',
    'layernorm_linear_attention_alpha',
    'layernorm_linear_attention_beta',
    'layernorm_mlp_alpha',
    'layernorm_mlp_beta',
    'postnorm',
    'shared_moe_mode',
    'rotary_dim',
  );
  return llamaLike(context, {
    window: { slides: () => false },
    describe: (index) => String(isFull(index)),
    attention: (index, base) => {
      if (isFull(index)) return plainAttention(index, base);
      const { hidden, heads, headDim } = base.sizes;
      const inner = heads * headDim;
      const module = `${base.path}self_attn`;
      return {
        mixer: {
          kind: 'recurrent',
          family: 'linear-attention',
          stateElements: heads * headDim * headDim,
          stateElementBytes: 4,
          convolutionElements: 0,
        },
        weights: [
          ...matrix(`${module}.qkv_proj`, 3 * inner, hidden, 'attention'),
          ...norm(`${module}.norm`, inner, 'rms'),
          ...matrix(`${module}.output_gate`, inner, hidden, 'attention'),
          ...matrix(`${module}.out_proj`, hidden, inner, 'attention'),
        ],
      };
    },
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
