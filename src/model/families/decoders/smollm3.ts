import type { Family } from '../../family';
import { llamaLike } from '../../parts/llamaLike';

/** SmolLM3: Llama that leaves rotary positions out of every fourth layer, which stores nothing. */
export const smollm3: Family = (context) => {
  const { config } = context;
  const bias = config.flag(false, 'attention_bias');
  config.understood('no_rope_layer_interval', 'no_rope_layers', 'max_window_layers');
  return llamaLike(context, { qkvBias: bias, outBias: bias, mlpBias: config.flag(false, 'mlp_bias') });
};
