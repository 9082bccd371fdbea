import { isObject, type Config } from '../../config';
import { classDefaults } from '../../classDefaults';
import type { Family, FamilyModel } from '../../family';
import { lookup, norm, vector } from '../../parts/tensors';
import { blocks, conv, doubtHead, learned, linear, visionModel } from '../../parts/visionPieces';
import { patchPositions, patchProjection, vitLayers } from '../../parts/vitLayers';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';
import { asTower } from './clip';

/** FLAVA's picture encoder: a vision transformer with a pooler. */
export const flavaImage: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const e = 'image_model.embeddings.';
  config.understood('vocab_size', 'use_mask_token', 'mask_token', 'encoder_stride');
  return visionModel(hidden, vitLayers(config, 'image_model.encoder.layer.{layer}.'), [
    learned(`${e}cls_token`, 1, 1, hidden),
    ...(config.flag(true, 'mask_token') ? [learned(`${e}mask_token`, 1, 1, hidden)] : []),
    patchPositions(config, `${e}position_embeddings`, hidden, 1),
    ...patchProjection(config, `${e}patch_embeddings.projection`, hidden),
    ...norm('image_model.layernorm', hidden, 'layer'),
    ...linear('image_model.pooler.dense', hidden, hidden, 'other'),
  ]);
};

/** FLAVA's text encoder: BERT's tables under the same blocks. */
export const flavaText: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const e = 'text_model.embeddings.';
  return {
    ...visionModel(hidden, vitLayers(config, 'text_model.encoder.layer.{layer}.'), [
      lookup(`${e}word_embeddings`, config.integer('vocab_size'), hidden),
      lookup(`${e}position_embeddings`, config.integer('max_position_embeddings'), hidden),
      lookup(`${e}token_type_embeddings`, config.integer('type_vocab_size'), hidden),
      ...norm(`${e}LayerNorm`, hidden, 'layer'),
      ...norm('text_model.layernorm', hidden, 'layer'),
      ...linear('text_model.pooler.dense', hidden, hidden, 'other'),
    ]),
    vocabulary: config.integer('vocab_size'),
    maxContext: config.integer('max_position_embeddings'),
  };
};

/** What sees both. */
export const flavaMultimodal: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  return visionModel(hidden, vitLayers(config, 'multimodal_model.encoder.layer.{layer}.'), [
    ...(config.flag(true, 'use_cls_token') ? [learned('multimodal_model.cls_token', 1, 1, hidden)] : []),
    ...norm('multimodal_model.layernorm', hidden, 'layer'),
    ...linear('multimodal_model.pooler.dense', hidden, hidden, 'other'),
  ]);
};

/** FLAVA: three transformers and what joins them; for pre-training five heads and a codebook beside. */
export const flava: Family = (context) => {
  const { config, nested, architecture } = context;
  doubtHead(context, /Model$|ForPreTraining$/);
  config.understood('ce_ignore_index', 'global_backprop_contrastive', 'skip_unmasked_multimodal_encoder');
  config.understood(
    'return_loss',
    'logit_scale_init_value',
    'initializer_factor',
    'init_codebook',
    'hidden_size',
  );
  config.understood('mim_weight', 'mlm_weight', 'itm_weight', 'mmm_image_weight', 'mmm_text_weight');
  const options = { architecture: 'Model', evenIfAbsent: true };
  const text = nested('text_config', 'flava_text_model', options);
  const image = nested('image_config', 'flava_image_model', options);
  const both = nested('multimodal_config', 'flava_multimodal_model', options);
  if (text === undefined || image === undefined || both === undefined)
    throw new ReadFailure('contradiction', 'One of the three encoders is no configuration.');
  const out = config.integer('projection_dim');
  const outside = [
    ...both.outside,
    ...linear('image_projection', out, image.hidden, 'head'),
    ...linear('text_projection', out, text.hidden, 'head'),
    vector('logit_scale', [], 'head'),
    ...linear('image_to_mm_projection', both.hidden, image.hidden, 'other'),
    ...linear('text_to_mm_projection', both.hidden, text.hidden, 'other'),
  ];
  const codebook = config.section('image_codebook_config', nestedDefaults('image_codebook_config'));
  codebook?.understood('model_type', 'freeze');
  const training = /ForPreTraining$/.test(architecture);
  if (training && config.says('image_config')) {
    const words = config.object('image_config')?.vocab_size;
    if (words !== undefined && typeof words !== 'number')
      throw new ReadFailure('contradiction', 'image_config.vocab_size is no number.');
  }
  return {
    ...both,
    vocabulary: text.vocabulary,
    maxContext: text.maxContext,
    outside: [
      ...outside,
      ...(training ? heads(config, text, image) : []),
      ...(training && codebook !== undefined && config.flag(true, 'init_codebook')
        ? codebookOf(codebook)
        : []),
    ],
    towers: [asTower(image), asTower(text, 'text-encoder')],
  };
};

