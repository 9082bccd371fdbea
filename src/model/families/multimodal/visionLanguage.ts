import type { Family, FamilyContext, FamilyModel } from '../../family';
import { matrix, norm, vector } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';
import { mistral } from '../decoders/mistral';
import { asTower } from '../vision/clip';
import { languagePart } from './languagePart';
import { llavaLlama, llavaMistral, llavaPhi, llavaQwen } from './llavaFlat';

/** Keys of the outer file that say which token stands for a picture; they shape nothing. */
export const TOKEN_KEYS = [
  'image_seq_length',
  'vision_feature_layer',
  'vision_feature_select_strategy',
  'image_grid_pinpoints',
  'projector_hidden_act',
  'image_token_index',
  'video_token_index',
  'mm_tokens_per_image',
  'vision_aspect_ratio',
  'multimodal_projector_bias',
  'vocab_size',
];

interface TextAndVision {
  text: FamilyModel;
  vision: FamilyModel | undefined;
}

/** The language model and the vision tower of a multimodal file; a missing tower is told, never guessed. */
export function textAndVision(context: FamilyContext, textType: string, visionType: string): TextAndVision {
  const { config, nested, notes } = context;
  config.understood(...TOKEN_KEYS);
  const text = languagePart(context, { type: textType });
  const vision = nested('vision_config', visionType);
  if (vision === undefined) {
    notes.doubt(
      'missing-part',
      'The file does not describe the vision tower: only the language model is counted.',
    );
  }
  if (text === undefined) throw new ReadFailure('contradiction', 'text_config is no configuration.');
  return { text, vision };
}

function withTower(
  { text, vision }: TextAndVision,
  projector: (vision: FamilyModel) => readonly WeightTensor[],
): FamilyModel {
  return vision === undefined ? text : { ...text, towers: [asTower(vision, 'vision', projector(vision))] };
}

/** The language model of a flat file stands in its architecture's name alone. */
function flatLlava(context: FamilyContext): FamilyModel {
  const { architecture } = context;
  if (/Qwen/.test(architecture)) return llavaQwen(context);
  if (/Mistral/.test(architecture)) return llavaMistral(context);
  return /Phi/.test(architecture) ? llavaPhi(context) : llavaLlama(context);
}

/** LLaVA and its kin: two matrices between tower and language model. */
export const llava: Family = (context) => {
  const { config } = context;
  // Files of LLaVA's own training code that carry the library's type.
  if (!config.says('text_config') && config.says('mm_hidden_size')) return flatLlava(context);
  const both = textAndVision(context, 'llama', 'clip_vision_model');
  const bias = config.flag(true, 'multimodal_projector_bias');
  const layers = config.list('vision_feature_layer')?.length ?? 1;
  return withTower(both, (vision) => [
    ...matrix('multi_modal_projector.linear_1', both.text.hidden, vision.hidden * layers, 'vision', { bias }),
    ...matrix('multi_modal_projector.linear_2', both.text.hidden, both.text.hidden, 'vision', { bias }),
  ]);
};

/** Layers of the tower whose outputs ViP-LLaVA joins, where the file does not list them. */
const VIP_LAYERS = 5;

/** ViP-LLaVA: several layers' outputs side by side, a norm over them. */
export const vipLlava: Family = (context) => {
  const { config } = context;
  const both = textAndVision(context, 'llama', 'clip_vision_model');
  const said = config.value('vision_feature_layer', 'vision_feature_layers');
  const layers = Array.isArray(said) ? said.length : said === undefined ? VIP_LAYERS : 1;
  return withTower(both, (vision) => [
    ...norm('multi_modal_projector.projector_layernorm', vision.hidden * layers, 'layer'),
    ...matrix('multi_modal_projector.linear_1', both.text.hidden, vision.hidden * layers, 'vision', {
      bias: true,
    }),
    ...matrix('multi_modal_projector.linear_2', both.text.hidden, both.text.hidden, 'vision', { bias: true }),
  ]);
};

