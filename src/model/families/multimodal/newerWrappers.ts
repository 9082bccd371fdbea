import type { Family } from '../../family';
import { encoderModel, patchesOf, vitStack } from '../../parts/vitStack';
import { convolution, lookup, matrix, norm, vector } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';
import { twoMatrices } from './siglipWrappers';
import { joined, readParts, readText, readTower, sizeOf } from './wrapper';

const PROJECTOR = 'model.multi_modal_projector';

/** Qianfan-OCR: InternVL's tower and projector, Qwen3. */
export const qianfanOcr: Family = (context) => {
  const { config } = context;
  const parts = readParts(context, { text: 'qwen3', tower: 'qianfan_ocr_vision' });
  const factor = Math.round(1 / (config.number('downsample_ratio') ?? 0.5));
  const merged = parts.tower.hidden * factor ** 2;
  const { hidden } = parts.text;
  return joined(parts, {
    projector: [
      ...norm(`${PROJECTOR}.layer_norm`, merged, 'layer'),
      ...twoMatrices(PROJECTOR, ['linear_1', 'linear_2'], [merged, hidden, hidden]),
    ],
  });
};

/** EXAONE 4.5's tower: Qwen2.5-VL's with fewer heads for keys and values. */
export const exaone45Vision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const heads = config.integer('num_heads');
  const wide = hidden * config.integer('spatial_merge_size') ** 2;
  const patch = config.integer('patch_size');
  const p = 'model.visual.';
  config.understood('window_size', 'fullatt_block_indexes', 'tokens_per_second');
  return encoderModel(
    hidden,
    vitStack(config, `${p}blocks.{layer}.`, {
      kvHeads: config.optional('num_key_value_heads') ?? heads,
      gated: true,
      norm: 'rms',
      attention: 'attn',
      fused: 'qkv',
      attentionNames: { output: 'proj' },
      blockNorms: ['norm1', 'norm2'],
    }),
    [
      ...convolution(
        `${p}patch_embed.proj`,
        [hidden, config.integerOr(3, 'in_channels'), config.integer('temporal_patch_size'), patch, patch],
        'embedding',
      ),
      ...norm(`${p}merger.ln_q`, hidden, 'rms'),
      ...twoMatrices(`${p}merger.mlp`, ['0', '2'], [wide, wide, config.integer('out_hidden_size')]),
    ],
  );
};

/** EXAONE 4.5: the tower brings its own projector. */
export const exaone45: Family = (context) => {
  context.config.understood('num_nextn_predict_layers', 'num_mtp_layers');
  return joined(readParts(context, { text: 'exaone4', tower: 'exaone4_5_vision' }));
};

/** HyperCLOVA X Vision 2: Qwen2.5-VL's tower, one matrix, HyperCLOVA X. */
export const hyperClovaXVision: Family = (context) => {
  const parts = readParts(context, { text: 'hyperclovax', tower: 'qwen2_5_vl_vision' });
  const out = sizeOf(context.config, 'vision_config', 'out_hidden_size', 3584);
  return joined(parts, {
    projector: matrix('model.projector', parts.text.hidden, out, 'vision', { bias: true }),
  });
};

/** MiniMax M3 VL's tower: CLIP's blocks on patches of two frames, no norm at the end. */
export const miniMaxM3Vision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const patch = config.integer('patch_size');
  const p = 'model.vision_tower.';
  config.understood('image_size', 'spatial_merge_size');
  return encoderModel(hidden, vitStack(config, `${p}layers.{layer}.`), [
    ...convolution(
      `${p}embeddings.proj`,
      [hidden, config.integerOr(3, 'num_channels'), config.integer('temporal_patch_size'), patch, patch],
      'embedding',
    ),
    ...norm(`${p}pre_layrnorm`, hidden, 'layer'),
  ]);
};

