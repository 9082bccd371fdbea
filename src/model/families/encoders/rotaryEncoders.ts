import type { Family, FamilyContext, FamilyModel } from '../../family';
import { encoderStack, type EncoderStack } from '../../parts/encoderStack';
import { encoderTop, NEVER_POOLS, ROBERTA_POOLS, type EncoderTop } from '../../parts/encoderTop';
import { labelCount } from '../../parts/head';
import { contextLimit, transformerSizes, type Sizes } from '../../parts/sizes';
import { lookup, matrix, norm, vector } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';

/** A text encoder whose positions turn queries and keys, so that no table of them is stored. */
interface RotaryEncoder {
  top: Omit<EncoderTop, 'hidden' | 'vocabulary'>;
  stack: (sizes: Sizes, width: number) => Omit<EncoderStack, 'layers' | 'hidden' | 'heads' | 'width'>;
  outside: (sizes: Sizes) => readonly WeightTensor[];
}

function rotaryEncoder(context: FamilyContext, r: RotaryEncoder): FamilyModel {
  const { config } = context;
  const sizes = transformerSizes(config);
  const { hidden, vocabulary } = sizes;
  const width = config.integer('intermediate_size');
  const top = encoderTop(context, { ...r.top, hidden, vocabulary });
  return {
    kind: 'encoder',
    hidden,
    vocabulary,
    maxContext: contextLimit(config),
    layers: encoderStack({
      layers: sizes.layers,
      hidden,
      heads: sizes.heads,
      kvHeads: sizes.kvHeads,
      headDim: sizes.headDim,
      width,
      ...r.stack(sizes, width),
    }),
    outside: [...r.outside(sizes), ...top.weights],
    tiedHead: top.tied,
    headKnown: true,
  };
}

/** Word table, segment table where there is one, and a norm with a shift: how BERT's line begins. */
function bertTables(
  { config }: FamilyContext,
  prefix: string,
  { hidden, vocabulary }: Sizes,
): WeightTensor[] {
  const segments = config.integerOr(0, 'type_vocab_size');
  return [
    lookup(`${prefix}embeddings.word_embeddings`, vocabulary, hidden),
    ...(segments > 0 ? [lookup(`${prefix}embeddings.token_type_embeddings`, segments, hidden)] : []),
    ...norm(`${prefix}embeddings.LayerNorm`, hidden, 'layer'),
  ];
}

/**
 * GTE of Alibaba, by the name the library gives it (`gte`) or the publisher's own code (`new`): gated, norms after
 * each half; in the publisher's code query, key and value are one matrix, gate and up another.
 */
export const gte: Family = (context) => {
  const { config, modelType, notes } = context;
  const published = modelType === 'new';
  config.understood(
    'pack_qkv',
    'unpad_inputs',
    'use_memory_efficient_attention',
    'logn_attention_clip1',
    'logn_attention_scale',
    'layer_norm_type',
    'position_embedding_type',
  );
  const kind = config.text('layer_norm_type') === 'rms_norm' ? 'rms' : 'layer';
  if (kind === 'rms') notes.doubt('unknown-key', 'Norms without a shift are not known of this family.');
  if (config.text('position_embedding_type') === 'absolute')
    notes.doubt('unknown-key', 'A table of learned positions is not counted.');
  const prefix = published ? 'new.' : 'model.';
  return rotaryEncoder(context, {
    top: {
      masked: 'roberta',
      sequence: 'linear',
      pools: /ForSequenceClassification$/,
      poolerName: `${prefix}pooler.dense`,
      untiedBias: false,
    },
    stack: ({ hidden }) => ({
      path: `${prefix}${published ? 'encoder.layer' : 'layers'}.{layer}.`,
      qkvBias: true,
      outBias: true,
      mlpBias: false,
      gated: true,
      attention: published ? 'attention' : 'self_attn',
      attentionNames: { output: 'o_proj' },
      ...(published && config.flag(true, 'pack_qkv') ? { fused: 'qkv_proj' } : {}),
      blockNorms: published ? ['attn_ln', 'mlp_ln'] : ['post_attention_layernorm', 'post_mlp_layernorm'],
      others: () => [
        vector(
          `${prefix}${published ? 'encoder.layer' : 'layers'}.{layer}.mlp.down_proj.bias`,
          hidden,
          'feedForward',
        ),
      ],
    }),
    outside: (sizes) => bertTables(context, prefix, sizes),
  });
};

