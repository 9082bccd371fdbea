import type { Family } from '../../family';
import { llamaLike } from '../../parts/llamaLike';
import { encoderModel, siglipTrunk, vitStack } from '../../parts/vitStack';
import { convolution, lookup, matrix, norm, vector } from '../../parts/tensors';
import { twoMatrices } from './siglipWrappers';
import { joined, readParts, sizeOf, sizesOf } from './wrapper';

/** GLM-4.6V: GLM-4.1V's tower, GLM-4 or GLM-4.5 behind it. */
export const glm46v: Family = (context) =>
  joined(readParts(context, { text: 'glm4v_text', tower: 'glm4v_vision' }));

/** GLM-OCR's language model: GLM-4's four norms, never a bias. */
export const glmOcrText: Family = (context) =>
  llamaLike(context, {
    blockNorms: [
      'input_layernorm',
      'post_attention_layernorm',
      'post_self_attn_layernorm',
      'post_mlp_layernorm',
    ],
  });

/** GLM-OCR's tower: gated with biases, norms on every head, a convolution that shrinks, a gated merger. */
export const glmOcrVision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const out = config.integer('out_hidden_size');
  const channels = config.integerOr(3, 'in_channels');
  const patch = config.integer('patch_size');
  const merge = config.integer('spatial_merge_size');
  const bias = config.flag(true, 'attention_bias');
  const p = 'model.visual.';
  config.understood('image_size');
  return encoderModel(
    hidden,
    vitStack(config, `${p}blocks.{layer}.`, {
      qkvBias: bias,
      outBias: bias,
      mlpBias: bias,
      gated: true,
      norm: 'rms',
      qkNorm: 'head',
      attention: 'attn',
      fused: 'qkv',
      attentionNames: { output: 'proj' },
      blockNorms: ['norm1', 'norm2'],
    }),
    [
      ...convolution(
        `${p}patch_embed.proj`,
        [hidden, channels, config.integer('temporal_patch_size'), patch, patch],
        'embedding',
        { bias: true },
      ),
      ...norm(`${p}post_layernorm`, hidden, 'rms'),
      ...convolution(`${p}downsample`, [out, hidden, merge, merge], 'vision', { bias: true }),
      ...matrix(`${p}merger.proj`, out, out, 'vision'),
      ...norm(`${p}merger.post_projection_norm`, out, 'layer'),
      ...matrix(`${p}merger.gate_proj`, out * channels, out, 'vision'),
      ...matrix(`${p}merger.up_proj`, out * channels, out, 'vision'),
      ...matrix(`${p}merger.down_proj`, out, out * channels, 'vision'),
    ],
  );
};

export const glmOcr: Family = (context) =>
  joined(readParts(context, { text: 'glm_ocr_text', tower: 'glm_ocr_vision' }));

/** Kimi K2.5's tower: MoonViT for pictures and frames. */
export const kimiVision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size', 'vt_hidden_size');
  const patch = config.integer('patch_size');
  const p = 'model.vision_tower.';
  config.understood(
    'pos_emb_time',
    'init_pos_emb_time',
    'merge_kernel_size',
    'mm_hidden_size',
    'mm_projector_type',
    'merge_type',
    'pos_emb_type',
    'projector_ln_eps',
    'text_hidden_size',
    'video_attn_type',
  );
  return encoderModel(
    hidden,
    vitStack(config, `${p}layers.{layer}.`, {
      layers: config.integer('num_hidden_layers', 'vt_num_hidden_layers'),
      hidden,
      heads: config.integer('num_attention_heads', 'vt_num_attention_heads'),
      width: config.integer('intermediate_size', 'vt_intermediate_size'),
      attention: 'attn',
      attentionNames: { output: 'proj' },
      blockNorms: ['norm1', 'norm2'],
    }),
    [
      ...convolution(`${p}patch_embed.proj`, [hidden, 3, patch, patch], 'embedding', { bias: true }),
      vector(
        `${p}pos_emb.position_embeddings`,
        [
          config.integer('pos_emb_height', 'init_pos_emb_height'),
          config.integer('pos_emb_width', 'init_pos_emb_width'),
          hidden,
        ],
        'embedding',
      ),
      ...norm(`${p}final_layernorm`, hidden, 'layer'),
    ],
  );
};

/** Patches that a kernel takes together. */
function area(kernel: readonly number[]): number {
  return kernel.reduce((product, size) => product * size, 1);
}

