import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { labelCount } from '../../parts/head';
import { layerCount } from '../../parts/sizes';
import { matrix, norm, vector } from '../../parts/tensors';
import {
  batchNorm,
  conv,
  doubtHead,
  learned,
  patchGrid,
  perStage,
  understoodPictureKeys,
  visionModel,
} from '../../parts/visionPieces';
import { patchPositions, patchProjection, vitLayers } from '../../parts/vitLayers';
import type { WeightTensor } from '../../spec';
import { outStages } from './backbone';
import { detectorBackbone } from './detectorBackbone';

/** Width and kernel of the deconvolutions of the larger head: fixed in the class. */
const UPSAMPLED = 256;
const UPSAMPLE_KERNEL = 4;

/** ViTPose's backbone: a vision transformer whose class position is kept without a token; some hold experts by data set. */
export const vitPoseBackbone: Family = (context) => {
  const { config } = context;
  doubtHead(context, /Backbone$/);
  understoodPictureKeys(config);
  const hidden = config.integer('hidden_size');
  const width = Math.trunc(hidden * (config.number('mlp_ratio') ?? 4));
  const experts = config.integerOr(1, 'num_experts');
  const own = config.integerOr(0, 'part_features');
  const path = 'encoder.layer.{layer}.';
  const layers = vitLayers(config, path, {
    width,
    feedForward: 'mlp',
    feedForwardNames: { up: 'fc1', down: 'fc2' },
    ...(experts > 1 ? { others: () => [] } : {}),
  });
  const routed = layers.map((plan) =>
    experts > 1
      ? {
          ...plan,
          feedForward: {
            ...plan.feedForward,
            weights: [
              ...matrix(`${path}mlp.fc1`, width, hidden, 'feedForward', { bias: true }),
              ...matrix(`${path}mlp.fc2`, hidden - own, width, 'feedForward', { bias: true }),
              ...matrix(`${path}mlp.experts.{expert}`, own, width, 'experts', {
                bias: true,
                copies: experts,
                activeCopies: 1,
              }),
            ],
          },
        }
      : plan,
  );
  return {
    ...visionModel(hidden, routed, [
      patchPositions(config, 'embeddings.position_embeddings', hidden, 1),
      ...patchProjection(config, 'embeddings.patch_embeddings.projection', hidden),
      ...norm('layernorm', hidden, 'layer'),
    ]),
    featureWidths: outStages(config, layerCount(config)).map(() => hidden),
  };
};

/** ViTPose: a heat map for each joint. */
export const vitPose: Family = (context) => {
  const { config } = context;
  doubtHead(context, /ForPoseEstimation$/);
  config.understood('scale_factor');
  const backbone = detectorBackbone(context, { fallback: 'vitpose_backbone', path: 'backbone.' });
  const hidden = backbone.tower.hiddenSize;
  const classes = labelCount(config);
  const up = (name: string, index: string, input: number): WeightTensor[] => [
    ...conv(`head.deconv${index}`, UPSAMPLED, input, { kernel: UPSAMPLE_KERNEL, part: 'head' }),
    ...batchNorm(`head.${name}${index}`, UPSAMPLED),
  ];
  const head = config.flag(true, 'use_simple_decoder')
    ? conv('head.conv', classes, hidden, { kernel: 3, bias: true, part: 'head' })
    : [
        ...up('batchnorm', '1', hidden),
        ...up('batchnorm', '2', UPSAMPLED),
        ...conv('head.conv', classes, UPSAMPLED, { bias: true, part: 'head' }),
      ];
  return { ...visionModel(hidden, [], head), towers: [backbone.tower] };
};

