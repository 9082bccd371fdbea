import type { Family } from '../../family';
import { BERT_BLOCK } from '../../parts/bertTrunk';
import { encoderStack } from '../../parts/encoderStack';
import { encoderTop } from '../../parts/encoderTop';
import { lookup, matrix, norm } from '../../parts/tensors';

/** Architectures that look at the first token through a dense layer of its own. */
const POOLS = /ForSequenceClassification$|ForMultipleChoice$/;

/** DeBERTa v2 and v3: relative positions in one table for all layers, shared with the keys' projections unless said. */
export const debertaV2: Family = (context) => {
  const { config, architecture } = context;
  const hidden = config.integer('hidden_size');
  const vocabulary = config.integer('vocab_size');
  const positions = config.integer('max_position_embeddings');
  const segments = config.integerOr(0, 'type_vocab_size');
  const relative = config.flag(false, 'relative_attention');
  const buckets = config.optional('position_buckets') ?? -1;
  const maxRelative = config.optional('max_relative_positions') ?? -1;
  const reach = buckets > 0 ? buckets : maxRelative < 1 ? positions : maxRelative;
  const kernel = config.integerOr(0, 'conv_kernel_size');
  const embedding = config.optional('embedding_size') ?? hidden;
  const groups = Math.max(1, config.integerOr(1, 'conv_groups'));
  const normed = (config.text('norm_rel_ebd') ?? 'none').includes('layer_norm');
  if (!config.flag(true, 'legacy') && /ForMaskedLM$/.test(architecture))
    context.notes.doubt('unknown-head', 'Releases differ in what the newer head of this class stores.');
  config.understood('conv_act', 'attention_head_size');
  const pooled = config.optional('pooler_hidden_size') ?? hidden;
  if (pooled !== hidden && POOLS.test(architecture))
    context.notes.doubt('unknown-key', 'A pooler of another width than the model’s is not known.');
  const top = encoderTop(context, {
    hidden,
    vocabulary,
    embedding,
    masked: 'bert',
    // The newer head multiplies by the embedding whatever the file says.
    ...(config.flag(true, 'legacy') ? {} : { alwaysTied: true }),
    sequence: 'linear',
    pools: POOLS,
  });
  const path = 'deberta.encoder.layer.{layer}.';
  const ownProjections =
    relative && !config.flag(false, 'share_att_key') ? positionKinds(config.value('pos_att_type')) : [];
  return {
    kind: 'encoder',
    hidden,
    vocabulary,
    maxContext: positions,
    layers: encoderStack({
      ...BERT_BLOCK,
      path,
      layers: config.integer('num_hidden_layers'),
      hidden,
      heads: config.integer('num_attention_heads'),
      width: config.integer('intermediate_size'),
      attentionNames: {
        query: 'self.query_proj',
        key: 'self.key_proj',
        value: 'self.value_proj',
        output: 'output.dense',
      },
      others: () =>
        ownProjections.flatMap((name) =>
          matrix(`${path}attention.self.${name}`, hidden, hidden, 'attention', { bias: true }),
        ),
    }),
    outside: [
      lookup('deberta.embeddings.word_embeddings', vocabulary, embedding),
      ...(config.flag(true, 'position_biased_input')
        ? [lookup('deberta.embeddings.position_embeddings', positions, embedding)]
        : []),
      ...(segments > 0 ? [lookup('deberta.embeddings.token_type_embeddings', segments, embedding)] : []),
      ...(embedding === hidden
        ? []
        : matrix('deberta.embeddings.embed_proj', hidden, embedding, 'embedding')),
      ...norm('deberta.embeddings.LayerNorm', hidden, 'layer'),
      ...(relative ? [lookup('deberta.encoder.rel_embeddings', 2 * reach, hidden, 'attention')] : []),
      ...(relative && normed ? norm('deberta.encoder.LayerNorm', hidden, 'layer') : []),
      ...(kernel > 0
        ? [
            ...matrix('deberta.encoder.conv.conv', hidden, (hidden / groups) * kernel, 'other', {
              bias: true,
            }),
            ...norm('deberta.encoder.conv.LayerNorm', hidden, 'layer'),
          ]
        : []),
      ...top.weights,
    ],
    tiedHead: top.tied,
    headKnown: true,
  };
};

/** Projections of positions where they are not the keys' and queries' own: content to position, position to content. */
function positionKinds(said: unknown): string[] {
  const kinds = Array.isArray(said) ? said : typeof said === 'string' ? said.toLowerCase().split('|') : [];
  return [
    ...(kinds.includes('c2p') ? ['pos_key_proj'] : []),
    ...(kinds.includes('p2c') ? ['pos_query_proj'] : []),
  ];
}