/** Kimi K2.5: a norm on each patch, two matrices over the merged ones, DeepSeek V3. */
export const kimiK25: Family = (context) => {
  const { config } = context;
  const parts = readParts(context, { text: 'deepseek_v3', tower: 'kimi_k25_vision' });
  const wide = parts.tower.hidden * area(sizesOf(config, 'vision_config', 'merge_kernel_size', [2, 2]));
  const normed = config.optional('projection_hidden_size', 'mm_hidden_size') ?? parts.tower.hidden;
  config.understood('media_placeholder_token_id', 'use_unified_vision_chunk', 'video_placeholder');
  return joined(parts, {
    projector: [
      ...norm('model.mm_projector.pre_norm', normed, 'layer'),
      ...twoMatrices('model.mm_projector', ['in_proj', 'out_proj'], [wide, wide, parts.text.hidden]),
    ],
  });
};

/** MiniCPM-V 4.6's tower: SigLIP's trunk with a merger of windows inside. */
export const miniCpmV46Vision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const width = config.integer('intermediate_size');
  const window = (config.integers('window_kernel_size') ?? [2, 2]).reduce(
    (product, size) => product * size,
    1,
  );
  const p = 'model.vision_tower.vit_merger';
  config.understood('insert_layer_id');
  return siglipTrunk(config, {
    tower: 'model.vision_tower.',
    outside: [
      ...['q_proj', 'k_proj', 'v_proj', 'out_proj'].flatMap((name) =>
        matrix(`${p}.self_attn.${name}`, hidden, hidden, 'vision', { bias: true }),
      ),
      ...norm(`${p}.layer_norm1`, hidden, 'layer'),
      ...norm(`${p}.pre_norm`, hidden * window, 'layer'),
      ...twoMatrices(p, ['linear_1', 'linear_2'], [hidden * window, width * window, hidden]),
    ],
  });
};

/** MiniCPM-V 4.6 and 4.7: four patches become one, once or more, Qwen3.5 behind. */
export const miniCpmV46: Family = (context) => {
  const { config, modelType } = context;
  const parts = readParts(context, { text: 'qwen3_5_text', tower: `${modelType}_vision` });
  const times = Math.max(1, config.integerOr(1, 'merger_times'));
  const { hidden } = parts.tower;
  config.understood(
    'merge_kernel_size',
    'image_size',
    'patch_size',
    'drop_vision_last_layer',
    'insert_layer_id',
  );
  return joined(parts, {
    projector: Array.from({ length: Math.min(times, 64) }, (_, index) => {
      const path = `model.merger.mlp.${String(index)}`;
      const out = index === times - 1 ? parts.text.hidden : hidden;
      return [
        ...norm(`${path}.pre_norm`, 4 * hidden, 'layer'),
        ...twoMatrices(path, ['linear_1', 'linear_2'], [4 * hidden, 4 * hidden, out]),
      ];
    }).flat(),
  });
};

/** Ovis 2's tower: gated, norms without shift, and a head that spells each patch as a word of its own vocabulary. */
export const ovis2Vision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const bias = config.flag(false, 'qkv_bias');
  const p = 'model.vision_tower.transformer.';
  const stride = config.integer('hidden_stride');
  const words = config.integer('vocab_size') - config.integerOr(5, 'num_visual_indicator_tokens');
  const head = hidden * stride * stride;
  const model = siglipTrunk(config, {
    tower: p,
    norm: 'rms',
    gated: true,
    qkvBias: bias,
    outBias: bias,
    mlpBias: config.flag(false, 'mlp_bias'),
    attention: 'attention',
    feedForward: 'ffn',
    feedForwardNames: {},
    blockNorms: ['rms_norm1', 'rms_norm2'],
    outside: norm(`${p}embeddings.rms_norm`, hidden, 'rms'),
  });
  config.understood('backbone_config', 'tokenize_function');
  return {
    ...model,
    outside: [
      ...model.outside,
      ...matrix('model.vision_tower.head_linear', words, head, 'other'),
      ...norm('model.vision_tower.head_norm', words, 'layer'),
    ],
  };
};

/** Ovis 2: pictures are words of a second embedding table. */
export const ovis2: Family = (context) => {
  const { config } = context;
  const parts = readParts(context, { text: 'qwen2', tower: 'ovis2_vision' });
  const words = sizeOf(config, 'vision_config', 'vocab_size', 16384);
  config.understood('visual_indicator_token_ids');
  // A head of its own is as large as the outer file says, not the language model's section.
  const shape = [config.integer('vocab_size'), config.integer('hidden_size')];
  const outside = parts.text.outside.map((tensor) =>
    tensor.part === 'head' && tensor.role === 'linear' ? { ...tensor, shape } : tensor,
  );
  return joined(
    { ...parts, text: { ...parts.text, outside } },
    {
      projector: [lookup('model.visual_embeddings_table', words, config.integer('hidden_size'))],
    },
  );
};
