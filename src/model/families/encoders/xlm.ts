import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { labelCount } from '../../parts/head';
import { lookup, matrix, norm, vector } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';
import { beamAnswer, sequenceSummary } from './xlnet';

/** XLM and FlauBERT: a table of languages, four times the width inside, norms after each half. */
export const xlm: Family = (context) => {
  const { config, architecture, notes } = context;
  const hidden = config.integer('emb_dim', 'hidden_size');
  const heads = config.integer('n_heads', 'num_attention_heads');
  const layers = config.integer('n_layers', 'num_hidden_layers');
  const vocabulary = config.integer('vocab_size', 'n_words');
  const positions = config.integer('max_position_embeddings');
  const languages = config.integerOr(1, 'n_langs');
  const classes = labelCount(config);
  const tied = config.flag(true, 'tie_word_embeddings');
  config.understood(
    'pre_norm',
    'layerdrop',
    'gelu_activation',
    'sinusoidal_embeddings',
    'causal',
    'is_encoder',
    'lang2id',
    'id2lang',
    'lang_id',
    'start_n_top',
    'end_n_top',
    'embed_init_std',
    'amp',
    'max_vocab',
    'min_count',
    'n_dec_layers',
    'bptt',
    'asm_cutoffs',
    'asm_div_value',
    'share_inout_emb',
    'n_words',
  );
  if (config.flag(false, 'asm'))
    notes.doubt('unknown-head', 'The head in stages (asm) is counted like a plain one.');
  const linear = (name: string, rows: number): WeightTensor[] =>
    matrix(name, rows, hidden, 'head', { bias: true });
  const summary = sequenceSummary(context, hidden);
  const headsByName: Readonly<Record<string, readonly WeightTensor[]>> = {
    WithLMHeadModel: [
      vector('pred_layer.proj.bias', vocabulary, 'head'),
      ...(tied ? [] : matrix('pred_layer.proj', vocabulary, hidden, 'head')),
    ],
    ForSequenceClassification: summary,
    ForTokenClassification: linear('classifier', classes),
    ForMultipleChoice: [...summary, ...matrix('logits_proj', 1, classes, 'head', { bias: true })],
    ForQuestionAnsweringSimple: linear('qa_outputs', classes),
    ForQuestionAnswering: beamAnswer(hidden, 'qa_outputs.'),
    Model: [],
  };
  const found = Object.entries(headsByName).find(([end]) => architecture.endsWith(end));
  if (found === undefined)
    notes.doubt('unknown-head', 'The architecture is not said or not known: counted is the trunk.');
  return {
    kind: 'encoder',
    hidden,
    vocabulary,
    maxContext: positions,
    layers: encoderStack({
      path: 'transformer.',
      layers,
      hidden,
      heads,
      width: 4 * hidden,
      qkvBias: true,
      outBias: true,
      mlpBias: true,
      attention: 'attentions.{layer}',
      attentionNames: { query: 'q_lin', key: 'k_lin', value: 'v_lin', output: 'out_lin' },
      feedForward: 'ffns.{layer}',
      feedForwardNames: { up: 'lin1', down: 'lin2' },
      blockNorms: ['layer_norm1.{layer}', 'layer_norm2.{layer}'],
    }),
    outside: [
      lookup('transformer.embeddings', vocabulary, hidden),
      lookup('transformer.position_embeddings', positions, hidden),
      ...(languages > 1 && config.flag(true, 'use_lang_emb')
        ? [lookup('transformer.lang_embeddings', languages, hidden)]
        : []),
      ...norm('transformer.layer_norm_emb', hidden, 'layer'),
      ...(found?.[1] ?? []),
    ],
    tiedHead: tied && architecture.endsWith('LMHeadModel'),
    headKnown: true,
  };
};
