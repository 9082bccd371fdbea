import type { Family } from '../../family';
import { BERT_BLOCK } from '../../parts/bertTrunk';
import { encoderStack } from '../../parts/encoderStack';
import { encoderTop, NEVER_POOLS } from '../../parts/encoderTop';
import { lookup, matrix, norm, vector } from '../../parts/tensors';
import { labelCount } from '../../parts/head';

/** DistilBERT: BERT without segments and pooler, under names of its own. */
export const distilbert: Family = (context) => {
  const { config } = context;
  const hidden = config.integer('dim');
  const vocabulary = config.integer('vocab_size');
  const positions = config.integer('max_position_embeddings');
  config.understood('seq_classif_dropout', 'qa_dropout', 'sinusoidal_pos_embds', 'tie_weights_');
  const tied = config.flag(true, 'tie_word_embeddings');
  const choice = matrix('pre_classifier', hidden, hidden, 'head', { bias: true });
  const top = encoderTop(context, {
    hidden,
    vocabulary,
    masked: 'bert',
    sequence: 'linear',
    choiceDense: true,
    pools: NEVER_POOLS,
    ownTied: tied ? ['ForMaskedLM'] : [],
    own: {
      ForMaskedLM: [
        ...matrix('vocab_transform', hidden, hidden, 'head', { bias: true }),
        ...norm('vocab_layer_norm', hidden, 'layer', 'head'),
        vector('vocab_projector.bias', vocabulary, 'head'),
        ...(tied ? [] : matrix('vocab_projector', vocabulary, hidden, 'head')),
      ],
      ForSequenceClassification: [
        ...choice,
        ...matrix('classifier', labelCount(config), hidden, 'head', { bias: true }),
      ],
    },
  });
  return {
    kind: 'encoder',
    hidden,
    vocabulary,
    maxContext: positions,
    layers: encoderStack({
      ...BERT_BLOCK,
      path: 'distilbert.transformer.layer.{layer}.',
      layers: config.integer('n_layers'),
      hidden,
      heads: config.integer('n_heads'),
      width: config.integer('hidden_dim'),
      attentionNames: { query: 'q_lin', key: 'k_lin', value: 'v_lin', output: 'out_lin' },
      feedForward: 'ffn',
      feedForwardNames: { up: 'lin1', down: 'lin2' },
      blockNorms: ['sa_layer_norm', 'output_layer_norm'],
    }),
    outside: [
      lookup('distilbert.embeddings.word_embeddings', vocabulary, hidden),
      lookup('distilbert.embeddings.position_embeddings', positions, hidden),
      ...norm('distilbert.embeddings.LayerNorm', hidden, 'layer'),
      ...top.weights,
    ],
    tiedHead: top.tied,
    headKnown: true,
  };
};
