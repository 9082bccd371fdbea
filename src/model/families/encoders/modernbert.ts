import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { lookup, matrix, norm, vector } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';
import { labelCount } from '../../parts/head';

/** ModernBERT: rotary, gated, norms that store a scale, the first block without one before attention. */
export const modernbert: Family = ({ config, architecture, notes }) => {
  const hidden = config.integer('hidden_size');
  const vocabulary = config.integer('vocab_size');
  const kind = config.flag(false, 'norm_bias') ? 'layer' : 'rms';
  const attentionBias = config.flag(false, 'attention_bias');
  const classes = labelCount(config);
  config.understood(
    'global_attn_every_n_layers',
    'local_attention',
    'layer_types',
    'sparse_prediction',
    'classifier_pooling',
    'deterministic_flash_attn',
    'layer_norm_eps',
    'position_embedding_type',
    'reference_compile',
    'repad_logits_with_grad',
    'embedding_dropout',
    'mlp_dropout',
    'sparse_pred_ignore_index',
  );
  const classifierBias = config.flag(false, 'classifier_bias');
  const headBias = config.flag(true, 'decoder_bias');
  const head = (): WeightTensor[] => [
    ...matrix('head.dense', hidden, hidden, 'head', { bias: classifierBias }),
    ...norm('head.norm', hidden, kind, 'head'),
  ];
  const tied = config.flag(true, 'tie_word_embeddings');
  const masked = /ForMaskedLM$/.test(architecture);
  const classified =
    /ForSequenceClassification$|ForTokenClassification$|ForQuestionAnswering$|ForMultipleChoice$/.test(
      architecture,
    );
  if (!masked && !classified && !/Model$/.test(architecture))
    notes.doubt('unknown-head', 'The architecture is not said or not known: counted is the trunk.');
  const path = 'model.layers.{layer}.';
  return {
    kind: 'encoder',
    hidden,
    vocabulary,
    maxContext: config.optional('max_position_embeddings') ?? null,
    layers: encoderStack({
      path,
      layers: config.integer('num_hidden_layers'),
      hidden,
      heads: config.integer('num_attention_heads'),
      width: config.integer('intermediate_size'),
      qkvBias: attentionBias,
      outBias: attentionBias,
      mlpBias: config.flag(false, 'mlp_bias'),
      gated: true,
      norm: kind,
      attention: 'attn',
      fused: 'Wqkv',
      attentionNames: { output: 'Wo' },
      feedForwardNames: { gate: 'Wi.gate', up: 'Wi', down: 'Wo' },
      blockNorms: ['mlp_norm'],
      others: (index) => (index === 0 ? [] : norm(`${path}attn_norm`, hidden, kind)),
      describe: (index) => String(index === 0),
    }),
    outside: [
      lookup('model.embeddings.tok_embeddings', vocabulary, hidden),
      ...norm('model.embeddings.norm', hidden, kind),
      ...norm('model.final_norm', hidden, kind),
      ...(masked
        ? [
            ...head(),
            ...(headBias ? [vector('decoder.bias', vocabulary, 'head')] : []),
            ...(tied ? [] : matrix('decoder', vocabulary, hidden, 'head')),
          ]
        : []),
      ...(classified
        ? [
            ...head(),
            ...matrix(
              'classifier',
              architecture.endsWith('ForMultipleChoice') ? 1 : classes,
              hidden,
              'head',
              { bias: true },
            ),
          ]
        : []),
    ],
    tiedHead: masked && tied,
    headKnown: true,
  };
};
