import type { Family } from '../../family';
import { bertTrunk } from '../../parts/bertTrunk';
import { BERT_POOLS, maskedHead, NEVER_POOLS } from '../../parts/encoderTop';
import { labelCount } from '../../parts/head';
import { lookup, matrix, norm, vector } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';

const BERT_TOP = { masked: 'bert', sequence: 'linear', pools: BERT_POOLS } as const;

/** ERNIE: BERT with a table of tasks. */
export const ernie: Family = (context) => {
  const { config } = context;
  const tasks = config.integerOr(0, 'task_type_vocab_size');
  const counted = config.flag(false, 'use_task_id');
  return bertTrunk(context, {
    prefix: 'ernie.',
    top: BERT_TOP,
    extra: ({ hidden }) => (counted ? [lookup('ernie.embeddings.task_type_embeddings', tasks, hidden)] : []),
  });
};

/** Megatron BERT: norms before each half and one at the end. */
export const megatronBert: Family = (context) =>
  bertTrunk(context, {
    prefix: 'bert.',
    top: BERT_TOP,
    noEmbeddingNorm: true,
    blockNorms: ['attention.ln', 'ln'],
    extra: ({ hidden }) => norm('bert.encoder.ln', hidden, 'layer'),
  });

/** RoCBert: how a character sounds and looks beside what it is, mapped to one vector. */
export const rocBert: Family = (context) => {
  const { config } = context;
  const sound = config.integer('pronunciation_embed_dim');
  const shape = config.integer('shape_embed_dim');
  const hears = config.flag(true, 'enable_pronunciation');
  const sees = config.flag(true, 'enable_shape');
  const joined = config.flag(true, 'concat_input');
  const sounds = config.integer('pronunciation_vocab_size');
  const shapes = config.integer('shape_vocab_size');
  const width = config.integer('hidden_size');
  const vocabulary = config.integer('vocab_size');
  return bertTrunk(context, {
    prefix: 'roc_bert.',
    top: {
      ...BERT_TOP,
      own: { ForPreTraining: maskedHead(context, { ...BERT_TOP, hidden: width, vocabulary }).weights },
      ownTied: ['ForPreTraining'],
    },
    extra: ({ hidden }) => [
      lookup('roc_bert.embeddings.pronunciation_embed', sounds, sound),
      lookup('roc_bert.embeddings.shape_embed', shapes, shape),
      ...(joined
        ? matrix(
            'roc_bert.embeddings.map_inputs_layer',
            hidden,
            hidden + (hears ? sound : 0) + (sees ? shape : 0),
            'embedding',
            {
              bias: true,
            },
          )
        : []),
    ],
  });
};

/** Splinter: BERT with a head that finds the span of an answer. */
export const splinter: Family = (context) => {
  const hidden = context.config.integer('hidden_size');
  context.config.understood('question_token_id');
  const transform = (name: string): WeightTensor[] => [
    ...matrix(`splinter_qass.${name}.dense`, hidden, hidden, 'head', { bias: true }),
    ...norm(`splinter_qass.${name}.LayerNorm`, hidden, 'layer', 'head'),
  ];
  const head = [
    ...['query_start_transform', 'query_end_transform', 'start_transform', 'end_transform'].flatMap(
      transform,
    ),
    ...matrix('splinter_qass.start_classifier', hidden, hidden, 'head'),
    ...matrix('splinter_qass.end_classifier', hidden, hidden, 'head'),
  ];
  return bertTrunk(context, {
    prefix: 'splinter.',
    top: { ...BERT_TOP, pools: NEVER_POOLS, own: { ForPreTraining: head, ForQuestionAnswering: head } },
  });
};

/** BERT for generation: no segments, no transform before the head. */
export const bertGeneration: Family = (context) => {
  const { config } = context;
  const vocabulary = config.integer('vocab_size');
  const tied = config.flag(true, 'tie_word_embeddings');
  const head = [
    vector('lm_head.bias', vocabulary, 'head'),
    ...(tied
      ? []
      : matrix('lm_head.decoder', vocabulary, config.integer('hidden_size'), 'head', { bias: true })),
  ];
  return bertTrunk(context, {
    prefix: 'bert.',
    segments: 0,
    top: {
      ...BERT_TOP,
      pools: NEVER_POOLS,
      own: { GenerationDecoder: head, GenerationEncoder: [] },
      ownTied: tied ? ['GenerationDecoder'] : [],
    },
  });
};

/** DPR: BERT without a pooler, one for questions and one for passages, or a reader on top. */
export const dpr: Family = (context) => {
  const { config, architecture } = context;
  const hidden = config.integer('hidden_size');
  const projection = config.integerOr(0, 'projection_dim');
  const projected = projection > 0 ? projection : hidden;
  return bertTrunk(context, {
    prefix: 'bert_model.',
    top: {
      ...BERT_TOP,
      pools: NEVER_POOLS,
      own: {
        QuestionEncoder: [],
        ContextEncoder: [],
        Reader: [
          ...matrix('span_predictor.qa_outputs', 2, projected, 'head', { bias: true }),
          ...matrix('span_predictor.qa_classifier', 1, projected, 'head', { bias: true }),
        ],
      },
    },
    extra: () =>
      projection > 0 && architecture.startsWith('DPR')
        ? matrix('encode_proj', projection, hidden, 'other', { bias: true })
        : [],
  });
};

