import type { Family } from '../../family';
import { attends } from '../../parts/bertTrunk';
import { BERT_POOLS, encoderTop, NEVER_POOLS } from '../../parts/encoderTop';
import { planLayers } from '../../parts/foldLayers';
import { transformerSizes } from '../../parts/sizes';
import { lookup, matrix, norm } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';

/** MobileBERT: wide between the blocks and narrow inside, several small feed-forward networks a block. */
export const mobilebert: Family = (context) => {
  const { config } = context;
  const { hidden, heads, layers, vocabulary } = transformerSizes(config);
  const embedding = config.integer('embedding_size');
  const positions = config.integer('max_position_embeddings');
  const width = config.integer('intermediate_size');
  const bottleneck = config.flag(true, 'use_bottleneck');
  const narrow = config.integer('intra_bottleneck_size');
  const inner = config.optional('true_hidden_size') ?? (bottleneck ? narrow : hidden);
  const headDim = Math.floor(inner / heads);
  const networks = config.integer('num_feedforward_networks');
  const valueInput = config.flag(false, 'use_bottleneck_attention') ? inner : hidden;
  const shared = config.flag(true, 'key_query_shared_bottleneck');
  const pools = config.flag(true, 'classifier_activation') ? BERT_POOLS : NEVER_POOLS;
  config.understood('normalization_type');
  const classes = {
    hidden,
    vocabulary,
    masked: 'bert',
    decoderWidth: embedding,
    sequence: 'linear',
    pools,
  } as const;
  const top = encoderTop(context, { ...classes, poolerName: 'mobilebert.pooler.dense' });
  const headed = /(?:ForMaskedLM|ForPreTraining)$/.test(context.architecture);
  const path = 'mobilebert.encoder.layer.{layer}.';
  const dense = (
    name: string,
    out: number,
    input: number,
    part: 'attention' | 'feedForward',
  ): WeightTensor[] => matrix(path + name, out, input, part, { bias: true });
  return {
    kind: 'encoder',
    hidden,
    vocabulary,
    maxContext: positions,
    layers: planLayers(
      layers,
      () => '',
      () => ({
        mixer: {
          mixer: attends(heads, headDim),
          weights: [
            ...dense('attention.self.query', heads * headDim, inner, 'attention'),
            ...dense('attention.self.key', heads * headDim, inner, 'attention'),
            ...dense('attention.self.value', heads * headDim, valueInput, 'attention'),
            ...dense('attention.output.dense', inner, inner, 'attention'),
            ...norm(`${path}attention.output.LayerNorm`, inner, 'layer'),
          ],
        },
        feedForward: {
          feedForward: { kind: 'dense', matrices: 2, width: width * Math.max(1, networks) },
          weights: Array.from({ length: Math.max(1, networks) }, (_, index) => {
            const at = index === 0 ? '' : `ffn.${String(index - 1)}.`;
            return [
              ...dense(`${at}intermediate.dense`, width, inner, 'feedForward'),
              ...dense(`${at}output.dense`, inner, width, 'feedForward'),
              ...norm(`${path}${at}output.LayerNorm`, inner, 'layer'),
            ];
          }).flat(),
        },
        others: bottleneck
          ? [
              ...dense('output.bottleneck.dense', hidden, inner, 'feedForward'),
              ...norm(`${path}output.bottleneck.LayerNorm`, hidden, 'layer'),
              ...['bottleneck.input', ...(shared ? ['bottleneck.attention'] : [])].flatMap((name) => [
                ...dense(`${name}.dense`, narrow, hidden, 'feedForward'),
                ...norm(`${path}${name}.LayerNorm`, narrow, 'layer'),
              ]),
            ]
          : [],
      }),
    ),
    outside: [
      lookup('mobilebert.embeddings.word_embeddings', vocabulary, embedding),
      lookup('mobilebert.embeddings.position_embeddings', positions, hidden),
      lookup('mobilebert.embeddings.token_type_embeddings', config.integer('type_vocab_size'), hidden),
      ...matrix(
        'mobilebert.embeddings.embedding_transformation',
        hidden,
        embedding * (config.flag(true, 'trigram_input') ? 3 : 1),
        'embedding',
        { bias: true },
      ),
      ...norm('mobilebert.embeddings.LayerNorm', hidden, 'layer'),
      ...(headed ? matrix('cls.predictions.dense', hidden - embedding, vocabulary, 'head') : []),
      ...top.weights,
    ],
    tiedHead: top.tied,
    headKnown: true,
  };
};
