import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { lookup, matrix, norm, vector } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';
import { labelCount } from '../../parts/head';

/** DistilBERT: BERT without segments and pooler, under names of its own. */
export const distilbert: Family = ({ config, architecture, notes }) => {
  const hidden = config.integer('dim');
  const vocabulary = config.integer('vocab_size');
  const positions = config.integer('max_position_embeddings');
  const classes = labelCount(config);
  config.understood('seq_classif_dropout', 'qa_dropout', 'sinusoidal_pos_embds', 'tie_weights_');
  const head = ((): WeightTensor[] => {
    if (/ForMaskedLM$/.test(architecture)) {
      return [
        ...matrix('vocab_transform', hidden, hidden, 'head', { bias: true }),
        ...norm('vocab_layer_norm', hidden, 'layer', 'head'),
        vector('vocab_projector.bias', vocabulary, 'head'),
      ];
    }
    if (/ForSequenceClassification$/.test(architecture)) {
      return [
        ...matrix('pre_classifier', hidden, hidden, 'head', { bias: true }),
        ...matrix('classifier', classes, hidden, 'head', { bias: true }),
      ];
    }
    if (/ForTokenClassification$/.test(architecture))
      return matrix('classifier', classes, hidden, 'head', { bias: true });
    if (/ForQuestionAnswering$/.test(architecture))
      return matrix('qa_outputs', classes, hidden, 'head', { bias: true });
    if (!/Model$/.test(architecture))
      notes.doubt('unknown-head', 'The architecture is not said or not known: counted is the trunk.');
    return [];
  })();
  return {
    kind: 'encoder',
    hidden,
    vocabulary,
    maxContext: positions,
    layers: encoderStack({
      path: 'distilbert.transformer.layer.{layer}.',
      layers: config.integer('n_layers'),
      hidden,
      heads: config.integer('n_heads'),
      width: config.integer('hidden_dim'),
      qkvBias: true,
      outBias: true,
      mlpBias: true,
      attention: 'attention',
      attentionNames: { query: 'q_lin', key: 'k_lin', value: 'v_lin', output: 'out_lin' },
      feedForward: 'ffn',
      feedForwardNames: { up: 'lin1', down: 'lin2' },
      blockNorms: ['sa_layer_norm', 'output_layer_norm'],
    }),
    outside: [
      lookup('distilbert.embeddings.word_embeddings', vocabulary, hidden),
      lookup('distilbert.embeddings.position_embeddings', positions, hidden),
      ...norm('distilbert.embeddings.LayerNorm', hidden, 'layer'),
      ...head,
    ],
    tiedHead: /ForMaskedLM$/.test(architecture),
  };
};