/** TAPAS: BERT with a table for every way that a token stands in a table. */
export const tapas: Family = (context) => {
  const { config } = context;
  const kinds = config.integers('type_vocab_sizes', 'type_vocab_size') ?? [];
  const aggregations = config.integerOr(0, 'num_aggregation_labels');
  config.understood(
    'aggregation_labels',
    'aggregation_loss_weight',
    'aggregation_temperature',
    'allow_empty_column_selection',
    'average_logits_per_cell',
    'max_num_columns',
    'max_num_rows',
    'reset_position_index_per_cell',
    'select_one_column',
    'init_cell_selection_weights_to_zero',
    'disable_per_token_loss',
    'use_gumbel_for_aggregation',
    'use_gumbel_for_cells',
    'use_answer_as_supervision',
    'use_normalized_answer_loss',
    'cell_selection_preference',
    'average_approximation_function',
    'num_labels',
  );
  const hidden = config.integer('hidden_size');
  return bertTrunk(context, {
    prefix: 'tapas.',
    segments: 0,
    top: {
      ...BERT_TOP,
      pools: /(?:ForSequenceClassification|ForQuestionAnswering|Model)$/,
      own: {
        ForQuestionAnswering: [
          vector('output_weights', hidden, 'head'),
          vector('output_bias', 1, 'head'),
          vector('column_output_weights', hidden, 'head'),
          vector('column_output_bias', 1, 'head'),
          ...(aggregations > 0
            ? matrix('aggregation_classifier', aggregations, hidden, 'head', { bias: true })
            : []),
        ],
      },
    },
    extra: () =>
      kinds.map((rows, index) =>
        lookup(`tapas.embeddings.token_type_embeddings_${String(index)}`, rows, hidden),
      ),
  });
};

/** RemBERT: narrow tables on the way in, a wide head of its own on the way out. */
export const rembert: Family = (context) => {
  const { config } = context;
  const narrow = config.integer('input_embedding_size', 'embedding_size');
  const wide = config.integer('output_embedding_size');
  const vocabulary = config.integer('vocab_size');
  const hidden = config.integer('hidden_size');
  if (config.flag(false, 'tie_word_embeddings'))
    context.notes.doubt('tied-head-unclear', 'Input and output have widths of their own; they are not tied.');
  const head = [
    ...matrix('cls.predictions.dense', wide, hidden, 'head', { bias: true }),
    ...norm('cls.predictions.LayerNorm', wide, 'layer', 'head'),
    ...matrix('cls.predictions.decoder', vocabulary, wide, 'head', { bias: true }),
  ];
  return bertTrunk(context, {
    prefix: 'rembert.',
    embedding: narrow,
    top: { ...BERT_TOP, own: { ForMaskedLM: head, ForCausalLM: head } },
    extra: () =>
      matrix('rembert.encoder.embedding_hidden_mapping_in', hidden, narrow, 'embedding', { bias: true }),
  });
};

/** MarkupLM: BERT that also reads where in the tree of a page a token stands. */
export const markuplm: Family = (context) => {
  const { config } = context;
  const depth = config.integer('max_depth');
  const unit = config.integer('xpath_unit_hidden_size');
  const tags = config.integer('max_xpath_tag_unit_embeddings');
  const subscripts = config.integer('max_xpath_subs_unit_embeddings');
  config.understood('tag_pad_id', 'subs_pad_id');
  const base = 'markuplm.embeddings.xpath_embeddings.';
  const tables = (name: string, rows: number): WeightTensor => ({
    ...lookup(`${base}${name}`, rows, unit),
    copies: depth,
  });
  return bertTrunk(context, {
    prefix: 'markuplm.',
    top: BERT_TOP,
    extra: ({ hidden }) => [
      ...matrix(`${base}xpath_unitseq2_embeddings`, hidden, unit * depth, 'embedding', { bias: true }),
      ...matrix(`${base}xpath_unitseq2_inner`, 4 * hidden, unit * depth, 'embedding', { bias: true }),
      ...matrix(`${base}inner2emb`, hidden, 4 * hidden, 'embedding', { bias: true }),
      tables('xpath_tag_sub_embeddings', tags),
      tables('xpath_subs_sub_embeddings', subscripts),
    ],
  });
};

/** BROS: BERT with boxes projected into the attention. */
export const bros: Family = (context) => {
  const { config } = context;
  const hidden = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads');
  config.understood('dim_bbox', 'bbox_scale', 'dim_bbox_sinusoid_emb_1d');
  const sinusoid = config.optional('dim_bbox_sinusoid_emb_2d') ?? Math.floor(hidden / 4);
  const projection = config.optional('dim_bbox_projection') ?? Math.floor(hidden / heads);
  const relations = config.integerOr(1, 'n_relations');
  const classes = labelCount(config);
  const extractor = [
    ...matrix('query', relations * hidden, hidden, 'head', { bias: true }),
    ...matrix('key', relations * hidden, hidden, 'head', { bias: true }),
    vector('dummy_node', [1, hidden], 'head'),
  ];
  return bertTrunk(context, {
    prefix: 'bros.',
    top: {
      ...BERT_TOP,
      alwaysPools: true,
      own: {
        SpadeELForTokenClassification: extractor,
        SpadeEEForTokenClassification: [
          ...matrix('initial_token_classifier.1', hidden, hidden, 'head', { bias: true }),
          ...matrix('initial_token_classifier.3', classes, hidden, 'head', { bias: true }),
          ...extractor,
        ],
      },
    },
    extra: () => matrix('bros.bbox_embeddings.bbox_projection', projection, sinusoid, 'embedding'),
  });
};
