import type { FamilyContext, Family } from '../../family';
import { attends } from '../../parts/bertTrunk';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers, type LayerPlan } from '../../parts/foldLayers';
import { labelCount } from '../../parts/head';
import { lookup, matrix, norm, vector } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';

/** What a relative attention of the Transformer-XL line is made of. */
interface Relative {
  path: string;
  hidden: number;
  heads: number;
  headDim: number;
}

function relativeBiases(r: Relative, names: readonly string[]): WeightTensor[] {
  return names.map((name) => vector(r.path + name, [r.heads, r.headDim], 'attention'));
}

/** A table or matrix that the classes keep as [width, heads, width of a head]. */
function headed(r: Relative, name: string, rows = r.hidden): WeightTensor {
  return { name: r.path + name, shape: [rows, r.heads, r.headDim], part: 'attention', role: 'linear' };
}

/** What sums a sequence up before a classifier, as far as it stores anything. */
export function sequenceSummary({ config }: FamilyContext, hidden: number): WeightTensor[] {
  const toLabels = config.flag(false, 'summary_proj_to_labels');
  config.understood('summary_type', 'summary_activation', 'summary_first_dropout', 'summary_last_dropout');
  return config.flag(false, 'summary_use_proj')
    ? matrix('sequence_summary.summary', toLabels ? labelCount(config) : hidden, hidden, 'head', {
        bias: true,
      })
    : [];
}

/** The head that looks for the best few starts and then the best few ends of an answer. */
export function beamAnswer(hidden: number, prefix = ''): WeightTensor[] {
  return [
    ...matrix(`${prefix}start_logits.dense`, 1, hidden, 'head', { bias: true }),
    ...matrix(`${prefix}end_logits.dense_0`, hidden, 2 * hidden, 'head', { bias: true }),
    ...norm(`${prefix}end_logits.LayerNorm`, hidden, 'layer', 'head'),
    ...matrix(`${prefix}end_logits.dense_1`, 1, hidden, 'head', { bias: true }),
    ...matrix(`${prefix}answer_class.dense_0`, hidden, 2 * hidden, 'head', { bias: true }),
    ...matrix(`${prefix}answer_class.dense_1`, 1, hidden, 'head'),
  ];
}

/** XLNet: positions relative, each block with a projection of its own for them; the head is tied. */
export const xlnet: Family = (context) => {
  const { config, architecture, notes } = context;
  const hidden = config.integer('d_model', 'hidden_size');
  const heads = config.integer('n_head', 'num_attention_heads');
  const headDim = config.optional('d_head') ?? Math.floor(hidden / heads);
  const vocabulary = config.integer('vocab_size', 'n_token');
  const width = config.integer('d_inner');
  const tied = config.flag(true, 'tie_word_embeddings');
  const classes = labelCount(config);
  config.understood(
    'attn_type',
    'untie_r',
    'bi_data',
    'clamp_len',
    'same_length',
    'mem_len',
    'reuse_len',
    'start_n_top',
    'end_n_top',
    'use_mems_eval',
    'use_mems_train',
    'ff_activation',
    'summary_use_proj',
  );
  const linear = (name: string, rows: number): WeightTensor[] =>
    matrix(name, rows, hidden, 'head', { bias: true });
  const summary = sequenceSummary(context, hidden);
  const headsByName: Readonly<Record<string, readonly WeightTensor[]>> = {
    LMHeadModel: [
      vector('lm_loss.bias', vocabulary, 'head'),
      ...(tied ? [] : matrix('lm_loss', vocabulary, hidden, 'head')),
    ],
    ForSequenceClassification: [...summary, ...linear('logits_proj', classes)],
    ForTokenClassification: linear('classifier', classes),
    ForMultipleChoice: [...summary, ...linear('logits_proj', 1)],
    ForQuestionAnsweringSimple: linear('qa_outputs', classes),
    ForQuestionAnswering: beamAnswer(hidden),
    Model: [],
  };
  const found = Object.entries(headsByName).find(([end]) => architecture.endsWith(end));
  if (found === undefined)
    notes.doubt('unknown-head', 'The architecture is not said or not known: counted is the trunk.');
  const r: Relative = { path: 'transformer.layer.{layer}.rel_attn.', hidden, heads, headDim };
  const path = 'transformer.layer.{layer}.ff';
  return {
    kind: 'encoder',
    hidden,
    vocabulary,
    maxContext: null,
    layers: planLayers(
      config.integer('n_layer', 'num_hidden_layers'),
      () => '',
      () => ({
        mixer: {
          mixer: attends(heads, headDim),
          weights: [
            ...['q', 'k', 'v', 'o', 'r'].map((name) => headed(r, name)),
            ...relativeBiases(r, ['r_r_bias', 'r_s_bias', 'r_w_bias']),
            vector(`${r.path}seg_embed`, [2, heads, headDim], 'attention'),
            ...norm(`${r.path}layer_norm`, hidden, 'layer'),
          ],
        },
        feedForward: denseFeedForward({
          module: path,
          hidden,
          width,
          gated: false,
          bias: true,
          names: { up: 'layer_1', down: 'layer_2' },
        }),
        others: norm(`${path}.layer_norm`, hidden, 'layer'),
      }),
    ),
    outside: [
      lookup('transformer.word_embedding', vocabulary, hidden),
      vector('transformer.mask_emb', [1, 1, hidden], 'embedding'),
      ...(found?.[1] ?? []),
    ],
    tiedHead: tied && architecture.endsWith('LMHeadModel'),
    headKnown: true,
  };
};

