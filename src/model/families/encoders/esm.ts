import type { Family } from '../../family';
import { bertTrunk } from '../../parts/bertTrunk';
import { matrix, norm } from '../../parts/tensors';

/** ESM: proteins letter by letter; norms before each half, and a small head that says which letters touch. */
export const esm: Family = (context) => {
  const { config } = context;
  const heads = config.integer('num_attention_heads');
  const layers = config.integer('num_hidden_layers');
  const rotary = config.text('position_embedding_type') !== 'absolute';
  config.understood('token_dropout', 'vocab_list', 'esmfold_config');
  if (config.flag(false, 'is_folding_model'))
    context.notes.doubt('unknown-head', 'The part that folds the protein is not counted.');
  return bertTrunk(context, {
    prefix: 'esm.',
    segments: 0,
    ...(rotary ? { positions: 0 } : {}),
    noEmbeddingNorm: true,
    blockNorms: ['attention.LayerNorm', 'LayerNorm'],
    top: {
      masked: 'roberta',
      sequence: 'dense',
      pools: /Model$/,
      untiedBias: false,
      poolerName: 'esm.pooler.dense',
    },
    extra: ({ hidden }) => [
      ...(config.flag(false, 'emb_layer_norm_before')
        ? norm('esm.embeddings.layer_norm', hidden, 'layer')
        : []),
      ...norm('esm.encoder.emb_layer_norm_after', hidden, 'layer'),
      ...matrix('esm.contact_head.regression', 1, heads * layers, 'other', { bias: true }),
    ],
  });
};
