import type { Config } from '../../config';
import type { Family, FamilyContext, FamilyModel } from '../../family';
import { denseWeights } from '../../parts/feedForward';
import { groupedAttention } from '../../parts/groupedAttention';
import { llamaLike } from '../../parts/llamaLike';
import { convolution, lookup, matrix, norm, vector } from '../../parts/tensors';
import { encoderModel, patchesOf, siglipTrunk, vitStack } from '../../parts/vitStack';
import type { WeightTensor } from '../../spec';
import { joined, readParts, readTower, sizeOf } from './wrapper';

/** Idefics' tower: CLIP under other keys. */
export const ideficsVision: Family = ({ config }) => {
  const hidden = config.integer('embed_dim');
  const patch = config.integer('patch_size');
  const p = 'model.vision_model.';
  config.understood('hidden_size', 'vision_model_name');
  return encoderModel(hidden, vitStack(config, `${p}encoder.layers.{layer}.`, { hidden }), [
    vector(`${p}embeddings.class_embedding`, hidden, 'embedding'),
    ...convolution(
      `${p}embeddings.patch_embedding`,
      [hidden, config.integerOr(3, 'num_channels'), patch, patch],
      'embedding',
    ),
    lookup(`${p}embeddings.position_embedding`, patchesOf(config) + 1, hidden),
    ...norm(`${p}pre_layrnorm`, hidden, 'layer'),
    ...norm(`${p}post_layernorm`, hidden, 'layer'),
  ]);
};

/** Learned queries that look at the patches, layer after layer. */
function resampler(config: Config, hidden: number): WeightTensor[] {
  const p = 'model.perceiver_resampler';
  const key = 'perceiver_config';
  const depth = sizeOf(config, key, 'resampler_depth', 6);
  const dim = sizeOf(config, key, 'resampler_head_dim', 96);
  const inner = sizeOf(config, key, 'resampler_n_heads', 16) * dim;
  const perceiver = config.section(key, { qk_layer_norms_perceiver: false });
  const normed = perceiver?.flag(false, 'qk_layer_norms_perceiver') ?? false;
  perceiver?.understood(
    'resampler_depth',
    'resampler_head_dim',
    'resampler_n_heads',
    'resampler_n_latents',
    'use_resampler',
  );
  const copies = { copies: depth };
  const scaled = (name: string, width: number): WeightTensor[] =>
    ['weight', 'bias'].map((each) => vector(`${p}.blocks.{i}.${name}.${each}`, width, 'other', copies));
  return [
    vector(`${p}.latents`, [sizeOf(config, key, 'resampler_n_latents', 64), hidden], 'other'),
    ...['context_layer_norm', 'latents_layer_norm'].flatMap((name) => scaled(`0.${name}`, hidden)),
    ...(normed ? ['q_layer_norm', 'k_layer_norm'].flatMap((name) => scaled(`0.${name}`, dim)) : []),
    ...['q_proj', 'k_proj', 'v_proj'].flatMap((name) =>
      matrix(`${p}.blocks.{i}.0.${name}`, inner, hidden, 'other', copies),
    ),
    ...matrix(`${p}.blocks.{i}.0.output_proj`, hidden, inner, 'other', copies),
    ...scaled('1.ln', hidden),
    ...matrix(`${p}.blocks.{i}.1.fc`, 4 * hidden, hidden, 'other', copies),
    ...matrix(`${p}.blocks.{i}.1.c_proj`, hidden, 4 * hidden, 'other', copies),
    ...norm(`${p}.layer_norm`, hidden, 'layer'),
  ];
}

/** A gated block of Llama's size that looks at the picture, between every n layers. */
function crossLayer(context: FamilyContext, text: FamilyModel, from: number): WeightTensor[] {
  const { config } = context;
  const { hidden } = text;
  const heads = config.integer('num_attention_heads');
  const p = 'model.gated_cross_attn_layers.{i}';
  const alpha = config.text('alpha_type') === 'vector' ? [1, 1, hidden] : [1];
  return [
    vector(`${p}.alpha_cross_attn`, alpha, 'other'),
    vector(`${p}.alpha_dense`, alpha, 'other'),
    ...groupedAttention({
      module: `${p}.cross_attn`,
      hidden,
      queryHeads: heads,
      kvHeads: heads,
      headDim: hidden / heads,
      kvInput: from,
      qkNorm: config.flag(false, 'qk_layer_norms') ? 'head' : 'none',
      causal: false,
    }).weights,
    ...denseWeights({ module: `${p}.mlp`, hidden, width: config.integer('intermediate_size') }),
    ...norm(`${p}.input_layernorm`, hidden, 'rms'),
    ...norm(`${p}.post_attention_layernorm`, hidden, 'rms'),
  ];
}

