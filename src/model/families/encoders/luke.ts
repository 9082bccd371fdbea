import type { Family } from '../../family';
import { bertTrunk } from '../../parts/bertTrunk';
import type { EncoderTop } from '../../parts/encoderTop';
import { labelCount } from '../../parts/head';
import { lookup, matrix, norm, vector } from '../../parts/tensors';

/** LUKE: RoBERTa with a table of entities beside that of words, and queries of their own between the two. */
export const luke: Family = (context) => {
  const { config, architecture, notes } = context;
  const hidden = config.integer('hidden_size');
  const vocabulary = config.integer('vocab_size');
  const entities = config.integer('entity_vocab_size');
  const narrow = config.integer('entity_emb_size');
  const positions = config.integer('max_position_embeddings');
  const segments = config.integer('type_vocab_size');
  const aware = config.flag(true, 'use_entity_aware_attention');
  const classes = labelCount(config);
  config.understood('bert_model_name', 'tie_word_embeddings');
  const masked = architecture.endsWith('ForMaskedLM');
  if (masked)
    notes.doubt(
      'tied-head-unclear',
      'Releases of the public implementation differ in whether the head over words is tied; it is counted.',
    );
  const options: Omit<EncoderTop, 'hidden' | 'vocabulary'> = {
    masked: 'roberta',
    sequence: 'linear',
    pools: /(?:ForSequenceClassification|ForMultipleChoice|ForMaskedLM|ForEntity\w*Classification|Model)$/,
    poolerName: 'luke.pooler.dense',
    alwaysPools: masked,
    own: {
      ForEntityClassification: matrix('classifier', classes, hidden, 'head', { bias: true }),
      ForEntityPairClassification: matrix('classifier', classes, 2 * hidden, 'head'),
      ForEntitySpanClassification: matrix('classifier', classes, 3 * hidden, 'head', { bias: true }),
      ForMaskedLM: [
        ...matrix('lm_head.dense', hidden, hidden, 'head', { bias: true }),
        ...norm('lm_head.layer_norm', hidden, 'layer', 'head'),
        vector('lm_head.bias', vocabulary, 'head'),
        ...matrix('lm_head.decoder', vocabulary, hidden, 'head'),
        ...matrix('entity_predictions.transform.dense', narrow, hidden, 'head', { bias: true }),
        ...norm('entity_predictions.transform.LayerNorm', narrow, 'layer', 'head'),
        vector('entity_predictions.bias', entities, 'head'),
      ],
    },
  };
  const path = 'luke.encoder.layer.{layer}.attention.self.';
  const base = 'luke.entity_embeddings.';
  return bertTrunk(context, {
    prefix: 'luke.',
    top: options,
    others: () =>
      aware
        ? ['w2e_query', 'e2w_query', 'e2e_query'].flatMap((name) =>
            matrix(path + name, hidden, hidden, 'attention', { bias: true }),
          )
        : [],
    extra: () => [
      lookup(`${base}entity_embeddings`, entities, narrow),
      ...(narrow === hidden ? [] : matrix(`${base}entity_embedding_dense`, hidden, narrow, 'embedding')),
      lookup(`${base}position_embeddings`, positions, hidden),
      lookup(`${base}token_type_embeddings`, segments, hidden),
      ...norm(`${base}LayerNorm`, hidden, 'layer'),
    ],
  });
};
