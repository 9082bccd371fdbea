import type { Config } from '../../config';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers, type LayerPlan } from '../../parts/foldLayers';
import { norm, vector } from '../../parts/tensors';
import { conv, perStage } from '../../parts/visionPieces';
import type { WeightTensor } from '../../spec';
import { ReadFailure } from '../../readFailure';
import { sampledAttention } from './deformableDetr';

/** Levels that the deformable encoder sees, and places that it samples on each: fixed in the classes. */
export const LEVELS = 3;
const POINTS = 4;

export interface PixelDecoder {
  layers: LayerPlan[];
  outside: WeightTensor[];
}

/** Mask2Former's and OneFormer's pixel decoder: a deformable encoder over three maps, and a pyramid for the finer ones. */
export function pixelDecoder(
  config: Config,
  keys: { hidden: string; masks: string; strides: string },
  widths: readonly number[],
): PixelDecoder {
  const hidden = config.integer(keys.hidden);
  const heads = config.integer('num_attention_heads');
  const strides = perStage(config, keys.strides).slice(-LEVELS);
  const fine = Math.trunc(Math.log2(Math.min(...strides)) - Math.log2(config.integer('common_stride')));
  if (widths.length < LEVELS || !(fine >= 0) || fine > widths.length)
    throw new ReadFailure('contradiction', 'The backbone hands on fewer maps than the pixel decoder reads.');
  const root = 'pixel_level_module.decoder.';
  const path = `${root}encoder.layers.{layer}.`;
  const layers = planLayers(
    config.integer('encoder_layers'),
    () => '',
    () => ({
      mixer: sampledAttention({ module: `${path}self_attn`, hidden, heads, points: LEVELS * POINTS }),
      feedForward: denseFeedForward({
        module: path.slice(0, -1),
        hidden,
        width: config.integer('encoder_feedforward_dim'),
        gated: false,
        bias: true,
        names: { up: 'fc1', down: 'fc2' },
      }),
      others: ['self_attn_layer_norm', 'final_layer_norm'].flatMap((name) =>
        norm(path + name, hidden, 'layer'),
      ),
    }),
  );
  const outside = [
    vector(`${root}level_embed`, [LEVELS, hidden], 'embedding'),
    ...widths
      .slice(-LEVELS)
      .flatMap((width, index) => [
        ...conv(`${root}input_projections.${String(index)}.0`, hidden, width, { bias: true }),
        ...norm(`${root}input_projections.${String(index)}.1`, hidden, 'layer'),
      ]),
    ...conv(`${root}mask_projection`, config.integer(keys.masks), hidden, { bias: true }),
    ...widths.slice(0, fine).flatMap((width, index) => {
      const place = String(index + 1);
      return [
        ...conv(`${root}adapter_${place}.0`, hidden, width),
        ...norm(`${root}adapter_${place}.1`, hidden, 'layer'),
        ...conv(`${root}layer_${place}.0`, hidden, hidden, { kernel: 3 }),
        ...norm(`${root}layer_${place}.1`, hidden, 'layer'),
      ];
    }),
  ];
  return { layers, outside };
}

/** Attention whose query, key and value are one matrix, as PyTorch's own module stores it. */
export function packedAttention(module: string, hidden: number): WeightTensor[] {
  return [
    { name: `${module}.in_proj_weight`, shape: [3 * hidden, hidden], part: 'attention', role: 'linear' },
    vector(`${module}.in_proj_bias`, 3 * hidden, 'attention'),
    { name: `${module}.out_proj.weight`, shape: [hidden, hidden], part: 'attention', role: 'linear' },
    vector(`${module}.out_proj.bias`, hidden, 'attention'),
  ];
}

/** Keys of the losses and of the training that segmenters carry. */
export const SEGMENTER_KEYS = [
  'no_object_weight',
  'class_weight',
  'mask_weight',
  'dice_weight',
  'cross_entropy_weight',
  'contrastive_weight',
  'use_auxiliary_loss',
  'output_auxiliary_logits',
  'pre_norm',
  'train_num_points',
  'oversample_ratio',
  'importance_sample_ratio',
  'ignore_value',
  'ignore_index',
  'num_hidden_layers',
  'hidden_size',
  'init_std',
  'init_xavier_std',
  'feature_strides',
  'strides',
  'common_stride',
  'norm',
  'dropout',
];
