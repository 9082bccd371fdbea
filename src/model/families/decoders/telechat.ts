import type { Family } from '../../family';
import { denseWeights } from '../../parts/feedForward';
import { llamaLike } from '../../parts/llamaLike';
import { matrix, vector } from '../../parts/tensors';

/** TeleChat 1 and 2: keys and values in one matrix, biases on what leaves each half alone. */
export const telechat: Family = (context) => {
  const { config } = context;
  const width = config.integer('ffn_hidden_size', 'intermediate_size');
  if (config.flag(false, 'embed_layernorm'))
    context.notes.doubt('embedding-norm', 'A norm on the embedding is not known in this family.');
  config.understood(
    'apply_residual_connection_post_layernorm',
    'training_seqlen',
    'base_seqlen',
    'skip_bias_add',
    'hidden_dropout',
    'unk_token_id',
    'offset_alibi',
    'hidden_layers',
    'logn',
    'slow_but_exact',
  );
  return llamaLike(context, {
    prefix: 'transformer.',
    layersName: 'h',
    embedding: 'word_embeddings',
    finalNorm: 'ln_f',
    attention: (_, base) => {
      const { hidden, heads, kvHeads, headDim } = base.sizes;
      const module = `${base.path}self_attention`;
      return {
        mixer: {
          kind: 'attention',
          queryHeads: heads,
          kvHeads,
          keyHeadDim: headDim,
          valueHeadDim: headDim,
          causal: true,
        },
        weights: [
          ...matrix(`${module}.query`, heads * headDim, hidden, 'attention'),
          ...matrix(`${module}.key_value`, 2 * kvHeads * headDim, hidden, 'attention'),
          ...matrix(`${module}.dense`, hidden, heads * headDim, 'attention', { bias: true }),
        ],
      };
    },
    feedForward: (_, base) => ({
      feedForward: { kind: 'dense', matrices: 3, width },
      weights: [
        ...denseWeights({ module: `${base.path}mlp`, hidden: base.sizes.hidden, width }),
        vector(`${base.path}mlp.down_proj.bias`, base.sizes.hidden, 'feedForward'),
      ],
    }),
  });
};
