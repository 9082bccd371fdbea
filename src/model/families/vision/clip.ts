import type { Config } from '../../config';
import type { Family, FamilyModel } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { labelCount } from '../../parts/head';
import { convolution, lookup, matrix, norm, vector } from '../../parts/tensors';
import { towerOf } from '../../parts/tower';
import type { Tower, WeightTensor } from '../../spec';

/** Patches along one side of a square picture, and their number. */
export function patchCount(config: Config): number {
  const image = config.integer('image_size');
  const patch = config.integer('patch_size');
  return Math.floor(image / Math.max(1, patch)) ** 2;
}

/** CLIP's vision transformer. */
export const clipVision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const patch = config.integer('patch_size');
  const channels = config.integerOr(3, 'num_channels');
  const p = 'vision_model.';
  config.understood('projection_dim', 'vocab_size');
  return encoder(hidden, clipStack(config, `${p}encoder.layers.{layer}.`), [
    vector(`${p}embeddings.class_embedding`, hidden, 'embedding'),
    ...convolution(`${p}embeddings.patch_embedding`, [hidden, channels, patch, patch], 'embedding'),
    lookup(`${p}embeddings.position_embedding`, patchCount(config) + 1, hidden),
    ...norm(`${p}pre_layrnorm`, hidden, 'layer'),
    ...norm(`${p}post_layernorm`, hidden, 'layer'),
  ]);
};

/** Blocks of both of CLIP's towers, and of SigLIP's. */
export function clipStack(config: Config, path: string): ReturnType<typeof encoderStack> {
  return encoderStack({
    path,
    layers: config.integer('num_hidden_layers'),
    hidden: config.integer('hidden_size'),
    heads: config.integer('num_attention_heads'),
    width: config.integer('intermediate_size'),
    qkvBias: true,
    outBias: true,
    mlpBias: true,
  });
}

function encoder(
  hidden: number,
  layers: FamilyModel['layers'],
  outside: readonly WeightTensor[],
  vocabulary = 0,
  maxContext: number | null = null,
): FamilyModel {
  return { kind: 'encoder', hidden, vocabulary, maxContext, layers, outside, tiedHead: false };
}

/** CLIP's text transformer, with its projection where the architecture has one. */
export const clipText: Family = ({ config, architecture }) => {
  const hidden = config.integer('hidden_size');
  const vocabulary = config.integer('vocab_size');
  const positions = config.integer('max_position_embeddings');
  const projected = architecture === 'CLIPTextModelWithProjection';
  const projection = config.integerOr(hidden, 'projection_dim');
  const p = 'text_model.';
  return encoder(
    hidden,
    clipStack(config, `${p}encoder.layers.{layer}.`),
    [
      lookup(`${p}embeddings.token_embedding`, vocabulary, hidden),
      lookup(`${p}embeddings.position_embedding`, positions, hidden),
      ...norm(`${p}final_layer_norm`, hidden, 'layer'),
      ...(projected ? matrix('text_projection', projection, hidden, 'head') : []),
    ],
    vocabulary,
    positions,
  );
};

/** CLIP: both towers, two projections and a temperature. */
export const clip: Family = ({ config, nested, architecture, notes }) => {
  config.understood('text_config_dict', 'vision_config_dict', 'logit_scale_init_value');
  if (architecture === 'StableDiffusionSafetyChecker')
    return safetyChecker(config, nested('vision_config', 'clip_vision_model'));
  if (/ForImageClassification$/.test(architecture))
    return pictureClassifier(config, nested('vision_config', 'clip_vision_model', { evenIfAbsent: true }));
  const text = nested('text_config', 'clip_text_model', { evenIfAbsent: true });
  const vision = nested('vision_config', 'clip_vision_model', { evenIfAbsent: true });
  if (text === undefined || vision === undefined) {
    notes.doubt('missing-part', 'One of the two towers is not described.');
    return text ?? vision ?? encoder(0, [], []);
  }
  const projection = config.integerOr(512, 'projection_dim');
  return {
    ...text,
    outside: [
      ...text.outside,
      ...matrix('text_projection', projection, text.hidden, 'head'),
      ...matrix('visual_projection', projection, vision.hidden, 'head'),
      vector('logit_scale', [], 'head'),
    ],
    towers: [asTower(vision)],
  };
};

/** The vision tower alone with a row a label: what stands for text in the file is not built. */
export function pictureClassifier(config: Config, vision: FamilyModel | undefined): FamilyModel {
  const text = config.section('text_config', {});
  for (const key of Object.keys(text?.raw ?? {})) text?.understood(key);
  if (vision === undefined) return encoder(0, [], []);
  config.understood('projection_dim');
  const head = matrix('classifier', labelCount(config), vision.hidden, 'head', { bias: true });
  return { ...vision, outside: [...vision.outside, ...head] };
}

function safetyChecker(config: Config, vision: FamilyModel | undefined): FamilyModel {
  const text = config.section('text_config', {});
  for (const key of Object.keys(text?.raw ?? {})) text?.understood(key);
  const projection = config.integerOr(768, 'projection_dim');
  if (vision === undefined) return encoder(0, [], []);
  return {
    ...vision,
    outside: [
      ...vision.outside,
      ...matrix('visual_projection', projection, vision.hidden, 'head'),
      vector('concept_embeds', [17, projection], 'other'),
      vector('special_care_embeds', [3, projection], 'other'),
      vector('concept_embeds_weights', 17, 'other'),
      vector('special_care_embeds_weights', 3, 'other'),
    ],
  };
}

/** An encoder read as a model, put beside another's token stream. */
export function asTower(
  model: FamilyModel,
  kind: Tower['kind'] = 'vision',
  extra: readonly WeightTensor[] = [],
): Tower {
  return towerOf({ kind, hidden: model.hidden, layers: model.layers, outside: [...model.outside, ...extra] });
}
