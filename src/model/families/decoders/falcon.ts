import type { Family } from '../../family';
import { gptLike } from '../../parts/gptLike';
import { transformerSizes } from '../../parts/sizes';

/** Falcon in both builds, and its first releases under the name RefinedWeb. */
export const falcon: Family = ({ config, architecture, modelType }) => {
  const legacy = modelType !== 'falcon';
  const sizes = transformerSizes(config);
  const grouped = config.flag(legacy && config.says('n_head_kv'), 'new_decoder_architecture');
  const multiQuery = config.flag(legacy && !grouped, 'multi_query');
  const parallel = config.flag(true, 'parallel_attn');
  const bias = config.flag(false, 'bias');
  const norms = config.optional('num_ln_in_parallel_attn') ?? (grouped ? 2 : 1);
  config.understood('alibi');
  const blockNorms =
    grouped && norms === 2
      ? ['ln_attn', 'ln_mlp']
      : parallel
        ? ['input_layernorm']
        : ['input_layernorm', 'post_attention_layernorm'];
  return gptLike(config, {
    architecture,
    sizes: { ...sizes, kvHeads: grouped ? sizes.kvHeads : multiQuery ? 1 : sizes.heads },
    width: config.optional('ffn_hidden_size') ?? 4 * sizes.hidden,
    maxContext: config.optional('max_position_embeddings') ?? null,
    qkvBias: bias,
    outBias: bias,
    mlpBias: bias,
    layer: 'transformer.h.{layer}.',
    attention: 'self_attention',
    fused: 'query_key_value',
    attentionNames: { output: 'dense' },
    feedForward: 'mlp',
    feedForwardNames: { up: 'dense_h_to_4h', down: 'dense_4h_to_h' },
    blockNorms,
    outerNorms: ['transformer.ln_f'],
    embedding: 'transformer.word_embeddings',
    // The class ties by default, and published checkpoints store a head of their own: it stays a doubt.
    tiedFallback: !legacy,
  });
};