/** MiniMax M3 VL: two matrices a patch, two more over the merged ones. */
export const miniMaxM3Vl: Family = (context) => {
  const { config } = context;
  const parts = readParts(context, { text: 'minimax_m3_vl_text', tower: 'minimax_m3_vl_vision' });
  const between = config.integer('projector_hidden_size');
  const merged = parts.text.hidden * sizeOf(config, 'vision_config', 'spatial_merge_size', 2) ** 2;
  if ((config.optional('merged_hidden_size') ?? merged) !== merged)
    context.notes.doubt('contradiction', 'merged_hidden_size is not the width of the merged patches.');
  const { hidden } = parts.text;
  return joined(parts, {
    projector: [
      ...twoMatrices(PROJECTOR, ['linear_1', 'linear_2'], [parts.tower.hidden, between, hidden]),
      ...twoMatrices(PROJECTOR, ['merge_linear_1', 'merge_linear_2'], [merged, between, hidden]),
    ],
  });
};

/** GLM-Image's tower: Qwen2-VL's blocks with learned positions, no merger. */
export const glmImageVision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const patch = config.integer('patch_size');
  const bias = config.flag(true, 'attention_bias');
  const p = 'model.visual.';
  config.understood('spatial_merge_size');
  return encoderModel(
    hidden,
    vitStack(config, `${p}blocks.{layer}.`, {
      qkvBias: bias,
      outBias: bias,
      attention: 'attn',
      fused: 'qkv',
      attentionNames: { output: 'proj' },
      blockNorms: ['norm1', 'norm2'],
    }),
    [
      lookup(`${p}embeddings.position_embedding`, patchesOf(config), hidden),
      ...convolution(
        `${p}patch_embed.proj`,
        [hidden, config.integerOr(3, 'in_channels'), patch, patch],
        'embedding',
        { bias: true },
      ),
    ],
  );
};

/** GLM-Image's language and drawing model: GLM-4 with codes of pictures, a head over those codes alone. */
export const glmImage: Family = (context) => {
  const { config, architecture } = context;
  const text = readText({ ...context, architecture: 'GlmImageModel' }, 'text_config', 'glm_image_text');
  const tower = readTower(context, 'vision_config', 'glm_image_vision');
  const dim = sizeOf(config, 'vq_config', 'embed_dim', 2048);
  const latent = sizeOf(config, 'vq_config', 'latent_channels', 1536);
  const codes = sizeOf(config, 'text_config', 'vision_vocab_size', 16512);
  const head = /Model$/.test(architecture) ? [] : matrix('lm_head', codes, text.hidden, 'head');
  config.understood('vq_config');
  return joined(
    { text: { ...text, outside: [...text.outside, ...head] }, tower },
    {
      projector: [
        lookup('model.vqmodel.quantize.embedding', sizeOf(config, 'vq_config', 'num_embeddings', 16384), dim),
        ...convolution('model.vqmodel.quant_conv', [dim, latent, 1, 1], 'other', { bias: true }),
        ...convolution('model.vqmodel.post_quant_conv', [latent, dim, 1, 1], 'other', { bias: true }),
      ],
    },
  );
};

/** Step 3.5's tower: layer scales, rotary and learned positions, two convolutions that halve. */
export const step35Vision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const patch = config.integer('patch_size');
  const path = 'model.vision_model.layers.{layer}.';
  const p = 'model.vision_model.';
  config.understood('layer_scale_init_value', 'mlp_ratio', 'max_position_embeddings');
  return encoderModel(
    hidden,
    vitStack(config, path, {
      blockNorms: ['layernorm_before', 'layernorm_after'],
      others: () => ['lambda_1', 'lambda_2'].map((name) => vector(path + name, hidden, 'other')),
    }),
    [
      ...convolution(
        `${p}embeddings.patch_embedding`,
        [hidden, config.integerOr(3, 'num_channels'), patch, patch],
        'embedding',
      ),
      lookup(`${p}embeddings.position_embedding`, patchesOf(config), hidden),
      ...norm(`${p}pre_layernorm`, hidden, 'layer'),
      ...convolution(`${p}downsampler1`, [2 * hidden, hidden, 3, 3], 'other', { bias: true }),
      ...convolution(`${p}downsampler2`, [4 * hidden, 2 * hidden, 3, 3], 'other', { bias: true }),
    ],
  );
};

