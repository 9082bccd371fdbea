import type { Family } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { gptLike } from '../../parts/gptLike';
import { planLayers } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import { topOf } from '../../parts/head';
import { transformerSizes } from '../../parts/sizes';
import { lookup, matrix, norm, vector } from '../../parts/tensors';

const SUMMARY = ['summary_activation', 'summary_proj_to_labels', 'summary_type', 'summary_use_proj', 'n_ctx'];

/** CTRL: sinusoids for positions, biases everywhere, the head tied. */
export const ctrl: Family = ({ config, architecture }) => {
  const sizes = transformerSizes(config);
  config.understood(...SUMMARY, 'from_tf', 'summary_first_dropout');
  return gptLike(config, {
    architecture,
    sizes: { ...sizes, kvHeads: sizes.heads },
    width: config.integer('dff'),
    maxContext: config.optional('n_positions') ?? null,
    qkvBias: true,
    outBias: true,
    mlpBias: true,
    headBias: true,
    embedding: 'transformer.w',
    layer: 'transformer.h.{layer}.',
    attention: 'multi_head_attention',
    attentionNames: { query: 'Wq', key: 'Wk', value: 'Wv', output: 'dense' },
    feedForward: 'ffn',
    feedForwardNames: { up: '0', down: '2' },
    blockNorms: ['layernorm1', 'layernorm2'],
    outerNorms: ['transformer.layernorm'],
  });
};

/** Japanese GPT-NeoX: no biases but one, on what the last attention hands on. */
export const gptNeoxJapanese: Family = ({ config, architecture }) => {
  const sizes = transformerSizes(config);
  const model = gptLike(config, {
    architecture,
    sizes: { ...sizes, kvHeads: sizes.heads },
    width: config.integer('intermediate_multiple_size') * sizes.hidden,
    maxContext: config.optional('max_position_embeddings') ?? null,
    qkvBias: false,
    outBias: false,
    mlpBias: false,
    layer: 'gpt_neox_japanese.layers.{layer}.',
    attention: 'attention',
    fused: 'query_key_value',
    attentionNames: { output: 'dense' },
    feedForward: 'mlp',
    feedForwardNames: { up: 'dense_h_to_4h', down: 'dense_4h_to_h' },
    blockNorms: ['input_layernorm', 'post_attention_layernorm'],
    outerNorms: ['gpt_neox_japanese.final_layer_norm'],
    embedding: 'gpt_neox_japanese.embed_in',
    headModule: 'embed_out',
  });
  const last = `gpt_neox_japanese.layers.${String(sizes.layers - 1)}.attention.dense_bias`;
  return {
    ...model,
    outside: [...model.outside, ...(sizes.layers > 0 ? [vector(last, sizes.hidden, 'attention')] : [])],
  };
};

/** CPM-Ant: prompts and segments with rows of their own, one table of relative positions for all layers. */
export const cpmAnt: Family = ({ config, notes, architecture }) => {
  const hidden = config.integer('hidden_size');
  const vocabulary = config.integer('vocab_size');
  const heads = config.integer('num_attention_heads');
  const headDim = config.integer('dim_head');
  const width = config.integer('dim_ff');
  const segments = config.integer('segment_types');
  const buckets = config.integer('position_bias_num_buckets');
  const prompts = config.integer('prompt_types') * config.integer('prompt_length');
  config.understood('tie_word_embeddings', 'position_bias_max_distance', 'use_cache');
  const top = topOf(architecture);
  if (top !== 'none')
    notes.doubt(
      'tied-head-unclear',
      'Releases differ in whether the head is tied to the embedding; it is counted.',
    );
  const path = 'cpmant.encoder.layers.{layer}.';
  return {
    kind: 'decoder',
    hidden,
    vocabulary,
    maxContext: null,
    layers: planLayers(
      config.integer('num_hidden_layers'),
      () => '',
      () => ({
        mixer: groupedAttention({
          module: `${path}self_att.self_attention`,
          hidden,
          queryHeads: heads,
          kvHeads: heads,
          headDim,
          names: { query: 'project_q', key: 'project_k', value: 'project_v', output: 'attention_out' },
        }),
        feedForward: denseFeedForward({
          module: `${path}ffn.ffn`,
          hidden,
          width,
          names: { gate: 'w_in.w_0', up: 'w_in.w_1', down: 'w_out' },
        }),
        others: ['self_att.layernorm_before_attention', 'ffn.layernorm_before_ffn'].flatMap((name) =>
          norm(path + name, hidden, 'rms'),
        ),
      }),
    ),
    outside: [
      lookup('cpmant.input_embedding', vocabulary + prompts, hidden),
      lookup('cpmant.segment_embedding', segments, hidden),
      lookup(
        'cpmant.position_bias.relative_attention_bias',
        segments * segments + buckets,
        heads,
        'attention',
      ),
      ...norm('cpmant.encoder.output_layernorm', hidden, 'rms'),
      ...(top === 'none' ? [] : matrix('lm_head', vocabulary, hidden, 'head')),
    ],
    tiedHead: false,
    headKnown: top === 'none' || top === 'language',
  };
};
