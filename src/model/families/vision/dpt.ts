import { isObject } from '../../config';
import type { Family, FamilyContext } from '../../family';
import { labelCount } from '../../parts/head';
import { norm } from '../../parts/tensors';
import {
  batchNorm,
  conv,
  doubtHead,
  learned,
  linear,
  understoodPictureKeys,
  visionModel,
} from '../../parts/visionPieces';
import { patchPositions, patchProjection, vitLayers } from '../../parts/vitLayers';
import type { LayerPlan } from '../../parts/foldLayers';
import type { Tower, WeightTensor } from '../../spec';
import { detectorBackbone } from './detectorBackbone';
import { dptNeck, fusionRule } from './dptNeck';

/** Channels of the two last convolutions of a depth head: fixed in the class. */
const DEPTH_CHANNELS = 32;
/** The projection before it keeps this width whatever the fusion's. */
const PROJECTION = 256;

/** DPT: a vision transformer read at four depths, for depth or for segments. */
export const dpt: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|ForDepthEstimation$|ForSemanticSegmentation$/);
  understoodPictureKeys(config);
  config.understood(
    'backbone_out_indices',
    'head_in_index',
    'auxiliary_loss_weight',
    'neck_ignore_stages',
    'pooler_output_size',
    'add_projection',
    'use_auxiliary_head',
    'neck_hidden_sizes',
    'reassemble_factors',
    'fusion_hidden_size',
    'readout_type',
  );
  const hybrid = config.flag(false, 'is_hybrid');
  const trunk =
    !hybrid && isObject(config.value('backbone_config')) && /ForDepthEstimation$/.test(architecture)
      ? pyramid(context)
      : transformer(context, hybrid);
  const top = topOf(context, trunk.hidden, hybrid, trunk.pyramid);
  return {
    ...visionModel(trunk.hidden, trunk.layers, [...trunk.outside, ...top]),
    ...(trunk.tower === undefined ? {} : { towers: [trunk.tower] }),
  };
};

interface Trunk {
  hidden: number;
  layers: LayerPlan[];
  outside: WeightTensor[];
  tower?: Tower;
  pyramid: boolean;
}

/** Another model's backbone in place of DPT's own transformer. */
function pyramid(context: FamilyContext): Trunk {
  const backbone = detectorBackbone(context, { fallback: 'dinov2', path: 'backbone.' });
  const section = context.config.object('backbone_config');
  context.config.understood('hidden_size', 'num_hidden_layers', 'num_attention_heads', 'intermediate_size');
  context.config.understood('qkv_bias', 'patch_size', 'num_channels', 'backbone_featmap_shape');
  return {
    hidden: backbone.tower.hiddenSize,
    layers: [],
    outside: [],
    tower: backbone.tower,
    pyramid: section?.model_type === 'swinv2',
  };
}

function transformer(context: FamilyContext, hybrid: boolean): Trunk {
  const { config, architecture } = context;
  const hidden = config.integer('hidden_size');
  const e = 'dpt.embeddings.';
  const shape = config.integers('backbone_featmap_shape');
  const backbone = hybrid
    ? detectorBackbone(context, {
        fallback: 'bit',
        path: `${e}backbone.`,
        defaults: {
          global_padding: 'same',
          layer_type: 'bottleneck',
          depths: [3, 4, 9],
          out_features: ['stage1', 'stage2', 'stage3'],
          embedding_dynamic_padding: true,
        },
      })
    : undefined;
  return {
    hidden,
    layers: vitLayers(config, 'dpt.encoder.layer.{layer}.'),
    outside: [
      learned(`${e}cls_token`, 1, 1, hidden),
      patchPositions(config, `${e}position_embeddings`, hidden, 1),
      ...(hybrid
        ? conv(`${e}projection`, hidden, shape?.[1] ?? 1024, { bias: true, part: 'embedding' })
        : patchProjection(config, `${e}patch_embeddings.projection`, hidden)),
      ...norm('dpt.layernorm', hidden, 'layer'),
      ...(/Model$/.test(architecture)
        ? linear('dpt.pooler.dense', config.optional('pooler_output_size') ?? hidden, hidden, 'other')
        : []),
    ],
    ...(backbone === undefined ? {} : { tower: backbone.tower }),
    pyramid: false,
  };
}

function topOf(
  { config, architecture }: FamilyContext,
  hidden: number,
  hybrid: boolean,
  pyramid: boolean,
): WeightTensor[] {
  if (/Model$/.test(architecture)) return [];
  const fused = config.integer('fusion_hidden_size');
  const classes = labelCount(config);
  const neck = dptNeck(config, {
    hidden,
    untouched: hybrid ? 2 : 0,
    reassembles: !pyramid,
    readout: (config.text('readout_type') ?? 'project') === 'project',
    ...fusionRule(config),
  });
  if (/ForDepthEstimation$/.test(architecture)) {
    const half = Math.floor(fused / 2);
    return [
      ...neck,
      ...(config.flag(false, 'add_projection')
        ? conv('head.projection', PROJECTION, PROJECTION, { kernel: 3, bias: true, part: 'head' })
        : []),
      ...conv('head.head.0', half, fused, { kernel: 3, bias: true, part: 'head' }),
      ...conv('head.head.2', DEPTH_CHANNELS, half, { kernel: 3, bias: true, part: 'head' }),
      ...conv('head.head.4', 1, DEPTH_CHANNELS, { bias: true, part: 'head' }),
    ];
  }
  const head = (module: string): WeightTensor[] => [
    ...conv(`${module}.head.0`, fused, fused, { kernel: 3, part: 'head' }),
    ...batchNorm(`${module}.head.1`, fused),
    ...conv(`${module}.head.4`, classes, fused, { bias: true, part: 'head' }),
  ];
  return [
    ...neck,
    ...head('head'),
    ...(config.flag(true, 'use_auxiliary_head') ? head('auxiliary_head') : []),
  ];
}

/** Depth Anything: DINOv2 under DPT's neck, and three convolutions. */
export const depthAnything: Family = (context) => {
  const { config } = context;
  doubtHead(context, /ForDepthEstimation$/);
  config.understood('patch_size', 'head_in_index', 'depth_estimation_type', 'max_depth');
  const backbone = detectorBackbone(context, {
    fallback: 'dinov2',
    path: 'backbone.',
    defaults: { hidden_size: 384, num_attention_heads: 6, image_size: 518, out_indices: [9, 10, 11, 12] },
  });
  const fused = config.integer('fusion_hidden_size');
  const half = Math.floor(fused / 2);
  const last = config.integer('head_hidden_size');
  return {
    ...visionModel(
      backbone.tower.hiddenSize,
      [],
      [
        ...dptNeck(config, {
          hidden: config.integer('reassemble_hidden_size'),
          readout: false,
          bias: true,
          norms: false,
        }),
        ...conv('head.conv1', half, fused, { kernel: 3, bias: true, part: 'head' }),
        ...conv('head.conv2', last, half, { kernel: 3, bias: true, part: 'head' }),
        ...conv('head.conv3', 1, last, { bias: true, part: 'head' }),
      ],
    ),
    towers: [backbone.tower],
  };
};
