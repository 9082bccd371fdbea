import type { Family } from '../../family';
import { BERT_BLOCK, attends } from '../../parts/bertTrunk';
import { encoderTop } from '../../parts/encoderTop';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers } from '../../parts/foldLayers';
import { transformerSizes } from '../../parts/sizes';
import { lookup, matrix, norm, vector } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';

/** DeBERTa of the first generation: query, key and value in one matrix, positions projected in every layer. */
export const deberta: Family = (context) => {
  const { config, architecture } = context;
  const { hidden, heads, headDim, layers, vocabulary } = transformerSizes(config);
  const embedding = config.optional('embedding_size') ?? hidden;
  const positions = config.integer('max_position_embeddings');
  const segments = config.integerOr(0, 'type_vocab_size');
  const relative = config.flag(false, 'relative_attention');
  const given = config.optional('max_relative_positions') ?? -1;
  const said = config.value('pos_att_type');
  const kinds =
    typeof said === 'string' ? said.toLowerCase().split('|') : (config.texts('pos_att_type') ?? []);
  const talking = config.flag(false, 'talking_head');
  const pooled = config.optional('pooler_hidden_size') ?? hidden;
  const legacy = config.flag(true, 'legacy');
  const top = encoderTop(context, {
    hidden,
    vocabulary,
    embedding: legacy ? embedding : hidden,
    masked: 'bert',
    sequence: 'linear',
    pools: /ForSequenceClassification$/,
  });
  if (pooled !== hidden && architecture.endsWith('ForSequenceClassification'))
    context.notes.doubt('contradiction', 'The pooler and the trunk have different widths.');
  const path = 'deberta.encoder.layer.{layer}.';
  const self = `${path}attention.self.`;
  const attention = (): WeightTensor[] => [
    ...matrix(`${self}in_proj`, 3 * hidden, hidden, 'attention'),
    vector(`${self}q_bias`, hidden, 'attention'),
    vector(`${self}v_bias`, hidden, 'attention'),
    ...(talking
      ? ['head_logits_proj', 'head_weights_proj'].flatMap((name) =>
          matrix(self + name, heads, heads, 'attention'),
        )
      : []),
    ...(relative && kinds.includes('c2p') ? matrix(`${self}pos_proj`, hidden, hidden, 'attention') : []),
    ...(relative && kinds.includes('p2c')
      ? matrix(`${self}pos_q_proj`, hidden, hidden, 'attention', { bias: true })
      : []),
    ...matrix(`${path}attention.output.dense`, hidden, hidden, 'attention', { bias: true }),
  ];
  return {
    kind: 'encoder',
    hidden,
    vocabulary,
    maxContext: positions,
    layers: planLayers(
      layers,
      () => '',
      () => ({
        mixer: { mixer: attends(heads, headDim), weights: attention() },
        feedForward: denseFeedForward({
          module: path.slice(0, -1),
          hidden,
          width: config.integer('intermediate_size'),
          gated: false,
          bias: true,
          names: BERT_BLOCK.feedForwardNames,
        }),
        others: BERT_BLOCK.blockNorms.flatMap((name) => norm(path + name, hidden, 'layer')),
      }),
    ),
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
      ...(relative
        ? [lookup('deberta.encoder.rel_embeddings', 2 * (given < 1 ? positions : given), hidden, 'attention')]
        : []),
      ...top.weights,
    ],
    tiedHead: top.tied,
    headKnown: true,
  };
};
