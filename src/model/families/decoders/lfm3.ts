import type { Family } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { llamaLike, plainAttention } from '../../parts/llamaLike';
import { matrix } from '../../parts/tensors';
import { shortConvolution } from './lfm2';

/** LFM3: short convolutions between attention layers that slide or see everything, with a gate on every head. */
export const lfm3: Family = (context) => {
  const { config } = context;
  const types = config.texts('layer_types');
  const typeOf = (index: number): string => {
    if (types !== undefined) return types[index] ?? '';
    if (index % 4 === 2) return 'full_attention';
    return index % 4 === 0 && index > 0 ? 'sliding_attention' : 'conv';
  };
  const bias = config.flag(false, 'attention_bias');
  const gated = config.flag(true, 'use_attention_gate');
  const width = config.integer('intermediate_size');
  return llamaLike(context, {
    blockNorms: [
      'operator_norm',
      'ffn_norm',
      ...(config.flag(true, 'use_sandwich_norm') ? ['post_operator_norm', 'post_ffn_norm'] : []),
    ],
    finalNorm: 'embedding_norm',
    window: { slides: (index) => typeOf(index) === 'sliding_attention' },
    describe: typeOf,
    attention: (index, base) => {
      if (typeOf(index) === 'conv') return shortConvolution(config, base);
      const block = plainAttention(index, base, { qkNorm: 'head', qkvBias: bias, outBias: bias });
      const { heads, hidden } = base.sizes;
      const gate = gated ? matrix(`${base.path}self_attn.g_proj`, heads, hidden, 'attention') : [];
      return { ...block, weights: [...block.weights, ...gate] };
    },
    feedForward: (_, base) =>
      denseFeedForward({
        module: `${base.path}feed_forward`,
        hidden: base.sizes.hidden,
        width,
        names: { gate: 'w1', up: 'w3', down: 'w2' },
      }),
  });
};
