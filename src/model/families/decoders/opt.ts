import type { Family } from '../../family';
import { gptLike } from '../../parts/gptLike';
import { transformerSizes } from '../../parts/sizes';
import { matrix } from '../../parts/tensors';

/** The position table of OPT starts with two rows that no position uses. */
const POSITION_OFFSET = 2;

/** OPT: learned positions, biases by one switch, a narrower embedding with projections in the 350M model. */
export const opt: Family = ({ config, architecture }) => {
  const sizes = transformerSizes(config);
  const positions = config.integer('max_position_embeddings');
  const bias = config.flag(true, 'enable_bias');
  const affine = config.flag(true, 'layer_norm_elementwise_affine');
  const finalNorm =
    config.flag(true, 'do_layer_norm_before') && !config.flag(false, '_remove_final_layer_norm');
  const embedding = config.optional('word_embed_proj_dim') ?? sizes.hidden;
  const model = gptLike(config, {
    architecture,
    sizes: { ...sizes, kvHeads: sizes.heads },
    width: config.integer('ffn_dim'),
    maxContext: positions,
    positions: positions + POSITION_OFFSET,
    positionTable: 'model.decoder.embed_positions',
    qkvBias: bias,
    outBias: bias,
    mlpBias: bias,
    norm: affine ? 'layer' : 'none',
    layer: 'model.decoder.layers.{layer}.',
    attention: 'self_attn',
    attentionNames: { output: 'out_proj' },
    feedForward: '',
    feedForwardNames: { up: 'fc1', down: 'fc2' },
    blockNorms: ['self_attn_layer_norm', 'final_layer_norm'],
    outerNorms: finalNorm ? ['model.decoder.final_layer_norm'] : [],
    embedding: 'model.decoder.embed_tokens',
  });
  if (embedding === sizes.hidden) return model;
  const narrow = model.outside.map((tensor) =>
    (tensor.part === 'head' && tensor.role === 'linear') ||
    tensor.name === 'model.decoder.embed_tokens.weight'
      ? { ...tensor, shape: [tensor.shape[0] ?? 0, embedding] }
      : tensor,
  );
  return {
    ...model,
    outside: [
      ...narrow,
      ...matrix('model.decoder.project_out', embedding, sizes.hidden, 'other'),
      ...matrix('model.decoder.project_in', sizes.hidden, embedding, 'other'),
    ],
  };
};