/** Jina embeddings v3: XLM-RoBERTa with turned positions. */
export const jinaEmbeddingsV3: Family = (context) =>
  rotaryEncoder(context, {
    top: { masked: 'roberta', sequence: 'dense', pools: ROBERTA_POOLS },
    stack: () => ({
      path: 'layers.{layer}.',
      qkvBias: true,
      outBias: true,
      mlpBias: true,
      attentionNames: { output: 'o_proj' },
      blockNorms: ['post_attention_layernorm', 'post_mlp_layernorm'],
    }),
    outside: (sizes) => bertTables(context, '', sizes),
  });

/** Llama's block read in both directions. */
function llamaStack({ config }: FamilyContext): Omit<EncoderStack, 'layers' | 'hidden' | 'heads' | 'width'> {
  const bias = config.flag(false, 'attention_bias');
  return {
    path: 'model.layers.{layer}.',
    qkvBias: bias,
    outBias: bias,
    mlpBias: config.flag(false, 'mlp_bias'),
    gated: true,
    norm: 'rms',
    attentionNames: { output: 'o_proj' },
    blockNorms: ['input_layernorm', 'post_attention_layernorm'],
  };
}

/** EuroBERT: a Llama that sees both ways. */
export const eurobert: Family = (context) => {
  const { config } = context;
  const hidden = config.integer('hidden_size');
  const vocabulary = config.integer('vocab_size');
  const bias = config.flag(false, 'mlp_bias');
  const tied = config.flag(false, 'tie_word_embeddings');
  config.understood('classifier_pooling', 'clf_pooling');
  const linear = (name: string, rows: number): WeightTensor[] =>
    matrix(name, rows, hidden, 'head', { bias: true });
  return rotaryEncoder(context, {
    top: {
      masked: 'roberta',
      sequence: 'linear',
      pools: NEVER_POOLS,
      own: {
        ForMaskedLM: [
          ...(tied ? [] : matrix('lm_head', vocabulary, hidden, 'head')),
          ...(bias ? [vector('lm_head.bias', vocabulary, 'head')] : []),
        ],
        ForSequenceClassification: [...linear('dense', hidden), ...linear('classifier', labelCount(config))],
      },
      ownTied: tied ? ['ForMaskedLM'] : [],
    },
    stack: () => llamaStack(context),
    outside: () => [lookup('model.embed_tokens', vocabulary, hidden), ...norm('model.norm', hidden, 'rms')],
  });
};

/** UltraBERT: the same block with windows, and a narrow waist before the head. */
export const ultrabert: Family = (context) => {
  const { config } = context;
  const hidden = config.integer('hidden_size');
  const vocabulary = config.integer('vocab_size');
  const waist = config.integer('prediction_head_size');
  const tied = config.flag(false, 'tie_word_embeddings');
  config.understood('classifier_pooling', 'layer_types', 'sliding_window');
  return rotaryEncoder(context, {
    top: {
      masked: 'roberta',
      sequence: 'linear',
      pools: NEVER_POOLS,
      own: {
        ForMaskedLM: [
          ...matrix('head.linear1', waist, hidden, 'head'),
          ...matrix('head.linear2', hidden, waist, 'head'),
          ...(tied ? [] : matrix('head.decoder', vocabulary, hidden, 'head')),
        ],
      },
      ownTied: tied ? ['ForMaskedLM'] : [],
    },
    stack: () => llamaStack(context),
    outside: () => [lookup('model.embed_tokens', vocabulary, hidden), ...norm('model.norm', hidden, 'rms')],
  });
};

/** ESM Cambrian: proteins, gated, queries and keys normed over all heads together. */
export const esmc: Family = (context) => {
  const { config } = context;
  const hidden = config.integer('hidden_size');
  const vocabulary = config.integer('vocab_size');
  config.understood('tie_word_embeddings');
  return rotaryEncoder(context, {
    top: {
      masked: 'roberta',
      sequence: 'dense',
      pools: NEVER_POOLS,
      own: {
        ForMaskedLM: [
          ...matrix('lm_head.dense', hidden, hidden, 'head', { bias: true }),
          ...norm('lm_head.layer_norm', hidden, 'layer', 'head'),
          ...matrix('lm_head.decoder', vocabulary, hidden, 'head', { bias: true }),
        ],
        ForTokenClassification: matrix('score', labelCount(config), hidden, 'head', { bias: true }),
      },
    },
    stack: () => ({
      ...llamaStack(context),
      norm: 'layer',
      others: () =>
        ['q_norm', 'k_norm'].flatMap((name) => norm(`model.layers.{layer}.self_attn.${name}`, hidden, 'rms')),
    }),
    outside: () => [lookup('model.embed_tokens', vocabulary, hidden), ...norm('model.norm', hidden, 'rms')],
  });
};