/** Funnel: blocks that halve the sequence, and a short decoder that widens it again for heads that need every token. */
export const funnel: Family = (context) => {
  const { config, architecture, notes } = context;
  const hidden = config.integer('d_model', 'hidden_size');
  const heads = config.integer('n_head', 'num_attention_heads');
  const headDim = config.integer('d_head');
  const vocabulary = config.integer('vocab_size');
  const width = config.integer('d_inner');
  const blocks = config.integers('block_sizes') ?? [];
  const classes = labelCount(config);
  const tied = config.flag(true, 'tie_word_embeddings');
  config.understood(
    'block_repeats',
    'num_decoder_layers',
    'num_hidden_layers',
    'num_blocks',
    'pooling_type',
    'attention_type',
    'separate_cls',
    'truncate_seq',
    'pool_q_only',
    'rel_attn_type',
  );
  const narrow = /(?:BaseModel|ForSequenceClassification|ForMultipleChoice)$/.test(architecture);
  const linear = (name: string, rows: number): WeightTensor[] =>
    matrix(name, rows, hidden, 'head', { bias: true });
  const twice = (rows: number): WeightTensor[] => [
    ...linear('classifier.linear_hidden', hidden),
    ...linear('classifier.linear_out', rows),
  ];
  const headsByName: Readonly<Record<string, readonly WeightTensor[]>> = {
    ForMaskedLM: [
      vector('lm_head.bias', vocabulary, 'head'),
      ...(tied ? [] : matrix('lm_head', vocabulary, hidden, 'head')),
    ],
    ForPreTraining: [
      ...linear('discriminator_predictions.dense', hidden),
      ...linear('discriminator_predictions.dense_prediction', 1),
    ],
    ForSequenceClassification: twice(classes),
    ForMultipleChoice: twice(1),
    ForTokenClassification: linear('classifier', classes),
    ForQuestionAnswering: linear('qa_outputs', classes),
    Model: [],
  };
  const found = Object.entries(headsByName).find(([end]) => architecture.endsWith(end));
  if (found === undefined)
    notes.doubt('unknown-head', 'The architecture is not said or not known: counted is the trunk.');
  const layer = (base: string): LayerPlan => {
    const r: Relative = { path: `${base}attention.`, hidden, heads, headDim };
    const all = heads * headDim;
    return {
      mixer: {
        mixer: attends(heads, headDim),
        weights: [
          ...matrix(`${r.path}q_head`, all, hidden, 'attention'),
          ...matrix(`${r.path}k_head`, all, hidden, 'attention', { bias: true }),
          ...matrix(`${r.path}v_head`, all, hidden, 'attention', { bias: true }),
          ...matrix(`${r.path}post_proj`, hidden, all, 'attention', { bias: true }),
          headed(r, 'r_kernel'),
          ...relativeBiases(r, ['r_w_bias', 'r_r_bias', 'r_s_bias']),
          vector(`${r.path}seg_embed`, [2, heads, headDim], 'attention'),
          ...norm(`${r.path}layer_norm`, hidden, 'layer'),
        ],
      },
      feedForward: denseFeedForward({
        module: `${base}ffn`,
        hidden,
        width,
        gated: false,
        bias: true,
        names: { up: 'linear_1', down: 'linear_2' },
      }),
      others: norm(`${base}ffn.layer_norm`, hidden, 'layer'),
    };
  };
  const stack = (count: number, base: string): LayerPlan[] =>
    planLayers(
      count,
      () => '',
      () => layer(base),
    );
  return {
    kind: 'encoder',
    hidden,
    vocabulary,
    maxContext: null,
    layers: [
      ...blocks.flatMap((count, index) => stack(count, `funnel.encoder.blocks.${String(index)}.{layer}.`)),
      ...(narrow ? [] : stack(config.integer('num_decoder_layers'), 'funnel.decoder.layers.{layer}.')),
    ],
    outside: [
      lookup('funnel.embeddings.word_embeddings', vocabulary, hidden),
      ...norm('funnel.embeddings.layer_norm', hidden, 'layer'),
      ...(found?.[1] ?? []),
    ],
    tiedHead: tied && architecture.endsWith('ForMaskedLM'),
    headKnown: true,
  };
};
