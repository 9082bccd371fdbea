import type { Family } from '../../family';
import { expertFeedForward } from '../../parts/feedForward';
import { llamaLike } from '../../parts/llamaLike';
import { slidingExceptEvery } from './slidingPattern';

/** OLMo 1: norms without weights. */
export const olmo: Family = (context) => {
  const bias = context.config.flag(false, 'attention_bias');
  context.config.understood('clip_qkv');
  return llamaLike(context, { norm: 'none', qkvBias: bias, outBias: bias });
};

const POST_NORMS = ['post_attention_layernorm', 'post_feedforward_layernorm'];

/** OLMo 2 and 3: norms after each half and over all heads' queries and keys; in 3 three of four layers slide. */
export const olmo2: Family = (context) => {
  const bias = context.config.flag(false, 'attention_bias');
  const window = context.modelType === 'olmo3' ? { window: slidingExceptEvery(context.config, 4) } : {};
  return llamaLike(context, {
    blockNorms: POST_NORMS,
    qkNorm: 'full',
    qkvBias: bias,
    outBias: bias,
    ...window,
  });
};

/** OLMoE: norms over all heads, experts in every layer. */
export const olmoe: Family = (context) => {
  const { config } = context;
  const bias = config.flag(false, 'attention_bias');
  const experts = config.integer('num_experts');
  const expertsPerToken = config.integer('num_experts_per_tok');
  const width = config.integer('intermediate_size');
  config.understood('clip_qkv');
  return llamaLike(context, {
    qkNorm: 'full',
    qkvBias: bias,
    outBias: bias,
    feedForward: (_, base) =>
      expertFeedForward({
        module: `${base.path}mlp`,
        hidden: base.sizes.hidden,
        width,
        experts,
        expertsPerToken,
      }),
  });
};
