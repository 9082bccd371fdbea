import type { Family } from '../../family';
import { groupedAttention } from '../../parts/groupedAttention';
import { llamaLike } from '../../parts/llamaLike';
import { vector } from '../../parts/tensors';

/** Baichuan M1: sliding layers with heads of their own, and a short convolution over keys and values. */
export const baichuanM1: Family = (context) => {
  const { config } = context;
  const sliding = new Set(config.integers('sliding_window_layers') ?? []);
  const window = config.optional('sliding_window');
  const kernel = config.integerOr(2, 'conv_window');
  const heads = config.integer('num_attention_heads');
  const kvHeads = config.integer('num_key_value_heads');
  const slidingHeads = config.optional('num_swa_attention_heads') ?? heads;
  const slidingKv = config.optional('num_swa_key_value_heads') ?? kvHeads;
  const kvOf = (index: number): number => (sliding.has(index) ? slidingKv : kvHeads);
  return llamaLike(context, {
    window: { slides: () => false },
    describe: (index) => String(sliding.has(index)),
    attention: (index, base) => {
      const count = sliding.has(index) ? slidingHeads : heads;
      return groupedAttention({
        module: `${base.path}self_attn`,
        hidden: base.sizes.hidden,
        queryHeads: count,
        kvHeads: kvOf(index),
        headDim: base.sizes.hidden / count,
        fused: 'W_pack',
        ...(sliding.has(index) && window !== undefined ? { window } : {}),
      });
    },
    others: (index, base) =>
      ['conv_k', 'conv_v'].map((name) =>
        vector(`${base.path}self_attn.${name}`, [1, 1, kvOf(index), 1, kernel], 'attention'),
      ),
  });
};
