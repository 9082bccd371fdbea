import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { lookup, matrix, norm, vector } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';
import { labelCount } from '../../parts/head';

const BERT_STACK = {
  attention: 'attention',
  attentionNames: { query: 'self.query', key: 'self.key', value: 'self.value', output: 'output.dense' },
  feedForward: '',
  feedForwardNames: { up: 'intermediate.dense', down: 'output.dense' },
  blockNorms: ['attention.output.LayerNorm', 'output.LayerNorm'],
} as const;

/** ELECTRA: a narrower embedding with a projection, a generator or a discriminator on top, no pooler. */
export const electra: Family = ({ config, architecture, notes }) => {
  const hidden = config.integer('hidden_size');
  const embedding = config.integer('embedding_size');
  const vocabulary = config.integer('vocab_size');
  const positions = config.integer('max_position_embeddings');
  const classes = labelCount(config);
  config.understood('summary_activation', 'summary_last_dropout', 'summary_type', 'summary_use_proj');
  const head = ((): WeightTensor[] => {
    if (/ForPreTraining$/.test(architecture)) {
      return [
        ...matrix('discriminator_predictions.dense', hidden, hidden, 'head', { bias: true }),
        ...matrix('discriminator_predictions.dense_prediction', 1, hidden, 'head', { bias: true }),
      ];
    }
    if (/ForMaskedLM$/.test(architecture)) {
      return [
        ...norm('generator_predictions.LayerNorm', embedding, 'layer', 'head'),
        ...matrix('generator_predictions.dense', embedding, hidden, 'head', { bias: true }),
        vector('generator_lm_head.bias', vocabulary, 'head'),
      ];
    }
    if (/ForSequenceClassification$/.test(architecture)) {
      return [
        ...matrix('classifier.dense', hidden, hidden, 'head', { bias: true }),
        ...matrix('classifier.out_proj', classes, hidden, 'head', { bias: true }),
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
      ...BERT_STACK,
      path: 'electra.encoder.layer.{layer}.',
      layers: config.integer('num_hidden_layers'),
      hidden,
      heads: config.integer('num_attention_heads'),
      width: config.integer('intermediate_size'),
      qkvBias: true,
      outBias: true,
      mlpBias: true,
    }),
    outside: [
      lookup('electra.embeddings.word_embeddings', vocabulary, embedding),
      lookup('electra.embeddings.position_embeddings', positions, embedding),
      lookup('electra.embeddings.token_type_embeddings', config.integer('type_vocab_size'), embedding),
      ...norm('electra.embeddings.LayerNorm', embedding, 'layer'),
      ...(embedding === hidden
        ? []
        : matrix('electra.embeddings_project', hidden, embedding, 'embedding', { bias: true })),
      ...head,
    ],
    tiedHead: /ForMaskedLM$/.test(architecture),
  };
};

/** MPNet: RoBERTa's build with one small table of relative positions for all layers. */
export const mpnet: Family = ({ config, architecture, notes }) => {
  const hidden = config.integer('hidden_size');
  const vocabulary = config.integer('vocab_size');
  const positions = config.integer('max_position_embeddings');
  const heads = config.integer('num_attention_heads');
  const masked = /ForMaskedLM$/.test(architecture);
  if (!masked && !/Model$/.test(architecture))
    notes.doubt(
      'unknown-head',
      'The architecture is not said or not known: counted is the trunk with its pooler.',
    );
  return {
    kind: 'encoder',
    hidden,
    vocabulary,
    maxContext: positions,
    layers: encoderStack({
      path: 'mpnet.encoder.layer.{layer}.',
      layers: config.integer('num_hidden_layers'),
      hidden,
      heads,
      width: config.integer('intermediate_size'),
      qkvBias: true,
      outBias: true,
      mlpBias: true,
      attention: 'attention',
      attentionNames: { query: 'attn.q', key: 'attn.k', value: 'attn.v', output: 'attn.o' },
      feedForward: '',
      feedForwardNames: { up: 'intermediate.dense', down: 'output.dense' },
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
      ...(masked
        ? [
            ...matrix('lm_head.dense', hidden, hidden, 'head', { bias: true }),
            ...norm('lm_head.layer_norm', hidden, 'layer', 'head'),
            vector('lm_head.bias', vocabulary, 'head'),
          ]
        : matrix('mpnet.pooler.dense', hidden, hidden, 'other', { bias: true })),
    ],
    tiedHead: masked,
  };
};

/** Nomic BERT: rotary, gated, norms after each half, no biases unless said. */
export const nomicBert: Family = ({ config, architecture, notes }) => {
  const hidden = config.integer('n_embd');
  const vocabulary = config.integer('vocab_size');
  const segments = config.integerOr(0, 'type_vocab_size');
  if (config.number('rotary_emb_fraction') === 0)
    notes.doubt('unknown-key', 'Learned positions of this family are not known.');
  if (architecture !== 'NomicBertModel')
    notes.doubt('unknown-head', 'The architecture is not said or not known: counted is the trunk.');
  if (config.flag(false, 'add_pooling_layer') || config.optional('num_experts') !== undefined) {
    notes.doubt('unknown-key', 'Poolers and experts of this family are not known.');
  }
  const gated = /glu/.test(config.text('activation_function') ?? 'swiglu');
  const bias = config.flag(false, 'mlp_fc1_bias');
  if (bias !== config.flag(false, 'mlp_fc2_bias'))
    notes.doubt('unknown-key', 'The two feed-forward biases differ.');
  config.understood(
    'causal',
    'dense_seq_output',
    'fused_bias_fc',
    'fused_dropout_add_ln',
    'last_layer_subset',
    'max_trained_positions',
    'n_inner',
    'n_positions',
    'pad_vocab_size_multiple',
    'parallel_block',
    'parallel_block_tied_norm',
    'prenorm',
    'use_flash_attn',
    'use_rms_norm',
    'use_xentropy',
    'summary_activation',
    'summary_proj_to_labels',
    'summary_type',
    'summary_use_proj',
    'mlp_fc2_bias',
  );
  return {
    kind: 'encoder',
    hidden,
    vocabulary,
    maxContext: config.optional('n_positions') ?? null,
    layers: encoderStack({
      path: 'encoder.layers.{layer}.',
      layers: config.integer('n_layer'),
      hidden,
      heads: config.integer('n_head'),
      width: config.integer('n_inner'),
      qkvBias: config.flag(false, 'qkv_proj_bias'),
      outBias: config.flag(false, 'qkv_proj_bias'),
      mlpBias: bias,
      gated,
      attention: 'attn',
      fused: 'Wqkv',
      attentionNames: { output: 'out_proj' },
      feedForwardNames: { gate: 'fc12', up: 'fc11', down: 'fc2' },
      blockNorms: ['norm1', 'norm2'],
    }),
    outside: [
      lookup('embeddings.word_embeddings', vocabulary, hidden),
      ...(segments > 0 ? [lookup('embeddings.token_type_embeddings', segments, hidden)] : []),
      ...norm('emb_ln', hidden, 'layer'),
    ],
    tiedHead: false,
  };
};

/** DeBERTa v2 and v3: relative positions in one table for all layers, shared with the keys' projections. */
export const debertaV2: Family = ({ config, architecture, notes }) => {
  const hidden = config.integer('hidden_size');
  const vocabulary = config.integer('vocab_size');
  const positions = config.integer('max_position_embeddings');
  const segments = config.integerOr(0, 'type_vocab_size');
  const classes = labelCount(config);
  const relative = config.flag(false, 'relative_attention');
  const buckets = config.optional('position_buckets') ?? -1;
  const maxRelative = config.optional('max_relative_positions') ?? -1;
  const reach = buckets > 0 ? buckets : maxRelative < 1 ? positions : maxRelative;
  const kernel = config.integerOr(0, 'conv_kernel_size');
  const embedding = config.optional('embedding_size') ?? hidden;
  if (relative && !config.flag(false, 'share_att_key'))
    notes.doubt(
      'unknown-key',
      'Projections of positions of their own (share_att_key is off) are not counted.',
    );
  if (embedding !== hidden)
    notes.doubt('unknown-key', 'A narrower embedding (embedding_size) is not known here.');
  config.understood(
    'pos_att_type',
    'norm_rel_ebd',
    'conv_act',
    'pooler_hidden_size',
    'legacy',
    'attention_head_size',
    'conv_groups',
  );
  const head = ((): WeightTensor[] => {
    const pooled = matrix('pooler.dense', hidden, hidden, 'other', { bias: true });
    if (/ForSequenceClassification$/.test(architecture))
      return [...pooled, ...matrix('classifier', classes, hidden, 'head', { bias: true })];
    if (/ForTokenClassification$/.test(architecture))
      return matrix('classifier', classes, hidden, 'head', { bias: true });
    if (/ForQuestionAnswering$/.test(architecture))
      return matrix('qa_outputs', classes, hidden, 'head', { bias: true });
    if (architecture !== 'DebertaV2Model')
      notes.doubt('unknown-head', 'The architecture is not said or not known: counted is the trunk.');
    return [];
  })();
  const normed = (config.text('norm_rel_ebd') ?? 'none').includes('layer_norm');
  return {
    kind: 'encoder',
    hidden,
    vocabulary,
    maxContext: positions,
    layers: encoderStack({
      ...BERT_STACK,
      path: 'deberta.encoder.layer.{layer}.',
      layers: config.integer('num_hidden_layers'),
      hidden,
      heads: config.integer('num_attention_heads'),
      width: config.integer('intermediate_size'),
      qkvBias: true,
      outBias: true,
      mlpBias: true,
      attentionNames: {
        query: 'self.query_proj',
        key: 'self.key_proj',
        value: 'self.value_proj',
        output: 'output.dense',
      },
    }),
    outside: [
      lookup('deberta.embeddings.word_embeddings', vocabulary, hidden),
      ...(config.flag(true, 'position_biased_input')
        ? [lookup('deberta.embeddings.position_embeddings', positions, hidden)]
        : []),
      ...(segments > 0 ? [lookup('deberta.embeddings.token_type_embeddings', segments, hidden)] : []),
      ...norm('deberta.embeddings.LayerNorm', hidden, 'layer'),
      ...(relative ? [lookup('deberta.encoder.rel_embeddings', 2 * reach, hidden, 'attention')] : []),
      ...(relative && normed ? norm('deberta.encoder.LayerNorm', hidden, 'layer') : []),
      ...(kernel > 0
        ? [
            ...matrix('deberta.encoder.conv.conv', hidden, hidden * kernel, 'other', { bias: true }),
            ...norm('deberta.encoder.conv.LayerNorm', hidden, 'layer'),
          ]
        : []),
      ...head,
    ],
    tiedHead: false,
  };
};
