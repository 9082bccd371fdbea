import type { Family } from '../../family';
import { groupedAttention } from '../../parts/groupedAttention';
import { llamaLike, plainFeedForward } from '../../parts/llamaLike';
import { vector } from '../../parts/tensors';
import { deepseekExperts, expertLayers } from './deepseek';
import { upperLayersSlide } from './qwenWindow';

/** MiMo 7B: Qwen2 with draft layers beside it. */
export const mimo: Family = (context) => {
  const { config } = context;
  config.understood('num_nextn_predict_layers', 'use_mrope');
  return llamaLike(context, {
    qkvBias: config.flag(true, 'attention_bias'),
    window: upperLayersSlide(config),
  });
};

/** MiMo-V2: sliding layers with heads of their own, five to one, and DeepSeek's experts. */
export const mimoV2: Family = (context) => {
  const { config } = context;
  const pattern = config.integers('hybrid_layer_pattern');
  const types = config.texts('layer_types');
  const window = config.optional('sliding_window', 'sliding_window_size');
  const said = config.says('moe_layer_freq', 'mlp_layer_types', 'first_k_dense_replace');
  const listed = expertLayers(config);
  const isSparse = (index: number): boolean => (said ? listed(index) : index > 0);
  const experts = deepseekExperts(config, { correctionBias: true });
  const bias = config.flag(false, 'attention_bias');
  config.understood(
    'attention_chunk_size',
    'num_nextn_predict_layers',
    'attention_value_scale',
    'swa_rope_theta',
  );
  // The first layer and every sixth see everything; sliding layers have twice the key heads and a sink a head.
  const isSliding = (index: number): boolean => {
    if (types !== undefined) return types[index] === 'sliding_attention';
    return pattern === undefined ? index > 0 && (index + 1) % 6 !== 0 : pattern[index] === 1;
  };
  const heads = config.integer('num_attention_heads');
  const slidingHeads = config.optional('swa_num_attention_heads') ?? heads;
  const kvHeads = config.integer('num_key_value_heads');
  const headDim = config.integer('head_dim');
  const valueDim = config.integer('v_head_dim');
  return llamaLike(context, {
    window: { slides: () => false },
    describe: (index) => `${String(isSliding(index))} ${String(isSparse(index))}`,
    attention: (index, base) => {
      const sliding = isSliding(index);
      return groupedAttention({
        module: `${base.path}self_attn`,
        hidden: base.sizes.hidden,
        queryHeads: sliding ? slidingHeads : heads,
        kvHeads: sliding ? (config.optional('swa_num_key_value_heads') ?? 2 * kvHeads) : kvHeads,
        headDim: sliding ? (config.optional('swa_head_dim') ?? headDim) : headDim,
        valueHeadDim: sliding ? (config.optional('swa_v_head_dim') ?? valueDim) : valueDim,
        qkvBias: bias,
        ...(sliding && window !== undefined ? { window } : {}),
      });
    },
    others: (index, base) => {
      const sliding = isSliding(index);
      const sunk = sliding
        ? config.flag(true, 'add_swa_attention_sink_bias')
        : config.flag(false, 'add_full_attention_sink_bias');
      const rows = sliding ? slidingHeads : heads;
      return sunk ? [vector(`${base.path}self_attn.attention_sink_bias`, rows, 'attention')] : [];
    },
    feedForward: (index, base) => (isSparse(index) ? experts(base) : plainFeedForward(base)),
  });
};
