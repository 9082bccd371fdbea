import type { Family } from '../../family';
import { BERT_BLOCK } from '../../parts/bertTrunk';
import { encoderStack } from '../../parts/encoderStack';
import { encoderTop, ROBERTA_POOLS } from '../../parts/encoderTop';
import { lookup, norm } from '../../parts/tensors';

/** MPNet: RoBERTa's build with one small table of relative positions for all layers. */
export const mpnet: Family = (context) => {
  const { config } = context;
  const hidden = config.integer('hidden_size');
  const vocabulary = config.integer('vocab_size');
  const positions = config.integer('max_position_embeddings');
  const heads = config.integer('num_attention_heads');
  const top = encoderTop(context, {
    hidden,
    vocabulary,
    masked: 'roberta',
    sequence: 'dense',
    pools: ROBERTA_POOLS,
    poolerName: 'mpnet.pooler.dense',
  });
  return {
    kind: 'encoder',
    hidden,
    vocabulary,
    maxContext: positions,
    layers: encoderStack({
      ...BERT_BLOCK,
      path: 'mpnet.encoder.layer.{layer}.',
      layers: config.integer('num_hidden_layers'),
      hidden,
      heads,
      width: config.integer('intermediate_size'),
      attentionNames: { query: 'attn.q', key: 'attn.k', value: 'attn.v', output: 'attn.o' },
      blockNorms: ['attention.LayerNorm', 'output.LayerNorm'],
    }),
    outside: [
      lookup('mpnet.embeddings.word_embeddings', vocabulary, hidden),
      lookup('mpnet.embeddings.position_embeddings', positions, hidden),
      ...norm('mpnet.embeddings.LayerNorm', hidden, 'layer'),
      lookup(
        'mpnet.encoder.relative_attention_bias',
        config.integer('relative_attention_num_buckets'),
        heads,
        'attention',
      ),
      ...top.weights,
    ],
    tiedHead: top.tied,
    headKnown: true,
  };
};