/** LLaVA-NeXT: one learned vector more, at the end of each row of the picture. */
export const llavaNext: Family = (context) => {
  const model = llava(context);
  const newline = vector('image_newline', model.hidden, 'other');
  context.config.understood('use_image_newline_parameter');
  return { ...model, outside: [...model.outside, newline] };
};

/** Mistral 3 and Ministral 3 with pictures: a norm and a merger of neighbouring patches before the two matrices. */
export const mistral3: Family = (context) => {
  const { config, modelType, notes } = context;
  if (!config.says('text_config')) {
    if (!config.says('hidden_size')) notes.doubt('missing-part', 'The file describes none of its parts.');
    return modelType === 'ministral3' ? mistral(context) : context.as('mistral');
  }
  config.understood('spatial_merge_size');
  const both = textAndVision(context, modelType === 'ministral3' ? 'ministral3' : 'mistral', 'pixtral');
  const bias = config.flag(false, 'multimodal_projector_bias');
  const merge = config.integerOr(2, 'spatial_merge_size') ** 2;
  return withTower(both, (vision) => [
    ...norm('multi_modal_projector.norm', vision.hidden, 'rms'),
    ...matrix(
      'multi_modal_projector.patch_merger.merging_layer',
      vision.hidden,
      vision.hidden * merge,
      'vision',
    ),
    ...matrix('multi_modal_projector.linear_1', both.text.hidden, vision.hidden, 'vision', { bias }),
    ...matrix('multi_modal_projector.linear_2', both.text.hidden, both.text.hidden, 'vision', { bias }),
  ]);
};

/** Gemma 3 with pictures: one matrix behind a norm; without a tower the file is the text model alone. */
export const gemma3: Family = (context) => {
  const { config, notes } = context;
  if (!config.says('text_config')) {
    if (!config.says('hidden_size')) notes.doubt('missing-part', 'The file describes none of its parts.');
    return context.as('gemma3_text');
  }
  const both = textAndVision(context, 'gemma3_text', 'siglip_vision_model');
  return withTower(both, (vision) => [
    {
      name: 'multi_modal_projector.mm_input_projection_weight',
      shape: [vision.hidden, both.text.hidden],
      part: 'vision',
      role: 'linear',
    },
    ...norm('multi_modal_projector.mm_soft_emb_norm', vision.hidden, 'rms'),
  ]);
};

/** PaliGemma: one matrix from SigLIP to Gemma. */
export const paligemma: Family = (context) => {
  const { config } = context;
  config.understood('hidden_size', 'num_hidden_layers', 'projection_dim');
  const both = textAndVision(context, 'gemma', 'siglip_vision_model');
  const out = config.optional('projection_dim') ?? both.text.hidden;
  return withTower(both, (vision) =>
    matrix('multi_modal_projector.linear', out, vision.hidden, 'vision', { bias: true }),
  );
};

/** Qwen's vision-language models: the tower brings its own projector. */
function qwenVl(textType: string, visionType: string): Family {
  return (context) => {
    const { config, nested } = context;
    const flat = !config.says('text_config');
    const vision = nested('vision_config', visionType, { evenIfAbsent: true });
    const text = flat ? context.as(textType) : textAndVision(context, textType, visionType).text;
    config.understood('vision_token_id', 'vision_start_token_id', 'vision_end_token_id');
    // Sizes beside the language section are a copy that some releases leave in the outer file.
    if (!flat) config.understood('hidden_size', 'intermediate_size');
    return vision === undefined ? text : { ...text, towers: [asTower(vision)] };
  };
}

export const qwen2Vl = qwenVl('qwen2_vl_text', 'qwen2_vl_vision');
export const qwen25Vl = qwenVl('qwen2_5_vl_text', 'qwen2_5_vl_vision');
export const qwen3Vl = qwenVl('qwen3_vl_text', 'qwen3_vl_vision');
export const qwen3VlMoe = qwenVl('qwen3_vl_moe_text', 'qwen3_vl_moe_vision');
export const qwen35 = qwenVl('qwen3_5_text', 'qwen3_5_vision');
export const qwen35Moe = qwenVl('qwen3_5_moe_text', 'qwen3_5_vision');
