import { classDefaults } from '../../classDefaults';
import type { Family } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers } from '../../parts/foldLayers';
import { biasedAttention } from '../../parts/biasedAttention';
import { labelCount } from '../../parts/head';
import { lookup, norm } from '../../parts/tensors';
import { blocks, chain, conv, doubtHead, linear, visionModel } from '../../parts/visionPieces';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';
import { detectorBackbone } from './detectorBackbone';
import { DETECTOR_KEYS, detectorDecoder } from './detr';
import { LEVELS, packedAttention, pixelDecoder, SEGMENTER_KEYS } from './pixelDecoder';

const ALL_STAGES = ['stage1', 'stage2', 'stage3', 'stage4'];

/** Mask2Former: queries that attend to the inside of their own masks, level after level. */
export const mask2Former: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|ForUniversalSegmentation$/);
  config.understood(...SEGMENTER_KEYS, 'backbone');
  const backbone = detectorBackbone(context, {
    fallback: 'swin',
    defaults: { out_features: ALL_STAGES, depths: [2, 2, 18, 2] },
    path: 'pixel_level_module.encoder.',
  });
  const hidden = config.integer('hidden_dim');
  const masks = config.integer('mask_feature_size');
  const pixels = pixelDecoder(
    config,
    { hidden: 'feature_size', masks: 'mask_feature_size', strides: 'feature_strides' },
    backbone.widths,
  );
  const heads = config.integer('num_attention_heads');
  const root = 'transformer_module.';
  const path = `${root}decoder.layers.{layer}.`;
  const decoder = planLayers(
    Math.max(0, config.integer('decoder_layers') - 1),
    () => '',
    () => ({
      mixer: biasedAttention(`${path}self_attn`, hidden, heads),
      feedForward: denseFeedForward({
        module: path.slice(0, -1),
        hidden,
        width: config.integer('dim_feedforward'),
        gated: false,
        bias: true,
        names: { up: 'fc1', down: 'fc2' },
      }),
      others: [
        ...packedAttention(`${path}cross_attn`, hidden),
        ...['self_attn_layer_norm', 'cross_attn_layer_norm', 'final_layer_norm'].flatMap((name) =>
          norm(path + name, hidden, 'layer'),
        ),
      ],
    }),
  );
  const incoming = config.integer('feature_size');
  const projected = config.flag(false, 'enforce_input_projection') || incoming !== hidden;
  const queries = config.integer('num_queries');
  const classes = labelCount(config);
  return {
    ...visionModel(
      hidden,
      [...pixels.layers, ...decoder],
      [
        ...pixels.outside,
        lookup(`${root}queries_embedder`, queries, hidden),
        lookup(`${root}queries_features`, queries, hidden),
        ...(projected ? inputProjections(root, hidden, incoming) : []),
        ...norm(`${root}decoder.layernorm`, hidden, 'layer'),
        ...chain(`${root}decoder.mask_predictor.mask_embedder`, hidden, hidden, masks, 3),
        lookup(`${root}level_embed`, LEVELS, hidden),
        ...(/Model$/.test(architecture) ? [] : linear('class_predictor', classes + 1, hidden, 'head')),
      ],
    ),
    towers: [backbone.tower],
  };
};

/** A convolution for each level, where the decoder's width is not the pixels' or the file insists. */
export function inputProjections(root: string, hidden: number, incoming: number): WeightTensor[] {
  return blocks(LEVELS, (index) =>
    conv(`${root}input_projections.${String(index)}`, hidden, incoming, { bias: true }),
  ).flat();
}

/** MaskFormer: a plain pyramid under DETR's decoder. */
export const maskFormer: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|ForInstanceSegmentation$/);
  config.understood(...SEGMENTER_KEYS, 'num_attention_heads', 'mask_feature_size', 'fpn_feature_size');
  const section = config.object('backbone_config');
  const swin = section === undefined || section.model_type === 'swin';
  const backbone = detectorBackbone(context, {
    fallback: 'swin',
    defaults: {
      out_features: ALL_STAGES,
      ...(section === undefined
        ? {
            image_size: 384,
            embed_dim: 128,
            depths: [2, 2, 18, 2],
            num_heads: [4, 8, 16, 32],
            window_size: 12,
          }
        : {}),
    },
    path: 'pixel_level_module.encoder.',
    ...(swin ? { allStages: 4 } : {}),
  });
  const decoder = config.section('decoder_config', classDefaults('detr'));
  if (decoder === undefined) throw new ReadFailure('contradiction', 'decoder_config is no configuration.');
  decoder.understood('model_type', ...DETECTOR_KEYS, 'backbone', 'use_timm_backbone', 'backbone_config');
  decoder.understood('encoder_layers', 'encoder_ffn_dim', 'encoder_attention_heads', 'dilation', 'dropout');
  decoder.understood('position_embedding_type', 'use_pretrained_backbone', 'hidden_size');
  const hidden = decoder.integer('d_model');
  const features = config.integer('fpn_feature_size');
  const masks = config.integer('mask_feature_size');
  const last = backbone.widths.at(-1) ?? 0;
  const unit = (module: string, input: number, kernel: number): WeightTensor[] => [
    ...conv(`${module}.0`, features, input, { kernel }),
    ...norm(`${module}.1`, features, 'layer'),
  ];
  const fpn = 'pixel_level_module.decoder.fpn.';
  const classes = labelCount(config);
  return {
    ...visionModel(hidden, detectorDecoder(decoder, hidden, 'transformer_module.decoder.layers.{layer}.'), [
      ...unit(`${fpn}stem`, last, 3),
      ...backbone.widths
        .slice(0, -1)
        .flatMap((width, index) => [
          ...unit(`${fpn}layers.${String(index)}.proj`, width, 1),
          ...unit(`${fpn}layers.${String(index)}.block`, features, 3),
        ]),
      ...conv('pixel_level_module.decoder.mask_projection', masks, features, { kernel: 3, bias: true }),
      lookup('transformer_module.queries_embedder', decoder.integer('num_queries'), hidden),
      ...(last === hidden ? [] : conv('transformer_module.input_projection', hidden, last, { bias: true })),
      ...norm('transformer_module.decoder.layernorm', hidden, 'layer'),
      ...(/Model$/.test(architecture)
        ? []
        : [
            ...linear('class_predictor', classes + 1, hidden, 'head'),
            ...chain('mask_embedder', hidden, hidden, masks, 3),
          ]),
    ]),
    towers: [backbone.tower],
  };
};
