import type { Family } from '../../family';
import { llamaLike } from '../../parts/llamaLike';

/** Llama 1 to 3 and the many models published under its name. */
export const llama: Family = (context) => {
  const bias = context.config.flag(false, 'attention_bias');
  return llamaLike(context, {
    qkvBias: bias,
    outBias: bias,
    mlpBias: context.config.flag(false, 'mlp_bias'),
  });
};
