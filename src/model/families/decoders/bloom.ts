import type { Family } from '../../family';
import { gptLike } from '../../parts/gptLike';
import { transformerSizes } from '../../parts/sizes';

/** BLOOM: ALiBi positions, a norm on the embedding, biases everywhere. */
export const bloom: Family = ({ config, architecture }) => {
  const sizes = transformerSizes(config);
  config.understood(
    'masked_softmax_fusion',
    'slow_but_exact',
    'offset_alibi',
    'skip_bias_add',
    'skip_bias_add_qkv',
    'n_inner',
    'apply_residual_connection_post_layernorm',
  );
  return gptLike(config, {
    architecture,
    sizes,
    width: 4 * sizes.hidden,
    maxContext: config.optional('seq_length') ?? null,
    qkvBias: true,
    outBias: true,
    mlpBias: true,
    layer: 'h.{layer}.',
    attention: 'self_attention',
    fused: 'query_key_value',
    attentionNames: { output: 'dense' },
    feedForward: 'mlp',
    feedForwardNames: { up: 'dense_h_to_4h', down: 'dense_4h_to_h' },
    blockNorms: ['input_layernorm', 'post_attention_layernorm'],
    outerNorms: ['word_embeddings_layernorm', 'ln_f'],
    embedding: 'word_embeddings',
  });
};
