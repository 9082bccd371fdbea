import type { Config } from '../../config';
import type { Family } from '../../family';
import { plainAttention, type BlockContext } from '../../parts/llamaLike';
import { matrix } from '../../parts/tensors';
import type { MixerBlock } from '../../parts/block';
import { expertLayers } from './deepseek';
import { fineExperts, mixedDecoder } from './fineExperts';

/** Grouped attention with norms on every head, `heads` query heads, and a gate on what each of them hands on. */
function gatedAttention(
  index: number,
  base: BlockContext,
  options: { heads: number; bias: boolean; gateWidth: number },
): MixerBlock {
  const { hidden } = base.sizes;
  const block = plainAttention(
    index,
    { ...base, sizes: { ...base.sizes, heads: options.heads } },
    { qkNorm: 'head', qkvBias: options.bias, outBias: options.bias },
  );
  return {
    ...block,
    weights: [
      ...block.weights,
      ...matrix(`${base.path}self_attn.g_proj`, options.gateWidth, hidden, 'attention'),
    ],
  };
}

/** Laguna: query heads by layer, a gate a head or an element, experts with one shared after a dense first layer. */
export const laguna: Family = (context) => {
  const { config } = context;
  const perLayer = config.integers('num_attention_heads_per_layer');
  const gating = config.value('gating');
  const byHead = gating === true || gating === 'per-head';
  const bias = config.flag(false, 'attention_bias');
  const headsOf = (index: number, base: BlockContext): number => perLayer?.[index] ?? base.sizes.heads;
  config.understood(
    'moe_apply_router_weight_on_input',
    'swa_attention_sink_enabled',
    'swa_rope_parameters',
    'mlp_only_layers',
    'decoder_sparse_step',
  );
  return mixedDecoder(context, {
    describe: (index) => String(perLayer?.[index]),
    window: { slides: () => false },
    attention: (index, base) => {
      const heads = headsOf(index, base);
      return gatedAttention(index, base, {
        heads,
        bias,
        gateWidth: byHead ? heads : heads * base.sizes.headDim,
      });
    },
    isSparse: expertLayers(config),
    experts: fineExperts(config, {
      sharedWidth: config.integerOr(0, 'shared_expert_intermediate_size'),
      correctionBias: true,
    }),
  });
};

/** Layers with experts, as published files list them: numbers in a string, or all from the third on. */
function stepExpertLayers(config: Config): (index: number) => boolean {
  const types = config.texts('mlp_layer_types');
  const listed = config.value('moe_layers_enum');
  const named =
    typeof listed === 'string' ? listed.split(',') : Array.isArray(listed) ? listed.map(String) : null;
  const set = named === null ? null : new Set(named.map((each) => Number.parseInt(each, 10)));
  return (index) => (types === undefined ? (set?.has(index) ?? index >= 3) : types[index] === 'sparse');
}

/** Step 3.5: sliding layers with heads of their own, a gate a head, experts after three dense layers. */
export const step3p5: Family = (context) => {
  const { config } = context;
  const types = config.texts('layer_types');
  const other = config.section('attention_other_setting', {});
  const own = other?.optional('num_attention_heads');
  const otherKv = other?.optional('num_attention_groups', 'num_key_value_heads');
  other?.understood('attention_type', 'true_head_dim', 'head_dim', 'sink');
  const kvHeads = config.integer('num_attention_groups', 'num_key_value_heads');
  const heads = config.integer('num_attention_heads');
  const slidingHeads = config.optional('num_sliding_attention_heads') ?? own ?? heads;
  const bias = config.flag(false, 'attention_bias');
  const mlpBias = config.flag(false, 'mlp_bias');
  if (otherKv !== undefined && otherKv !== kvHeads)
    context.notes.doubt('kv-heads', 'KV heads that differ from layer to layer are not known in this family.');
  if (!config.flag(true, 'use_head_wise_attn_gate'))
    context.notes.doubt('attention-gate', 'This family is known with a gate on every head.');
  config.understood(
    'num_nextn_predict_layers',
    'num_mtp_layers',
    'mtp_layer_types',
    'mtp_mlp_layer_types',
    'per_layer_config',
    'num_local_experts',
    'partial_rotary_factors',
    'yarn_only_types',
    'need_fp32_gate',
    'use_moe',
    'use_moe_router_bias',
    'use_qk_norm',
    'moe_every_n_layer',
    'moe_layer_offset',
    'moe_router_activation',
    'norm_expert_weight',
    'att_impl_type',
    'zero_centered',
    'use_rope_layers',
    'sink',
  );
  return mixedDecoder(context, {
    mlpBias,
    describe: (index) => String(types?.[index]),
    attention: (index, base) => {
      const count = types?.[index] === 'sliding_attention' ? slidingHeads : heads;
      return gatedAttention(index, base, { heads: count, bias, gateWidth: count });
    },
    isSparse: stepExpertLayers(config),
    experts: fineExperts(config, {
      experts: config.integer('moe_num_experts', 'n_routed_experts'),
      expertsPerToken: config.integer('moe_top_k', 'num_experts_per_tok'),
      sharedWidth: config.integerOr(0, 'share_expert_dim', 'share_expert_dims'),
      sharedBias: mlpBias,
      correctionBias: true,
    }),
    sizes: {
      hidden: config.integer('hidden_size'),
      layers: config.integer('num_hidden_layers'),
      heads,
      kvHeads,
      headDim: config.integer('head_dim'),
      vocabulary: config.integer('vocab_size'),
    },
  });
};
