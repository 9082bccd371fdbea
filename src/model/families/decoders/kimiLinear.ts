import type { Family } from '../../family';
import type { MixerBlock } from '../../parts/block';
import { expertFeedForward } from '../../parts/feedForward';
import { latentAttention } from '../../parts/latentAttention';
import { llamaLike, plainFeedForward } from '../../parts/llamaLike';
import { convolution, matrix, norm, vector } from '../../parts/tensors';
import { expertLayers, latentSizes } from './deepseek';

interface Delta {
  module: string;
  hidden: number;
  heads: number;
  headDim: number;
  kernel: number;
}

/** Kimi delta attention: a gated delta rule with a decay for every channel, and low-rank gates. */
function kimiDelta(d: Delta): MixerBlock {
  const width = d.heads * d.headDim;
  return {
    mixer: {
      kind: 'recurrent',
      family: 'gated-delta-net',
      stateElements: d.heads * d.headDim * d.headDim,
      stateElementBytes: 4,
      convolutionElements: 3 * width * (d.kernel - 1),
    },
    weights: [
      ...['q', 'k', 'v'].flatMap((name) => [
        ...matrix(`${d.module}.${name}_proj`, width, d.hidden, 'attention'),
        ...convolution(`${d.module}.${name}_conv1d`, [width, 1, d.kernel], 'attention'),
      ]),
      ...['f', 'g'].flatMap((name) => [
        ...matrix(`${d.module}.${name}_a_proj`, d.headDim, d.hidden, 'attention'),
        ...matrix(`${d.module}.${name}_b_proj`, width, d.headDim, 'attention'),
      ]),
      ...matrix(`${d.module}.b_proj`, d.heads, d.hidden, 'attention'),
      vector(`${d.module}.A_log`, [1, 1, d.heads, 1], 'attention'),
      vector(`${d.module}.dt_bias`, width, 'attention'),
      ...norm(`${d.module}.o_norm`, d.headDim, 'rms'),
      ...matrix(`${d.module}.o_proj`, d.hidden, width, 'attention'),
    ],
  };
}

/** Kimi Linear: three layers of delta attention to one of latent attention, DeepSeek's experts. */
export const kimiLinear: Family = (context) => {
  const { config, notes } = context;
  const sizes = latentSizes(config);
  const linear = config.section('linear_attn_config', {});
  const types = config.texts('layer_types');
  const full = linear?.integers('full_attn_layers');
  const deltas = linear?.integers('kda_layers');
  const listed = full !== undefined && deltas !== undefined;
  // The file's own lists count from one; the class's rule makes every fourth layer after the first a full one.
  const isDelta = (index: number): boolean => {
    if (types !== undefined) return types[index] === 'linear_attention';
    return listed ? deltas.includes(index + 1) : index === 0 || index % 4 !== 0;
  };
  if (types === undefined && listed && full.length + deltas.length !== sizes.layers)
    notes.doubt('contradiction', 'linear_attn_config does not give every layer its kind.');
  const size = (inner: string, outer: string): number => linear?.optional(inner) ?? config.integer(outer);
  const hasExperts = config.optional('num_experts', 'num_local_experts') !== undefined;
  const bias = config.flag(false, 'attention_bias');
  if (config.flag(false, 'tie_word_embeddings'))
    notes.doubt(
      'tied-head-unclear',
      'The class of this type does not tie its head, and the file says that it does.',
    );
  const isSparse = expertLayers(config);
  const shared = config.integerOr(0, 'num_shared_experts', 'n_shared_experts');
  config.understood('mla_use_nope', 'use_grouped_topk', 'num_expert_group', 'moe_renormalize');
  config.understood('moe_router_activation_func', 'num_nextn_predict_layers');
  config.understood('linear_head_dim', 'linear_num_heads', 'linear_conv_kernel_dim');
  return llamaLike(context, {
    sizes,
    describe: (index) => `${String(isDelta(index))} ${String(isSparse(index))}`,
    attention: (index, base) =>
      isDelta(index)
        ? kimiDelta({
            module: `${base.path}self_attn`,
            hidden: sizes.hidden,
            heads: size('num_heads', 'linear_num_heads'),
            headDim: size('head_dim', 'linear_head_dim'),
            kernel: size('short_conv_kernel_size', 'linear_conv_kernel_dim'),
          })
        : latentAttention({
            module: `${base.path}self_attn`,
            hidden: sizes.hidden,
            heads: sizes.heads,
            queryRank: config.optional('q_lora_rank') ?? null,
            kvRank: config.integer('kv_lora_rank'),
            nopeDim: config.integer('qk_nope_head_dim'),
            ropeDim: config.integer('qk_rope_head_dim'),
            valueDim: config.integer('v_head_dim'),
            bias,
          }),
    feedForward: (index, base) =>
      hasExperts && isSparse(index)
        ? expertFeedForward({
            module: `${base.path}block_sparse_moe`,
            hidden: sizes.hidden,
            width: config.integer('moe_intermediate_size'),
            experts: config.integer('num_experts', 'num_local_experts'),
            expertsPerToken: config.integer('num_experts_per_token', 'num_experts_per_tok'),
            sharedWidth: shared * config.integer('moe_intermediate_size'),
            sharedPath: 'shared_experts',
            correctionBias: true,
            names: { gate: 'w1', up: 'w3', down: 'w2' },
          })
        : plainFeedForward(base),
  });
};