/** Idefics (first): Llama with gated blocks between its layers that look at CLIP's patches. */
export const idefics: Family = (context) => {
  const { config, architecture } = context;
  const bare = /Model$/.test(architecture);
  const text = llamaLike({ ...context, architecture: bare ? 'Model' : 'ForCausalLM' });
  const tower = readTower(context, 'vision_config', 'idefics_vision');
  const every = Math.max(1, config.integerOr(1, 'cross_layer_interval'));
  const more = config.integerOr(0, 'additional_vocab_size');
  const count = Math.floor(text.layers.length / every);
  config.understood(
    'alpha_initializer',
    'alphas_initializer_range',
    'freeze_lm_head',
    'freeze_text_layers',
    'freeze_text_module_exceptions',
    'freeze_vision_layers',
    'freeze_vision_module_exceptions',
    'vision_image_size',
    'vision_embed_dim',
    'vision_model_name',
    'word_embed_proj_dim',
    'ffn_dim',
  );
  const gates = crossLayer(context, text, tower.hidden).map((tensor) => ({ ...tensor, copies: count }));
  const model = {
    ...text,
    outside: [
      ...text.outside,
      ...gates,
      ...(more > 0 ? [lookup('model.embed_tokens.additional_embedding', more, text.hidden)] : []),
      ...(more > 0 && !bare && !text.tiedHead
        ? matrix('lm_head.additional_fc', more, text.hidden, 'head')
        : []),
    ],
  };
  const projector = config.flag(false, 'use_resampler') ? resampler(config, tower.hidden) : [];
  if (projector.length === 0) config.understood('perceiver_config');
  return joined({ text: model, tower }, { projector });
};

/** Idefics 2's tower: SigLIP's trunk. */
export const idefics2Vision: Family = ({ config }) => siglipTrunk(config, { tower: 'model.vision_model.' });

/** Idefics 2's queries: Mistral's blocks over 64 latents. */
export const idefics2Perceiver: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const p = 'model.connector.perceiver_resampler.';
  config.understood('resampler_n_latents');
  return encoderModel(
    hidden,
    vitStack(config, `${p}layers.{layer}.`, {
      layers: config.integer('resampler_depth'),
      hidden,
      heads: config.integer('resampler_n_heads'),
      kvHeads: config.integer('num_key_value_heads'),
      headDim: config.integer('resampler_head_dim'),
      width: 4 * hidden,
      qkvBias: false,
      outBias: false,
      mlpBias: false,
      gated: true,
      norm: 'rms',
      attentionNames: { output: 'o_proj' },
      blockNorms: ['input_latents_norm', 'input_context_norm', 'post_attention_layernorm'],
    }),
    [
      vector(`${p}latents`, [config.integer('resampler_n_latents'), hidden], 'other'),
      ...norm(`${p}norm`, hidden, 'rms'),
    ],
  );
};

/** Idefics 2: a gated projector of the language model's width, 64 queries, Mistral. */
export const idefics2: Family = (context) => {
  const { config } = context;
  const parts = readParts(context, { text: 'mistral', tower: 'idefics2_vision' });
  const queries = readTower(context, 'perceiver_config', 'idefics2_perceiver');
  if (queries.hidden !== parts.text.hidden)
    context.notes.doubt('contradiction', 'The queries are not as wide as the language model.');
  const width = sizeOf(config, 'text_config', 'intermediate_size', 14336);
  const p = 'model.connector.modality_projection';
  const seen = joined(parts, {
    projector: [
      ...matrix(`${p}.gate_proj`, width, parts.tower.hidden, 'vision'),
      ...matrix(`${p}.up_proj`, width, parts.tower.hidden, 'vision'),
      ...matrix(`${p}.down_proj`, parts.text.hidden, width, 'vision'),
    ],
  });
  return joined(
    { text: seen, tower: queries },
    { kind: 'other', outputTokens: sizeOf(config, 'perceiver_config', 'resampler_n_latents', 64) },
  );
};
