import type { Family } from '../../family';
import { gptLike } from '../../parts/gptLike';
import { transformerSizes } from '../../parts/sizes';

/** XGLM: sinusoids, biases everywhere. */
export const xglm: Family = ({ config, architecture }) => {
  const sizes = transformerSizes(config);
  config.understood('attention_heads');
  return gptLike(config, {
    architecture,
    sizes: { ...sizes, kvHeads: sizes.heads },
    width: config.integer('ffn_dim'),
    maxContext: config.optional('max_position_embeddings') ?? null,
    qkvBias: true,
    outBias: true,
    mlpBias: true,
    layer: 'model.layers.{layer}.',
    attention: 'self_attn',
    attentionNames: { output: 'out_proj' },
    feedForward: '',
    feedForwardNames: { up: 'fc1', down: 'fc2' },
    blockNorms: ['self_attn_layer_norm', 'final_layer_norm'],
    outerNorms: ['model.layer_norm'],
    embedding: 'model.embed_tokens',
  });
};
