import type { Family } from '../../family';
import { gptLike } from '../../parts/gptLike';
import { transformerSizes } from '../../parts/sizes';
import { matrix } from '../../parts/tensors';

/** GPT-NeoX and Pythia: rotary, two norms a block, biases everywhere but the head. */
export const gptNeox: Family = ({ config, architecture, modelType }) => {
  // Open Assistant's reward models: the trunk with one number on top.
  const reward = modelType === 'gpt_neox_reward_model';
  const sizes = transformerSizes(config);
  const bias = config.flag(true, 'attention_bias');
  config.understood('use_parallel_residual', 'pooling');
  return gptLike(config, {
    architecture,
    sizes: { ...sizes, kvHeads: sizes.heads },
    width: config.integer('intermediate_size'),
    maxContext: config.optional('max_position_embeddings') ?? null,
    qkvBias: bias,
    outBias: bias,
    mlpBias: true,
    layer: 'gpt_neox.layers.{layer}.',
    attention: 'attention',
    fused: 'query_key_value',
    attentionNames: { output: 'dense' },
    feedForward: 'mlp',
    feedForwardNames: { up: 'dense_h_to_4h', down: 'dense_4h_to_h' },
    blockNorms: ['input_layernorm', 'post_attention_layernorm'],
    outerNorms: ['gpt_neox.final_layer_norm'],
    embedding: 'gpt_neox.embed_in',
    headModule: 'embed_out',
    headAbsent: reward,
    outside: reward ? matrix('out_proj', 1, sizes.hidden, 'head', { bias: true }) : [],
  });
};