/** Step 3.7: one matrix from the tower to Step 3.5. */
export const step37: Family = (context) => {
  const { config } = context;
  const parts = readParts(context, { text: 'step3p5', tower: 'step3p5_vision' });
  if (config.object('text_config')?.tie_word_embeddings === true)
    context.notes.doubt(
      'tied-head',
      'Only the outer file can tie the head; the text section says that it is tied.',
    );
  const vision = config.object('vision_config');
  if (vision?.intermediate_size !== undefined && vision.mlp_ratio !== undefined)
    context.notes.doubt(
      'contradiction',
      'vision_config says both mlp_ratio and intermediate_size: releases differ in which holds.',
    );
  return joined(parts, {
    projector: matrix(PROJECTOR, parts.text.hidden, 4 * parts.tower.hidden, 'vision', {
      bias: config.flag(false, 'projector_bias'),
    }),
  });
};

/** Gemma 4 without towers: patches and sound go in by a few matrices where the file describes them. */
export const gemma4Unified: Family = (context) => {
  const { config } = context;
  const text = readText(context, 'text_config', 'gemma4_unified_text');
  if (config.object('vision_config') !== undefined || config.object('audio_config') !== undefined)
    context.notes.doubt('missing-part', 'The matrices that take in pictures and sound are not counted.');
  return { ...text, headKnown: true };
};

/** Pi0: PaliGemma beside a small Gemma that turns states and noise into actions. */
export const pi0: Family = (context) => {
  const { config, nested, architecture, notes } = context;
  if (/Model$/.test(architecture))
    notes.doubt('unknown-head', 'Which of the last matrices this architecture holds is not known.');
  const whole = nested('vlm_config', 'paligemma', { architecture: 'Model', evenIfAbsent: true });
  const actor = readTower(context, 'dit_config', 'gemma');
  if (whole === undefined) throw new ReadFailure('contradiction', 'vlm_config is no configuration.');
  const actions = config.integerOr(32, 'max_action_dim');
  const states = config.integerOr(32, 'max_state_dim');
  const { hidden } = actor;
  config.understood('chunk_size', 'num_inference_steps', 'tie_word_embeddings', 'min_period', 'max_period');
  const linear = (name: string, out: number, input: number): ReturnType<typeof matrix> =>
    matrix(name, out, input, 'other', { bias: true });
  return joined(
    {
      text: { ...whole, tiedHead: false, outside: whole.outside.filter((tensor) => tensor.part !== 'head') },
      tower: {
        ...actor,
        outside: actor.outside
          .filter((tensor) => tensor.part !== 'head')
          .map((tensor) =>
            tensor.role === 'lookup' ? { ...tensor, shape: [whole.vocabulary, actor.hidden] } : tensor,
          ),
      },
    },
    {
      kind: 'diffusion',
      projector: [
        ...linear('embed_action_time.action_in_proj', hidden, actions),
        ...linear('embed_action_time.state_proj', hidden, states),
        ...linear('embed_action_time.action_time_mlp_in', hidden, 2 * hidden),
        ...linear('embed_action_time.action_time_mlp_out', hidden, hidden),
        ...linear('action_out_proj', actions, hidden),
      ],
    },
  );
};

/** Towers that the timm library builds from a name: what they hold stands in no file. */
export const timmTower: Family = ({ modelType }) => {
  throw new ReadFailure(
    'unsupported',
    `${modelType} takes its vision tower from the timm library by name; the file does not describe it.`,
  );
};
