import type { Config } from '../../config';
import type { Family } from '../../family';
import type { FeedForwardBlock, MixerBlock } from '../../parts/block';
import { expertFeedForward } from '../../parts/feedForward';
import { llamaLike, type BlockContext } from '../../parts/llamaLike';
import { convolution, matrix, norm, vector } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';

/** Attention in a compressed space: two short convolutions over queries and keys, half of the values a token late. */
function compressedAttention(index: number, config: Config, base: BlockContext): MixerBlock {
  const { hidden, heads, kvHeads, headDim } = base.sizes;
  const module = `${base.path}self_attn`;
  const mixed = (heads + kvHeads) * headDim;
  const bias = config.flag(false, 'attention_bias');
  const window = base.window(index);
  const half = Math.floor((kvHeads * headDim) / 2);
  return {
    mixer: {
      kind: 'attention',
      queryHeads: heads,
      kvHeads,
      keyHeadDim: headDim,
      valueHeadDim: headDim,
      causal: true,
      ...(window === undefined ? {} : { window }),
    },
    weights: [
      ...matrix(`${module}.qkv_proj.q_proj`, heads * headDim, hidden, 'attention', { bias }),
      ...matrix(`${module}.qkv_proj.k_proj`, kvHeads * headDim, hidden, 'attention', { bias }),
      ...matrix(`${module}.qkv_proj.v_proj_current`, half, hidden, 'attention', { bias }),
      ...matrix(`${module}.qkv_proj.v_proj_delayed`, half, hidden, 'attention', { bias }),
      ...convolution(
        `${module}.qkv_proj.conv_qk_depthwise`,
        [mixed, 1, config.integer('cca_time0')],
        'attention',
        { bias: true },
      ),
      ...convolution(
        `${module}.qkv_proj.conv_qk_grouped`,
        [mixed, headDim, config.integer('cca_time1')],
        'attention',
        { bias: true },
      ),
      vector(`${module}.qk_norm.temp`, kvHeads, 'attention'),
      ...matrix(`${module}.o_proj`, hidden, heads * headDim, 'attention', { bias }),
    ],
  };
}

/** A router of three small layers, which sees what the router before it saw; one choice more than experts skips them. */
function routedExperts(index: number, config: Config, base: BlockContext): FeedForwardBlock {
  const { hidden } = base.sizes;
  const module = `${base.path}mlp`;
  const router = config.integer('router_hidden_size');
  const experts = config.integer('num_experts');
  const block = expertFeedForward({
    module,
    hidden,
    width: config.integer('moe_intermediate_size'),
    experts,
    expertsPerToken: config.integer('num_experts_per_tok'),
    noRouter: true,
  });
  const gate: WeightTensor[] = [
    ...matrix(`${module}.gate.down_proj`, router, hidden, 'experts', { bias: true }),
    ...norm(`${module}.gate.router_mlp.norm`, router, 'rms'),
    ...matrix(`${module}.gate.router_mlp.fc1`, router, router, 'experts', { bias: true }),
    ...matrix(`${module}.gate.router_mlp.fc2`, router, router, 'experts', { bias: true }),
    ...matrix(`${module}.gate.router_mlp.out_proj`, experts + 1, router, 'experts'),
    ...(index === 0 ? [] : [vector(`${module}.gate.router_states_scale`, router, 'experts')]),
  ];
  return { feedForward: block.feedForward, weights: [...block.weights, ...gate] };
}

const SCALES = ['hidden_states_scale', 'hidden_states_bias', 'residual_scale', 'residual_bias'];

/** Zaya: compressed convolutional attention, experts in every layer, learned scales on the residual stream. */
export const zaya: Family = (context) => {
  const { config } = context;
  return llamaLike(context, {
    headBias: config.flag(false, 'lm_head_bias'),
    describe: (index) => String(index === 0),
    attention: (index, base) => compressedAttention(index, config, base),
    feedForward: (index, base) => routedExperts(index, config, base),
    others: (_, base) =>
      ['post_attention_residual_scale', 'post_mlp_residual_scale'].flatMap((module) =>
        SCALES.map((name) => vector(`${base.path}${module}.${name}`, base.sizes.hidden, 'norms')),
      ),
    outside: ['scale', 'bias'].map((name) =>
      vector(`model.input_hidden_states_${name}`, config.integer('hidden_size'), 'norms'),
    ),
  });
};
