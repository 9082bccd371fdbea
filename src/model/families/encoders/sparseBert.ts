import type { Family } from '../../family';
import { BERT_BLOCK, bertTrunk } from '../../parts/bertTrunk';
import { NO_MIXER } from '../../parts/block';
import { encoderTop, NEVER_POOLS } from '../../parts/encoderTop';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers } from '../../parts/foldLayers';
import { hiddenSize, layerCount, vocabularySize } from '../../parts/sizes';
import { convolution, lookup, matrix, norm } from '../../parts/tensors';

/** BERT's head and RoBERTa's classifier over a trunk without a pooler. */
const TOP = { masked: 'bert', sequence: 'dense', pools: NEVER_POOLS, questionRows: 2 } as const;

/** BigBird: attention to a few blocks of tokens; biases of query, key and value can be off, the pooler stays. */
export const bigBird: Family = (context) => {
  const { config, architecture } = context;
  const bias = config.flag(true, 'use_bias');
  config.understood('attention_type', 'block_size', 'num_random_blocks', 'rescale_embeddings');
  const width = config.integer('intermediate_size');
  const hidden = hiddenSize(config);
  const asked = architecture.endsWith('ForQuestionAnswering');
  const model = bertTrunk(context, {
    prefix: 'bert.',
    top: {
      ...TOP,
      alwaysPools: !asked,
      poolerName: 'bert.pooler',
      own: {
        ForQuestionAnswering: [
          ...matrix('qa_classifier.intermediate.dense', width, hidden, 'head', { bias: true }),
          ...matrix('qa_classifier.output.dense', hidden, width, 'head', { bias: true }),
          ...norm('qa_classifier.output.LayerNorm', hidden, 'layer', 'head'),
          ...matrix('qa_classifier.qa_outputs', 2, hidden, 'head', { bias: true }),
        ],
      },
    },
  });
  if (bias) return model;
  return {
    ...model,
    layers: model.layers.map((plan) => ({
      ...plan,
      mixer: {
        ...plan.mixer,
        weights: plan.mixer.weights.filter(({ name }) => !/\.self\.\w+\.bias$/.test(name)),
      },
    })),
  };
};

/** RoFormer: positions turn the queries and keys; their table of sines is stored all the same. */
export const roformer: Family = (context) => {
  const { config } = context;
  const hidden = hiddenSize(config);
  const embedding = config.optional('embedding_size') ?? hidden;
  const positions = config.integer('max_position_embeddings');
  config.understood('rotary_value', 'summary_use_proj', 'summary_type');
  return bertTrunk(context, {
    prefix: 'roformer.',
    positions: 0,
    embedding,
    top: { ...TOP, embedding },
    extra: ({ headDim }) => [
      lookup('roformer.encoder.embed_positions', positions, headDim),
      ...(embedding === hidden
        ? []
        : matrix('roformer.embeddings_project', hidden, embedding, 'embedding', { bias: true })),
    ],
  });
};

/** Nyströmformer: a few landmarks stand for all tokens, and a convolution over the values. */
export const nystromformer: Family = (context) => {
  const { config } = context;
  const kernel = config.optional('conv_kernel_size');
  config.understood('num_landmarks', 'segment_means_seq_len', 'inv_coeff_init_option', 'add_cross_attention');
  return bertTrunk(context, {
    prefix: 'nystromformer.',
    positions: config.integer('max_position_embeddings') + 2,
    top: { ...TOP, choiceDense: true },
    others: ({ heads }) =>
      kernel === undefined
        ? []
        : convolution(
            'nystromformer.encoder.layer.{layer}.attention.self.conv',
            [heads, 1, kernel, 1],
            'attention',
          ),
  });
};

/** MRA: attention in coarse and fine blocks; the weights are BERT's. */
export const mra: Family = (context) => {
  const { config } = context;
  config.understood(
    'block_per_row',
    'approx_mode',
    'initial_prior_first_n_blocks',
    'initial_prior_diagonal_n_blocks',
    'add_cross_attention',
  );
  return bertTrunk(context, {
    prefix: 'mra.',
    positions: config.integer('max_position_embeddings') + 2,
    top: { ...TOP, choiceDense: true },
  });
};

/** YOSO: attention by hashing, with a convolution over the values where a window is said. */
export const yoso: Family = (context) => {
  const { config } = context;
  const window = config.optional('conv_window');
  config.understood('use_expectation', 'hash_code_len', 'num_hash', 'use_fast_hash', 'lsh_backward');
  config.understood('add_cross_attention');
  return bertTrunk(context, {
    prefix: 'yoso.',
    positions: config.integer('max_position_embeddings') + 2,
    top: { ...TOP, choiceDense: true },
    others: ({ heads }) =>
      window === undefined
        ? []
        : convolution('yoso.encoder.layer.{layer}.attention.self.conv', [heads, 1, window, 1], 'attention'),
  });
};

/** FNet: tokens mix by a Fourier transform, which stores nothing. */
export const fnet: Family = (context) => {
  const { config } = context;
  const hidden = hiddenSize(config);
  const vocabulary = vocabularySize(config);
  const positions = config.integer('max_position_embeddings');
  config.understood('use_tpu_fourier_optimizations', 'tpu_short_seq_length');
  const top = encoderTop(context, {
    ...TOP,
    sequence: 'linear',
    hidden,
    vocabulary,
    alwaysPools: true,
    poolerName: 'fnet.pooler.dense',
  });
  const path = 'fnet.encoder.layer.{layer}';
  return {
    kind: 'encoder',
    hidden,
    vocabulary,
    maxContext: positions,
    layers: planLayers(
      layerCount(config),
      () => '',
      () => ({
        mixer: NO_MIXER,
        feedForward: denseFeedForward({
          module: path,
          hidden,
          width: config.integer('intermediate_size'),
          gated: false,
          bias: true,
          names: BERT_BLOCK.feedForwardNames,
        }),
        others: ['fourier.output.LayerNorm', 'output.LayerNorm'].flatMap((name) =>
          norm(`${path}.${name}`, hidden, 'layer'),
        ),
      }),
    ),
    outside: [
      lookup('fnet.embeddings.word_embeddings', vocabulary, hidden),
      lookup('fnet.embeddings.position_embeddings', positions, hidden),
      lookup('fnet.embeddings.token_type_embeddings', config.integer('type_vocab_size'), hidden),
      ...norm('fnet.embeddings.LayerNorm', hidden, 'layer'),
      ...matrix('fnet.embeddings.projection', hidden, hidden, 'embedding', { bias: true }),
      ...top.weights,
    ],
    tiedHead: top.tied,
    headKnown: true,
  };
};
