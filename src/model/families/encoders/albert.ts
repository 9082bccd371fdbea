import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { lookup, matrix, norm, vector } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';

/** ALBERT: all layers of a group share one set of weights, so a model of twelve layers may store one. */
export const albert: Family = ({ config, architecture, notes }) => {
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
  const masked = /ForMaskedLM$/.test(architecture);
  if (!masked && !/Model$/.test(architecture))
    notes.doubt(
      'unknown-head',
      'The architecture is not said or not known: counted is the trunk with its pooler.',
    );
  const head: WeightTensor[] = masked
    ? [
        ...matrix('predictions.dense', embedding, hidden, 'head', { bias: true }),
        ...norm('predictions.LayerNorm', embedding, 'layer'),
        vector('predictions.bias', vocabulary, 'head'),
      ]
    : matrix('pooler', hidden, hidden, 'other', { bias: true });
  const path = 'albert.encoder.albert_layer_groups.{layer}.';
  return {
    kind: 'encoder',
    hidden,
    vocabulary,
    maxContext: positions,
    layers: encoderStack({
      path,
      layers: groups * inner,
      hidden,
      heads: config.integer('num_attention_heads'),
      width: config.integer('intermediate_size'),
      qkvBias: true,
      outBias: true,
      mlpBias: true,
      attention: 'attention',
      attentionNames: { query: 'query', key: 'key', value: 'value', output: 'dense' },
      feedForward: '',
      feedForwardNames: { up: 'ffn', down: 'ffn_output' },
      blockNorms: ['attention.LayerNorm', 'full_layer_layer_norm'],
    }),
    outside: [
      lookup('albert.embeddings.word_embeddings', vocabulary, embedding),
      lookup('albert.embeddings.position_embeddings', positions, embedding),
      lookup('albert.embeddings.token_type_embeddings', config.integer('type_vocab_size'), embedding),
      ...norm('albert.embeddings.LayerNorm', embedding, 'layer'),
      ...matrix('albert.encoder.embedding_hidden_mapping_in', hidden, embedding, 'embedding', { bias: true }),
      ...head,
    ],
    tiedHead: masked,
  };
};
