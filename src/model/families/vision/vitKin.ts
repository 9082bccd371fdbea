import type { Family } from '../../family';
import { labelCount } from '../../parts/head';
import { norm } from '../../parts/tensors';
import { chain, doubtHead, learned, linear, patchGrid, sides, visionModel } from '../../parts/visionPieces';
import { patchPositions, patchProjection, vitLayers } from '../../parts/vitLayers';
import type { WeightTensor } from '../../spec';

/** ViT trained to fill in masked patches: an encoder, and for pre-training a smaller decoder. */
export const vitMae: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|ForPreTraining$/);
  config.understood('mask_ratio', 'norm_pix_loss');
  const hidden = config.integer('hidden_size');
  const training = /ForPreTraining$/.test(architecture);
  const inner = config.integer('decoder_hidden_size');
  const [rows, columns] = patchGrid(config);
  const [height, width] = sides(config, 'patch_size');
  const pixels = height * width * config.integerOr(3, 'num_channels');
  const decoder = training
    ? vitLayers(config, 'decoder.decoder_layers.{layer}.', {
        layers: config.integer('decoder_num_hidden_layers'),
        hidden: inner,
        heads: config.integer('decoder_num_attention_heads'),
        width: config.integer('decoder_intermediate_size'),
      })
    : [];
  return visionModel(
    hidden,
    [...vitLayers(config, 'vit.encoder.layer.{layer}.'), ...decoder],
    [
      learned('vit.embeddings.cls_token', 1, 1, hidden),
      patchPositions(config, 'vit.embeddings.position_embeddings', hidden, 1),
      ...patchProjection(config, 'vit.embeddings.patch_embeddings.projection', hidden),
      ...norm('vit.layernorm', hidden, 'layer'),
      ...(training
        ? [
            ...linear('decoder.decoder_embed', inner, hidden),
            learned('decoder.mask_token', 1, 1, inner),
            learned('decoder.decoder_pos_embed', 1, rows * columns + 1, inner),
            ...norm('decoder.decoder_norm', inner, 'layer'),
            ...linear('decoder.decoder_pred', pixels, inner, 'head'),
          ]
        : []),
    ],
  );
};

/** ViT trained with masked siamese networks: the trunk without a pooler. */
export const vitMsn: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|ForImageClassification$/);
  const hidden = config.integer('hidden_size');
  const classes = labelCount(config);
  return visionModel(hidden, vitLayers(config, 'vit.encoder.layer.{layer}.'), [
    learned('vit.embeddings.cls_token', 1, 1, hidden),
    patchPositions(config, 'vit.embeddings.position_embeddings', hidden, 1),
    ...patchProjection(config, 'vit.embeddings.patch_embeddings.projection', hidden),
    ...norm('vit.layernorm', hidden, 'layer'),
    ...(/ForImageClassification$/.test(architecture) ? linear('classifier', classes, hidden, 'head') : []),
  ]);
};

/** YOLOS: a vision transformer with a hundred tokens more, each of which ends as a box. */
export const yolos: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|ForObjectDetection$/);
  config.understood('auxiliary_loss', 'class_cost', 'bbox_cost', 'giou_cost');
  const hidden = config.integer('hidden_size');
  const tokens = config.integer('num_detection_tokens');
  const layers = vitLayers(config, 'vit.encoder.layer.{layer}.');
  const [rows, columns] = patchGrid(config);
  const positions = rows * columns + tokens + 1;
  // The tables between the blocks are sized by area, those at the start by whole patches a side.
  const [height, width] = sides(config, 'image_size');
  const [patchHeight, patchWidth] = sides(config, 'patch_size');
  const between = Math.floor((height * width) / (patchHeight * patchWidth)) + tokens + 1;
  const classes = labelCount(config);
  const top: WeightTensor[] = /ForObjectDetection$/.test(architecture)
    ? [
        ...chain('class_labels_classifier', hidden, hidden, classes + 1, 3),
        ...chain('bbox_predictor', hidden, hidden, 4, 3),
      ]
    : linear('vit.pooler.dense', hidden, hidden, 'other');
  return visionModel(hidden, layers, [
    learned('vit.embeddings.cls_token', 1, 1, hidden),
    learned('vit.embeddings.detection_tokens', 1, tokens, hidden),
    learned('vit.embeddings.position_embeddings', 1, positions, hidden),
    ...patchProjection(config, 'vit.embeddings.patch_embeddings.projection', hidden),
    ...(config.flag(true, 'use_mid_position_embeddings')
      ? [learned('vit.encoder.mid_position_embeddings', layers.length - 1, 1, between, hidden)]
      : []),
    ...norm('vit.layernorm', hidden, 'layer'),
    ...top,
  ]);
};
