import type { Family } from '../../family';
import { llamaLike } from '../../parts/llamaLike';
import { slidingExceptEvery } from './slidingPattern';

const FOUR_NORMS = [
  'input_layernorm',
  'post_attention_layernorm',
  'pre_feedforward_layernorm',
  'post_feedforward_layernorm',
];

export const gemma: Family = (context) => {
  const bias = context.config.flag(false, 'attention_bias');
  context.config.understood('use_bidirectional_attention');
  return llamaLike(context, { qkvBias: bias, outBias: bias });
};

/** Gemma 2: norms before and after each half, every other layer slides. */
export const gemma2: Family = (context) => {
  const bias = context.config.flag(false, 'attention_bias');
  context.config.understood('use_bidirectional_attention');
  return llamaLike(context, {
    qkvBias: bias,
    outBias: bias,
    blockNorms: FOUR_NORMS,
    window: { slides: (index) => index % 2 === 0 },
  });
};

/** Gemma 3, text: five sliding layers to one that sees everything, and norms on query and key. */
export const gemma3Text: Family = (context) => {
  const bias = context.config.flag(false, 'attention_bias');
  context.config.understood('use_bidirectional_attention');
  return llamaLike(context, {
    qkvBias: bias,
    outBias: bias,
    qkNorm: 'head',
    blockNorms: FOUR_NORMS,
    window: slidingExceptEvery(context.config, 6),
  });
};
