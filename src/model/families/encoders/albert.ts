import type { Family } from '../../family';
import { BERT_BLOCK } from '../../parts/bertTrunk';
import { encoderStack } from '../../parts/encoderStack';
import { encoderTop, maskedHead, NEVER_POOLS } from '../../parts/encoderTop';
import { labelCount } from '../../parts/head';
import { lookup, matrix, norm } from '../../parts/tensors';

/** ALBERT: all layers of a group share one set of weights, so a model of twelve layers may store one. */
export const albert: Family = (context) => {
  const { config } = context;
  const hidden = config.integer('hidden_size');
  const embedding = config.integer('embedding_size');
  const vocabulary = config.integer('vocab_size');
  const positions = config.integer('max_position_embeddings');
  const groups = config.integerOr(1, 'num_hidden_groups');
  const inner = config.integerOr(1, 'inner_group_num');
  config.understood(
    'num_hidden_layers',
    'net_structure_type',
    'gap_size',
    'num_memory_blocks',
    'down_scale_factor',
  );
  const common = { hidden, vocabulary, embedding, masked: 'bert', sequence: 'linear' } as const;
  const predictions = maskedHead(context, { ...common, pools: NEVER_POOLS });
  const top = encoderTop(context, {
    ...common,
    pools: /(?:ForSequenceClassification|ForMultipleChoice|ForPreTraining|Model)$/,
    poolerName: 'albert.pooler',
    ownTied: predictions.tied ? ['ForPreTraining'] : [],
    own: {
      ForPreTraining: [
        ...predictions.weights,
        ...matrix('sop_classifier.classifier', labelCount(config), hidden, 'head', { bias: true }),
      ],
    },
  });
  const path = 'albert.encoder.albert_layer_groups.{layer}.';
  return {
    kind: 'encoder',
    hidden,
    vocabulary,
    maxContext: positions,
    layers: encoderStack({
      ...BERT_BLOCK,
      path,
      layers: groups * inner,
      hidden,
      heads: config.integer('num_attention_heads'),
      width: config.integer('intermediate_size'),
      attentionNames: { query: 'query', key: 'key', value: 'value', output: 'dense' },
      feedForwardNames: { up: 'ffn', down: 'ffn_output' },
      blockNorms: ['attention.LayerNorm', 'full_layer_layer_norm'],
    }),
    outside: [
      lookup('albert.embeddings.word_embeddings', vocabulary, embedding),
      lookup('albert.embeddings.position_embeddings', positions, embedding),
      lookup('albert.embeddings.token_type_embeddings', config.integer('type_vocab_size'), embedding),
      ...norm('albert.embeddings.LayerNorm', embedding, 'layer'),
      ...matrix('albert.encoder.embedding_hidden_mapping_in', hidden, embedding, 'embedding', { bias: true }),
      ...top.weights,
    ],
    tiedHead: top.tied,
    headKnown: true,
  };
};