/** ViTDet: a vision transformer with windows, learned relative positions and a few residual convolutions. */
export const vitDet: Family = (context) => {
  const { config } = context;
  doubtHead(context, /Model$|Backbone$/);
  understoodPictureKeys(config);
  const hidden = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads');
  const path = 'encoder.layer.{layer}.';
  const windowed = new Set(config.integers('window_block_indices') ?? []);
  const residual = new Set(config.integers('residual_block_indices') ?? []);
  const window = config.integerOr(0, 'window_size');
  const relative = config.flag(false, 'use_relative_position_embeddings');
  const [rows, columns] = patchGrid(config);
  const half = Math.floor(hidden / 2);
  const places = (index: number, all: number): number =>
    2 * (windowed.has(index) && window > 0 ? window : all) - 1;
  const layers = encoderStack({
    path,
    layers: layerCount(config),
    hidden,
    heads,
    width: Math.trunc(hidden * (config.number('mlp_ratio') ?? 4)),
    qkvBias: config.flag(true, 'qkv_bias'),
    outBias: true,
    mlpBias: true,
    attention: 'attention',
    fused: 'qkv',
    attentionNames: { output: 'proj' },
    blockNorms: ['norm1', 'norm2'],
    describe: (index) => `${String(windowed.has(index))} ${String(residual.has(index))}`,
    others: (index) => [
      ...(relative
        ? [
            vector(`${path}attention.rel_pos_h`, [places(index, rows), hidden / heads], 'attention'),
            vector(`${path}attention.rel_pos_w`, [places(index, columns), hidden / heads], 'attention'),
          ]
        : []),
      ...(residual.has(index)
        ? [
            ...conv(`${path}residual.conv1`, half, hidden),
            ...norm(`${path}residual.norm1`, half, 'layer'),
            ...conv(`${path}residual.conv2`, half, half, { kernel: 3 }),
            ...norm(`${path}residual.norm2`, half, 'layer'),
            ...conv(`${path}residual.conv3`, hidden, half),
            ...norm(`${path}residual.norm3`, hidden, 'layer'),
          ]
        : []),
    ],
  });
  const [gridRows, gridColumns] = patchGrid(config, 'pretrain_image_size');
  return {
    ...visionModel(hidden, layers, [
      ...(config.flag(true, 'use_absolute_position_embeddings')
        ? [learned('embeddings.position_embeddings', 1, gridRows * gridColumns + 1, hidden)]
        : []),
      ...patchProjection(config, 'embeddings.projection', hidden),
    ]),
    featureWidths: outStages(config, layerCount(config)).map(() => hidden),
  };
};

/** Channels inside the last step of matting: fixed in the class. */
const MATTING_CHANNELS = 16;

/** ViTMatte: ViTDet beside a slim stream of convolutions for detail. */
export const vitMatte: Family = (context) => {
  const { config } = context;
  doubtHead(context, /ForImageMatting$/);
  const backbone = detectorBackbone(context, {
    fallback: 'vitdet',
    path: 'backbone.',
    defaults: { out_features: ['stage4'] },
  });
  const section = config.object('backbone_config')?.num_channels;
  const stream = [typeof section === 'number' ? section : 3, ...perStage(config, 'convstream_hidden_sizes')];
  const fused = [config.integer('hidden_size'), ...perStage(config, 'fusion_hidden_sizes')];
  const unit = (module: string, out: number, input: number): WeightTensor[] => [
    ...conv(`${module}.conv`, out, input, { kernel: 3 }),
    ...batchNorm(`${module}.batch_norm`, out),
  ];
  const last = fused.at(-1) ?? 0;
  const d = 'decoder.';
  return {
    ...visionModel(
      fused[0] ?? 0,
      [],
      [
        ...stream
          .slice(1)
          .flatMap((out, index) => unit(`${d}convstream.convs.${String(index)}`, out, stream[index] ?? 0)),
        ...fused
          .slice(1)
          .flatMap((out, index) =>
            unit(
              `${d}fusion_blocks.${String(index)}.conv`,
              out,
              (fused[index] ?? 0) + (stream.at(-(index + 1)) ?? 0),
            ),
          ),
        ...conv(`${d}matting_head.matting_convs.0`, MATTING_CHANNELS, last, {
          kernel: 3,
          bias: true,
          part: 'head',
        }),
        ...batchNorm(`${d}matting_head.matting_convs.1`, MATTING_CHANNELS),
        ...conv(`${d}matting_head.matting_convs.3`, 1, MATTING_CHANNELS, { bias: true, part: 'head' }),
      ],
    ),
    towers: [backbone.tower],
  };
};
