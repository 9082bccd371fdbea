import { Config, isObject } from '../../config';
import type { Family, FamilyContext, FamilyModel } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { convolution, lookup, matrix, norm, vector } from '../../parts/tensors';
import { encoderModel } from '../../parts/vitStack';
import { ReadFailure } from '../../readFailure';
import type { Tower, WeightTensor } from '../../spec';
import { deepseekV2 } from '../decoders/deepseek';
import { asTower } from '../vision/clip';
import { ocrEncoder } from './deepseekOcr2';
import { samTower } from '../vision/samTower';
import { so400m } from './timmTowers';

/** Segment Anything's base size and the two convolutions that DeepSeek-OCR puts behind it. */
function samOf(
  context: FamilyContext,
  channels: readonly number[],
): { model: FamilyModel; extra: WeightTensor[] } {
  const sizes = new Config(
    {
      hidden_size: 768,
      num_hidden_layers: 12,
      num_attention_heads: 12,
      image_size: 1024,
      patch_size: 16,
      window_size: 14,
      global_attn_indexes: [2, 5, 8, 11],
      output_channels: 256,
      mlp_dim: 3072,
    },
    {},
    context.notes,
  );
  const [second = 512, third = 1024] = channels;
  return {
    model: samTower(sizes, 'model.sam_model.'),
    extra: [
      ...convolution('model.sam_model.net_2', [second, 256, 3, 3], 'other'),
      ...convolution('model.sam_model.net_3', [third, second, 3, 3], 'other'),
    ],
  };
}

/** CLIP ViT-L/14 at 224 pixels without its last norm. */
function clipLarge(): FamilyModel {
  const p = 'model.vision_model.';
  return encoderModel(
    1024,
    encoderStack({
      path: `${p}transformer.layers.{layer}.`,
      layers: 24,
      hidden: 1024,
      heads: 16,
      width: 4096,
      qkvBias: true,
      outBias: true,
      mlpBias: true,
      fused: 'qkv_proj',
    }),
    [
      vector(`${p}embeddings.class_embedding`, 1024, 'embedding'),
      ...convolution(`${p}embeddings.patch_embedding`, [1024, 3, 14, 14], 'embedding'),
      lookup(`${p}embeddings.position_embedding`, 257, 1024),
      ...norm(`${p}pre_layrnorm`, 1024, 'layer'),
    ],
  );
}

/** Qwen2 0.5B without its words, behind 144 queries for small pictures and 256 for large ones. */
function orderingEncoder(context: FamilyContext): FamilyModel {
  const sizes = {
    hidden_size: 896,
    intermediate_size: 4864,
    num_hidden_layers: 24,
    num_attention_heads: 14,
    num_key_value_heads: 2,
    vocab_size: 0,
  };
  const model = ocrEncoder({ ...context, config: new Config(sizes, {}, context.notes) });
  return {
    ...model,
    outside: [
      ...model.outside,
      lookup('model.qwen2_model.query_768', 144, model.hidden),
      lookup('model.qwen2_model.query_1024', 256, model.hidden),
    ],
  };
}

interface Eye {
  towers: readonly Tower[];
  /** Width handed on where the projector does not say its input. */
  width: number;
}

function eyeOf(context: FamilyContext, vision: Config): Eye {
  const name = vision.text('model_name') ?? '';
  vision.understood('width', 'layers', 'mlp_ratio', 'patch_size', 'image_size', 'weight_init', 'params');
  if (/^siglip_so400m_patch14_384$/.test(name))
    return { towers: [asTower(so400m('vision.', 384))], width: 1152 };
  if (/^deeplip_b_l$/.test(name)) {
    const sam = samOf(context, [512, 1024]);
    return { towers: [asTower(sam.model, 'vision', sam.extra), asTower(clipLarge())], width: 2048 };
  }
  if (/^deepencoderv2$/.test(name)) {
    const sam = samOf(context, [512, 896]);
    context.notes.doubt(
      'missing-part',
      'The tower of this file is fixed by its code and held to no published count.',
    );
    return {
      towers: [asTower(sam.model, 'vision', sam.extra), asTower(orderingEncoder(context))],
      width: 896,
    };
  }
  throw new ReadFailure('unsupported', 'The tower that this file names is not known.');
}

function projectorOf(projector: Config, width: number): WeightTensor[] {
  const kind = projector.text('projector_type') ?? 'downsample_mlp_gelu';
  const out = projector.integerOr(2048, 'n_embed');
  const input = projector.integerOr(width, 'input_dim');
  const p = 'projector.layers';
  if (kind === 'linear') return matrix(p, out, input, 'vision', { bias: true });
  if (kind !== 'downsample_mlp_gelu')
    throw new ReadFailure('unsupported', 'A projector of this kind is not known.');
  const depth = projector.integerOr(2, 'depth');
  const wide = out * projector.integerOr(1, 'mlp_ratio');
  const stacked = input * projector.integerOr(2, 'downsample_ratio') ** 2;
  return [
    ...matrix(`${p}.0`, wide, stacked, 'vision', { bias: true }),
    ...(depth > 2 ? matrix(`${p}.{i}`, wide, wide, 'vision', { bias: true, copies: depth - 2 }) : []),
    ...matrix(`${p}.${String(2 * (depth - 1))}`, out, wide, 'vision', { bias: true }),
  ];
}

/** DeepSeek-V2 inside these files, which say of the head that it is there. */
export const deepseekVl2Text: Family = (context) => {
  const { config, notes } = context;
  if (!config.flag(true, 'lm_head') || config.flag(false, 'rm_head'))
    notes.doubt('unknown-head', 'The file says that the language model has no head; one is counted.');
  return deepseekV2(context);
};

/**
 * DeepSeek-VL2 and DeepSeek-OCR as their own code has them: towers named by the file, one projector, DeepSeek-V2's
 * language model. Held to the published count of deepseek-ai/DeepSeek-OCR, 3,336,106,240.
 */
export const deepseekVl2: Family = (context) => {
  const { config, nested } = context;
  const text = nested('language_config', 'deepseek_vl_v2_text', {
    architecture: 'ForCausalLM',
  });
  const vision = config.section('vision_config', {});
  const projector = config.section('projector_config', {});
  if (text === undefined || vision === undefined || projector === undefined)
    throw new ReadFailure('contradiction', 'language_config, vision_config or projector_config is missing.');
  vision.understood('model_type');
  projector.understood('model_type', 'token_pooling');
  // DeepSeek-OCR repeats the language model's keys at the root, where nothing reads them.
  const section = config.raw.language_config;
  if (isObject(section)) config.understood(...Object.keys(section));
  config.understood('candidate_resolutions', 'global_view_pos', 'tile_tag', 'tie_word_embeddings');
  const eye = eyeOf(context, vision);
  const out = projector.integerOr(2048, 'n_embed');
  const second = vision.text('model_name') === 'deepencoderv2';
  const marks =
    config.text('tile_tag') === '1D' ? [] : second ? ['view_seperator'] : ['image_newline', 'view_seperator'];
  if (config.text('tile_tag') === '1D')
    context.notes.doubt('unknown-key', 'The marks between tiles of this form are not counted.');
  const [first, ...rest] = eye.towers;
  const between = asTower(encoderModel(out, [], []), 'vision', [
    ...projectorOf(projector, eye.width),
    ...marks.map((name) => vector(name, out, 'other')),
  ]);
  return {
    ...text,
    headKnown: true,
    towers: [...(first === undefined ? [] : [first]), ...rest, between],
  };
};
