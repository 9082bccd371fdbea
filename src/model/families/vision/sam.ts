import { isObject, type Config } from '../../config';
import { classDefaults } from '../../classDefaults';
import type { Family, FamilyContext, FamilyModel } from '../../family';
import { lookup, norm, vector } from '../../parts/tensors';
import { conv, doubtHead, visionModel } from '../../parts/visionPieces';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';
import { asTower } from './clip';
import { maskDecoder, type SamKind } from './samDecoder';

/** What stands for a point, a box and a mask that the user draws. */
function promptEncoder(config: Config): WeightTensor[] {
  const hidden = config.integer('hidden_size');
  const inner = config.integer('mask_input_channels');
  const quarter = Math.floor(inner / 4);
  config.understood('image_size', 'patch_size', 'image_embedding_size', 'scale');
  const p = 'prompt_encoder.';
  return [
    ...conv(`${p}mask_embed.conv1`, quarter, 1, { kernel: 2, bias: true }),
    ...conv(`${p}mask_embed.conv2`, inner, quarter, { kernel: 2, bias: true }),
    ...conv(`${p}mask_embed.conv3`, hidden, inner, { bias: true }),
    ...norm(`${p}mask_embed.layer_norm1`, quarter, 'layer'),
    ...norm(`${p}mask_embed.layer_norm2`, inner, 'layer'),
    lookup(`${p}no_mask_embed`, 1, hidden),
    lookup(`${p}point_embed`, config.integer('num_point_embeddings'), hidden),
    lookup(`${p}not_a_point_embed`, 1, hidden),
  ];
}

/** A model of the line, read as its parts say; `visionType` is the picture encoder's own. */
export function samLike(
  context: FamilyContext,
  kind: SamKind,
  visionType = `${context.modelType}_vision_model`,
): FamilyModel {
  const { config, nested, modelType } = context;
  doubtHead(context, /Model$/);
  if (!config.flag(true, 'tie_word_embeddings'))
    config.notes.doubt('shared-table', 'The table of positions may be stored twice where it is not tied.');
  const vision = nested('vision_config', visionType, { evenIfAbsent: true });
  const part = (key: string): Config | undefined => {
    const defaults = classDefaults(modelType)[key];
    return config.section(key, isObject(defaults) ? defaults : {});
  };
  const prompt = part('prompt_encoder_config');
  const decoder = part('mask_decoder_config');
  if (vision === undefined || prompt === undefined || decoder === undefined)
    throw new ReadFailure('contradiction', 'One of the three parts is no configuration.');
  for (const section of [prompt, decoder]) section.understood('model_type');
  const masks = maskDecoder(decoder, kind);
  const features = config.object('vision_config')?.num_pos_feats;
  const positions = typeof features === 'number' ? features : Math.floor(prompt.integer('hidden_size') / 2);
  const second = kind === 'second';
  if (!second)
    config.notes.doubt(
      'release-differs',
      'The frequencies of positions are a weight in newer releases and a buffer in older ones; they are counted.',
    );
  const fpn = config.object('vision_config')?.fpn_hidden_size;
  return {
    ...visionModel(decoder.integer('hidden_size'), masks.layers, [
      // SAM 2 draws this table once and stores it as a buffer.
      ...(second
        ? [vector('no_memory_embedding', [1, 1, typeof fpn === 'number' ? fpn : 256], 'embedding')]
        : [vector('shared_image_embedding.positional_embedding', [2, positions], 'embedding')]),
      ...promptEncoder(prompt),
      ...masks.outside,
    ]),
    towers: [asTower(vision)],
  };
}

export const sam: Family = (context) => samLike(context, 'first');

export const samHq: Family = (context) => samLike(context, 'hq');

export const sam2: Family = (context) => samLike(context, 'second');