function nestedDefaults(key: string): Record<string, unknown> {
  const value = classDefaults('flava')[key];
  return isObject(value) ? { ...value } : {};
}

/** Rows of the picture's vocabulary where its part does not say them (configuration_flava.py). */
const PICTURE_WORDS = 8192;

function heads(config: Config, text: FamilyModel, image: FamilyModel): WeightTensor[] {
  const said = config.object('image_config')?.vocab_size;
  const words = typeof said === 'number' ? said : PICTURE_WORDS;
  const head = (module: string, hidden: number, rows: number): WeightTensor[] => [
    ...linear(`${module}.transform.dense`, hidden, hidden, 'head'),
    ...norm(`${module}.transform.LayerNorm`, hidden, 'layer', 'head'),
    ...linear(`${module}.decoder`, rows, hidden, 'head'),
  ];
  const hidden = config.integer('hidden_size');
  return [
    ...head('mim_head', image.hidden, words),
    ...head('mmm_image_head', image.hidden, words),
    ...head('mlm_head', text.hidden, text.vocabulary),
    ...head('mmm_text_head', text.hidden, text.vocabulary),
    ...linear('itm_head.pooler.dense', hidden, hidden, 'head'),
    ...linear('itm_head.seq_relationship', 2, hidden, 'head'),
  ];
}

/** A convolution net that names each patch by one of the codebook's words; four groups, each twice as wide. */
function codebookOf(config: Config): WeightTensor[] {
  const hidden = config.integer('hidden_size');
  const count = config.integer('num_blocks_per_group');
  config.understood('num_groups');
  const block = (path: string, input: number, out: number): WeightTensor[] => {
    const inner = Math.floor(out / 4);
    return [
      ...(input === out ? [] : conv(`${path}.id_path`, out, input, { bias: true })),
      ...conv(`${path}.res_path.path.conv_1`, inner, input, { kernel: 3, bias: true }),
      ...conv(`${path}.res_path.path.conv_2`, inner, inner, { kernel: 3, bias: true }),
      ...conv(`${path}.res_path.path.conv_3`, inner, inner, { kernel: 3, bias: true }),
      ...conv(`${path}.res_path.path.conv_4`, out, inner, { bias: true }),
    ];
  };
  const b = 'image_codebook.blocks.';
  const groups = [1, 2, 4, 8].flatMap((times, group) => {
    const out = times * hidden;
    const input = group === 0 ? hidden : out / 2;
    return blocks(count, (index) =>
      block(
        `${b}group_${String(group + 1)}.group.block_${String(index + 1)}`,
        index === 0 ? input : out,
        out,
      ),
    ).flat();
  });
  return [
    ...conv(`${b}input`, hidden, config.integer('input_channels'), { kernel: 7, bias: true }),
    ...groups,
    ...conv(`${b}output.conv`, config.integer('vocab_size'), 8 * hidden, { bias: true }),
  ];
}
