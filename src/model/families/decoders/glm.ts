import type { Family } from '../../family';
import { llamaLike, plainFeedForward } from '../../parts/llamaLike';
import { transformerSizes } from '../../parts/sizes';
import { deepseekExperts, expertLayers } from './deepseek';

/** GLM-4 9B in the form that transformers ships: biases on query, key and value, gate and up in one matrix. */
export const glm: Family = (context) =>
  llamaLike(context, { qkvBias: context.config.flag(false, 'attention_bias') });

/** GLM-4-0414: the same with four norms a block. */
export const glm4: Family = (context) =>
  llamaLike(context, {
    qkvBias: context.config.flag(false, 'attention_bias'),
    blockNorms: [
      'input_layernorm',
      'post_attention_layernorm',
      'post_self_attn_layernorm',
      'post_mlp_layernorm',
    ],
  });

/** GLM-4.5: grouped attention, DeepSeek's experts. */
export const glm4Moe: Family = (context) => {
  const { config } = context;
  config.understood('num_nextn_predict_layers');
  const isSparse = expertLayers(config);
  const experts = deepseekExperts(config, { correctionBias: true });
  return llamaLike(context, {
    // The class's own width does not divide over its heads.
    sizes: transformerSizes(config, true),
    qkvBias: config.flag(false, 'attention_bias'),
    qkNorm: config.flag(false, 'use_qk_norm') ? 'head' : 'none',
    describe: (index) => String(isSparse(index)),
    feedForward: (index, base) => (isSparse(index) ? experts(base) : plainFeedForward(base)),
  });
};
