import type { Family } from '../../family';
import { llamaLike } from '../../parts/llamaLike';
import { slidingExceptEvery } from './slidingPattern';

/** Command R: attention and feed-forward behind one norm that stores a scale alone. */
export const cohere: Family = (context) => {
  const bias = context.config.flag(false, 'attention_bias');
  context.config.understood('logit_scale');
  return llamaLike(context, {
    blockNorms: ['input_layernorm'],
    qkvBias: bias,
    outBias: bias,
    qkNorm: context.config.flag(false, 'use_qk_norm') ? 'full' : 'none',
  });
};

/** Command R7B and A: three sliding layers to one that sees everything. */
export const cohere2: Family = (context) => {
  const bias = context.config.flag(false, 'attention_bias');
  context.config.understood(
    'logit_scale',
    'layer_switch',
    'order_of_interleaved_layers',
    'rotary_pct',
    'use_embedding_sharing',
    'use_gated_activation',
    'use_parallel_block',
    'use_parallel_embedding',
    'use_qk_norm',
    'position_embedding_type',
  );
  return llamaLike(context, {
    blockNorms: ['input_layernorm'],
    qkvBias: bias,
    outBias: bias,
    window: slidingExceptEvery(context.config, 4),
  });
};
