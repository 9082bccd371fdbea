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
  const slides = config.integers('hybrid_layer_pattern') ?? [];
  const window = config.optional('sliding_window', 'sliding_window_size');
  const isSparse = expertLayers(config);
  const experts = deepseekExperts(config, { correctionBias: true });
  const bias = config.flag(false, 'attention_bias');
  config.understood(
    'attention_chunk_size',
    'num_nextn_predict_layers',
    'attention_value_scale',
    'swa_rope_theta',
  );
  const isSliding = (index: number): boolean => slides[index] === 1;
  return llamaLike(context, {
    window: { slides: () => false },
    describe: (index) => `${String(isSliding(index))} ${String(isSparse(index))}`,
    attention: (index, base) => {
      const sliding = isSliding(index);
      const p = sliding ? 'swa_' : '';
      return groupedAttention({
        module: `${base.path}self_attn`,
        hidden: base.sizes.hidden,
        queryHeads: config.integer(`${p}num_attention_heads`),
        kvHeads: config.integer(`${p}num_key_value_heads`),
        headDim: config.integer(`${p}head_dim`),
        valueHeadDim: config.integer(`${p}v_head_dim`),
        qkvBias: bias,
        ...(sliding && window !== undefined ? { window } : {}),
      });
    },
    others: (index, base) => {
      const sunk = config.flag(
        false,
        isSliding(index) ? 'add_swa_attention_sink_bias' : 'add_full_attention_sink_bias',
      );
      const heads = config.integer(isSliding(index) ? 'swa_num_attention_heads' : 'num_attention_heads');
      return sunk ? [vector(`${base.path}self_attn.attention_sink_bias`, heads, 'attention')] : [];
    },
    feedForward: (index, base) => (isSparse(index) ? experts(base) : plainFeedForward(base)),
  });
};
