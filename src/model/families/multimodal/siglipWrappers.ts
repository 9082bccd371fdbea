import type { Family } from '../../family';
import { siglipTrunk } from '../../parts/vitStack';
import { matrix, norm } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';
import { joined, readParts, sizeOf, squareTokens } from './wrapper';

/** Two matrices with biases from one width to the next. */
export function twoMatrices(
  path: string,
  [first, second]: readonly [string, string],
  [input, between, out]: readonly [number, number, number],
  bias = true,
): WeightTensor[] {
  return [
    ...matrix(`${path}.${first}`, between, input, 'vision', { bias }),
    ...matrix(`${path}.${second}`, out, between, 'vision', { bias }),
  ];
}

/** A gated projector: half of the first matrix gates the other half. */
function gatedProjector(path: string, input: number, between: number, out: number): WeightTensor[] {
  return [
    ...matrix(`${path}.linear_1`, between, input, 'vision', { bias: true }),
    ...matrix(`${path}.linear_2`, out, Math.floor(between / 2), 'vision', { bias: true }),
  ];
}

const PROJECTOR = 'model.multi_modal_projector';

/** Aya Vision: neighbouring patches stacked and normed, a gated projector, Cohere 2. */
export const ayaVision: Family = (context) => {
  const { config } = context;
  const parts = readParts(context, { text: 'cohere2', tower: 'siglip_vision_model' });
  const factor = config.integer('downsample_factor');
  const wide = parts.tower.hidden * factor ** 2;
  const between = config.optional('alignment_intermediate_size') ?? parts.text.hidden;
  config.understood('max_splits_per_img');
  return joined(parts, {
    outputTokens: squareTokens(config, factor),
    projector: [
      ...norm(`${PROJECTOR}.layernorm`, wide, 'layer'),
      ...gatedProjector(PROJECTOR, wide, between, parts.text.hidden),
    ],
  });
};

/** Command A Vision: the same without the norm. */
export const cohere2Vision: Family = (context) => {
  const { config } = context;
  const parts = readParts(context, { text: 'cohere2', tower: 'siglip_vision_model' });
  const factor = config.integer('downsample_factor');
  const wide = parts.tower.hidden * factor ** 2;
  return joined(parts, {
    outputTokens: squareTokens(config, factor),
    projector: gatedProjector(
      PROJECTOR,
      wide,
      config.integer('alignment_intermediate_size'),
      parts.text.hidden,
    ),
  });
};

/** LFM2-VL: neighbouring patches of SigLIP 2 stacked, two matrices, LFM2. */
export const lfm2Vl: Family = (context) => {
  const { config } = context;
  const parts = readParts(context, { text: 'lfm2', tower: 'siglip2_vision_model' });
  const wide = parts.tower.hidden * config.integer('downsample_factor') ** 2;
  const between = config.integer('projector_hidden_size');
  const bias = config.flag(true, 'projector_bias');
  config.understood(
    'do_image_splitting',
    'encoder_patch_size',
    'max_image_tokens',
    'min_image_tokens',
    'max_num_patches',
    'max_tiles',
    'min_tiles',
    'tile_size',
    'max_pixels_tolerance',
    'use_image_special_tokens',
    'use_thumbnail',
  );
  return joined(parts, {
    projector: [
      ...(config.flag(true, 'projector_use_layernorm') ? norm(`${PROJECTOR}.layer_norm`, wide, 'layer') : []),
      ...twoMatrices(PROJECTOR, ['linear_1', 'linear_2'], [wide, between, parts.text.hidden], bias),
    ],
  });
};

/** DeepSeek-VL with one tower: SigLIP, two matrices, Llama. */
export const deepseekVl: Family = (context) => {
  const parts = readParts(context, { text: 'llama', tower: 'siglip_vision_model' });
  const { hidden } = parts.text;
  return joined(parts, {
    outputTokens: squareTokens(context.config, 1),
    projector: twoMatrices('model.aligner', ['linear1', 'linear2'], [parts.tower.hidden, hidden, hidden]),
  });
};

/** PaddleOCR-VL's tower: SigLIP's trunk at any resolution. */
export const paddleOcrVision: Family = ({ config }) => {
  config.understood('spatial_merge_size', 'temporal_patch_size', 'tokens_per_second');
  return siglipTrunk(config, { tower: 'model.visual.vision_model.' });
};

/** PaddleOCR-VL: a norm on each patch, two matrices over the merged ones, Ernie 4.5. */
export const paddleOcrVl: Family = (context) => {
  const { config } = context;
  const flat = !config.says('text_config');
  const tower = { text: 'paddleocr_vl_text', tower: 'paddleocr_vl_vision' };
  const parts = readParts(context, tower);
  const merge = sizeOf(config, 'vision_config', 'spatial_merge_size', 2) ** 2;
  const wide = parts.tower.hidden * merge;
  const text =
    flat && config.says('hidden_size') ? context.as('paddleocr_vl_text', 'ForCausalLM') : parts.text;
  return joined(
    { text, tower: parts.tower },
    {
      projector: [
        ...norm('model.projector.pre_norm', parts.tower.hidden, 'layer'),
        ...twoMatrices('model.projector', ['linear_1', 'linear_2'], [wide, wide, text.hidden]),
      ],
    },
  );
};

/** VideoLLaMA 3's tower: SigLIP's trunk with rotary positions. */
export const videoLlama3Vision: Family = ({ config }) =>
  siglipTrunk(config, { tower: 'model.vision_model.', positions: 0 });

/** VideoLLaMA 3: two matrices, Qwen2. */
export const videoLlama3: Family = (context) => {
  const parts = readParts(context, { text: 'qwen2', tower: 'video_llama_3_vision' });
  const { hidden } = parts.text;
  context.config.understood('use_token_compression');
  return joined(parts, {
    projector: twoMatrices('model.projector.readout', ['0', '2'], [parts.tower.hidden, hidden, hidden]),
  });
};

/** Video-LLaVA: two CLIP towers alike, one for pictures and one for frames, one projector for both. */
export const videoLlava: Family = (context) => {
  const { config } = context;
  const parts = readParts(context, { text: 'llama', tower: 'clip_vision_model' });
  const { hidden } = parts.text;
  const bias = config.flag(true, 'multimodal_projector_bias');
  const layers = config.list('vision_feature_layer')?.length ?? 1;
  config.understood('video_seq_length');
  const pictures = joined(parts, {
    projector: twoMatrices(
      PROJECTOR,
      ['linear_1', 'linear_2'],
      [parts.tower.hidden * layers, hidden, hidden],
      bias,
    ),
  });
  return joined({ text: pictures, tower: parts.tower });
};

/** LightOnOCR: Pixtral's tower, a norm, a merger of neighbours, two matrices, Qwen3. */
export const lightOnOcr: Family = (context) => {
  const { config } = context;
  const parts = readParts(context, { text: 'qwen3', tower: 'pixtral' });
  const wide = parts.tower.hidden;
  const { hidden } = parts.text;
  const merged = wide * config.integer('spatial_merge_size') ** 2;
  const p = 'model.vision_projection';
  config.understood('multimodal_projector_bias');
  return joined(parts, {
    projector: [
      ...norm(`${p}.norm`, wide, 'rms'),
      ...matrix(`${p}.patch_merger.merging_layer`, wide, merged, 'vision'),
      ...twoMatrices(p, ['linear_1', 'linear_2'], [wide, hidden, hidden], false),
    ],
  });
};
