import type { Family } from '../../family';
import { gptLike } from '../../parts/gptLike';
import { transformerSizes } from '../../parts/sizes';

/** EXAONE 3 and 3.5: Llama's block under GPT's names. */
export const exaone: Family = ({ config, architecture }) => {
  const sizes = transformerSizes(config);
  return gptLike(config, {
    architecture,
    sizes,
    width: config.integer('intermediate_size'),
    maxContext: config.optional('max_position_embeddings') ?? null,
    qkvBias: false,
    outBias: false,
    mlpBias: false,
    gated: true,
    norm: 'rms',
    layer: 'transformer.h.{layer}.',
    attention: 'attn.attention',
    attentionNames: { output: 'out_proj' },
    feedForward: 'mlp',
    feedForwardNames: { gate: 'c_fc_0', up: 'c_fc_1', down: 'c_proj' },
    blockNorms: ['ln_1', 'ln_2'],
    outerNorms: ['transformer.ln_f'],
  });
};
