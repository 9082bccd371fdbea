import type { Family } from '../../family';
import { llamaLike } from '../../parts/llamaLike';
import { upperLayersSlide } from './qwenWindow';

/** Qwen3 dense: no biases unless asked for, and a norm on every head's query and key. */
export const qwen3: Family = (context) => {
  const bias = context.config.flag(false, 'attention_bias');
  return llamaLike(context, {
    qkvBias: bias,
    outBias: bias,
    qkNorm: 'head',
    window: upperLayersSlide(context.config),
  });
};
