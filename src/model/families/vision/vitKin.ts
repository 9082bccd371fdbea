import type { Family } from '../../family';
import { labelCount } from '../../parts/head';
import { bertEmbeddings } from '../../parts/bertLayers';
import { lookup, norm, vector } from '../../parts/tensors';
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

/** I-JEPA: a vision transformer without a class token. */
export const iJepa: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|ForImageClassification$/);
  config.understood('pooler_act', 'pooler_output_size');
  const hidden = config.integer('hidden_size');
  const classes = labelCount(config);
  return visionModel(hidden, vitLayers(config, 'encoder.layer.{layer}.'), [
    patchPositions(config, 'embeddings.position_embeddings', hidden, 0),
    ...patchProjection(config, 'embeddings.patch_embeddings.projection', hidden),
    ...norm('layernorm', hidden, 'layer'),
    ...(/ForImageClassification$/.test(architecture) ? linear('classifier', classes, hidden, 'head') : []),
  ]);
};

/** ViLT: words and patches in one transformer, told apart by a table of two rows. */
export const vilt: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(
    context,
    /Model$|ForQuestionAnswering$|ForMaskedLM$|ForImageAndTextRetrieval$|ForImagesAndTextClassification$|ForTokenClassification$/,
  );
  config.understood('max_image_length', 'tie_word_embeddings', 'num_images');
  const hidden = config.integer('hidden_size');
  const vocabulary = config.integer('vocab_size');
  const classes = labelCount(config);
  const pairs = /ForImagesAndTextClassification$/.test(architecture);
  // With two pictures a third row tells the second from the first.
  const rows = config.integer('modality_type_vocab_size');
  const images = config.integerOr(-1, 'num_images');
  const head = (out: number, input: number, inner: number): WeightTensor[] => [
    ...linear('classifier.0', inner, input, 'head'),
    ...norm('classifier.1', inner, 'layer', 'head'),
    ...linear('classifier.3', out, inner, 'head'),
  ];
  const top: WeightTensor[] = [];
  if (/ForQuestionAnswering$/.test(architecture)) top.push(...head(classes, hidden, 2 * hidden));
  if (pairs) top.push(...head(classes, hidden * images, hidden * images));
  if (/ForImageAndTextRetrieval$/.test(architecture)) top.push(...linear('rank_output', 1, hidden, 'head'));
  if (/ForTokenClassification$/.test(architecture))
    top.push(...linear('classifier', classes, hidden, 'head'));
  const masked = /ForMaskedLM$/.test(architecture);
  const tied = config.flag(true, 'tie_word_embeddings');
  if (masked)
    top.push(
      ...linear('mlm_score.transform.dense', hidden, hidden, 'head'),
      ...norm('mlm_score.transform.LayerNorm', hidden, 'layer', 'head'),
      ...(tied
        ? [vector('mlm_score.bias', vocabulary, 'head')]
        : linear('mlm_score.decoder', vocabulary, hidden, 'head')),
    );
  const pooled = !/ForTokenClassification$/.test(architecture);
  const e = 'vilt.embeddings.';
  return {
    ...visionModel(hidden, vitLayers(config, 'vilt.encoder.layer.{layer}.'), [
      learned(`${e}cls_token`, 1, 1, hidden),
      patchPositions(config, `${e}position_embeddings`, hidden, 1),
      ...bertEmbeddings(config, `${e}text_embeddings.`),
      ...patchProjection(config, `${e}patch_embeddings.projection`, hidden),
      lookup(`${e}token_type_embeddings`, rows, hidden),
      ...norm('vilt.layernorm', hidden, 'layer'),
      ...(pooled ? linear('vilt.pooler.dense', hidden, hidden, 'other') : []),
      ...top,
    ]),
    vocabulary,
    maxContext: config.integer('max_position_embeddings'),
    tiedHead: masked && tied,
  };
};
