import type { Config } from '../../config';
import type { Family } from '../../family';
import { matrix, vector } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';

/** Keys of LLaVA's own training code that shape no weight. */
const TRAINING_KEYS = [
  'freeze_mm_mlp_adapter',
  'freeze_mm_vision_resampler',
  'image_aspect_ratio',
  'image_crop_resolution',
  'image_grid_pinpoints',
  'image_split_resolution',
  'mm_patch_merge_type',
  'mm_projector_lr',
  'mm_resampler_type',
  'mm_tunable_parts',
  'mm_use_im_patch_token',
  'mm_use_im_start_end',
  'mm_vision_select_feature',
  'mm_vision_select_layer',
  'mm_vision_tower',
  'mm_vision_tower_lr',
  'pos_skipping_range',
  'tokenizer_model_max_length',
  'tokenizer_padding_side',
  'tune_mm_mlp_adapter',
  'tune_mm_vision_resampler',
  'unfreeze_mm_vision_tower',
  'use_mm_proj',
  'use_pos_skipping',
  'vision_tower_pretrained',
];

/** One matrix, or several of the language model's width with an activation between. */
function projector(config: Config, hidden: number): WeightTensor[] {
  const from = config.integer('mm_hidden_size');
  const kind = config.text('mm_projector_type') ?? 'linear';
  const depth = kind === 'linear' ? 1 : Number(/^mlp(\d)x_gelu$/.exec(kind)?.[1] ?? 0);
  if (depth === 0) {
    config.notes.doubt('unknown-key', 'The projector of this kind is not counted.');
    return [];
  }
  return Array.from({ length: depth }, (_, index) =>
    matrix(`model.mm_projector.${String(2 * index)}`, hidden, index === 0 ? from : hidden, 'vision', {
      bias: true,
    }),
  ).flat();
}

/** LLaVA as its own training code writes it: the language model's keys at the root, the tower by name alone. */
function flat(type: string): Family {
  return (context) => {
    const { config, notes } = context;
    const text = context.as(type, 'ForCausalLM');
    config.understood(...TRAINING_KEYS);
    notes.doubt(
      'missing-part',
      'The vision tower is named, not described: counted are the language model and the projector.',
    );
    const newline = (config.text('mm_patch_merge_type') ?? '').includes('unpad')
      ? [vector('model.image_newline', text.hidden, 'other')]
      : [];
    return {
      ...text,
      headKnown: true,
      outside: [...text.outside, ...projector(config, text.hidden), ...newline],
    };
  };
}

export const llavaLlama = flat('llama');
export const llavaMistral = flat('mistral');
export const llavaQwen = flat('qwen2');
export const llavaPhi = flat('phi');
