import type { Config } from '../../config';
import type { Family } from '../../family';
import { bertLayers } from '../../parts/bertLayers';
import { lookup, norm, vector } from '../../parts/tensors';
import { conv, doubtHead, linear, visionModel } from '../../parts/visionPieces';
import type { WeightTensor } from '../../spec';
import { detectorBackbone } from './detectorBackbone';

/** Rows of the prompt that stands before the text: fixed in the class. */
const PROMPT_ROWS = 10;

/** Learned frames around each picture of the clip. */
function framePads(config: Config): WeightTensor[] {
  const frames = config.integer('num_frames');
  const border = config.integer('visual_prompt_size');
  const side = config.integer('max_img_size');
  const pad = (name: string, height: number, width: number): WeightTensor =>
    vector(`model.visual_prompter.${name}`, [1, frames, 3, height, width], 'embedding');
  if (config.text('visual_prompter_type') === 'framedownpad') return [pad('pad_down', border, side)];
  const inner = side - 2 * border;
  return [
    pad('pad_up', border, side),
    pad('pad_down', border, side),
    pad('pad_left', inner, border),
    pad('pad_right', inner, border),
  ];
}

/** TVP: a residual network's map and a question in one transformer, to find when something happens. */
export const tvp: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|ForVideoGrounding$/);
  config.understood('distance_loss_weight', 'duration_loss_weight', 'visual_prompter_apply');
  const backbone = detectorBackbone(context, { fallback: 'resnet', path: 'model.vision_model.backbone.' });
  const hidden = config.integer('hidden_size');
  const vocabulary = config.integer('vocab_size');
  const positions = config.integer('max_position_embeddings');
  const t = 'model.embeddings.';
  const v = 'model.visual_embeddings.';
  return {
    ...visionModel(hidden, bertLayers(config, 'model.encoder.layer.{layer}.'), [
      ...conv('model.vision_model.grid_encoder_conv', hidden, backbone.widths.at(-1) ?? 0, { kernel: 3 }),
      lookup(`${t}word_embeddings`, vocabulary, hidden),
      lookup(`${t}position_embeddings`, positions, hidden),
      lookup(`${t}token_type_embeddings`, config.integer('type_vocab_size'), hidden),
      ...norm(`${t}layer_norm`, hidden, 'layer'),
      lookup(`${v}position_embeddings`, positions, hidden),
      lookup(`${v}row_position_embeddings`, config.integer('max_grid_row_position_embeddings'), hidden),
      lookup(`${v}col_position_embeddings`, config.integer('max_grid_col_position_embeddings'), hidden),
      lookup(`${v}token_type_embeddings`, 1, hidden),
      ...norm(`${v}layer_norm`, hidden, 'layer'),
      ...linear('model.pooler.dense', hidden, hidden, 'other'),
      vector('model.text_prompt', [1, PROMPT_ROWS, hidden], 'embedding'),
      ...framePads(config),
      ...(/ForVideoGrounding$/.test(architecture)
        ? [
            ...linear('video_grounding_head.layer_0', 2 * hidden, hidden, 'head'),
            ...linear('video_grounding_head.layer_1', 2, 2 * hidden, 'head'),
          ]
        : []),
    ]),
    vocabulary,
    maxContext: positions,
    towers: [backbone.tower],
  };
};
