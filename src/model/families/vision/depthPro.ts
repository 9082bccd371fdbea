import type { Config } from '../../config';
import type { Family } from '../../family';
import {
  batchNorm,
  blocks,
  conv,
  doubtHead,
  linear,
  perStage,
  sides,
  visionModel,
} from '../../parts/visionPieces';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';
import { asTower } from './clip';
import { fusionRule } from './dptNeck';

/** Channels of the last convolution but one: fixed in the class. */
const DEPTH_CHANNELS = 32;

/** Depth Pro: one encoder over the whole picture, one over its pieces at three scales, fused; a third for the field of view. */
export const depthPro: Family = (context) => {
  const { config, nested, architecture } = context;
  doubtHead(context, /Model$|ForDepthEstimation$/);
  config.understood('scaled_images_overlap_ratios', 'merge_padding_value', 'patch_size');
  const part = (key: string): ReturnType<typeof nested> =>
    nested(key, 'dinov2', {
      architecture: 'Dinov2Model',
      evenIfAbsent: true,
      // Every encoder sees pieces of one size, whatever its own section says.
      overrides: { image_size: config.integer('patch_size') },
    });
  const image = part('image_model_config');
  const patch = part('patch_model_config');
  if (image === undefined || patch === undefined)
    throw new ReadFailure('contradiction', 'One of the encoders is no configuration.');
  const fov =
    config.flag(false, 'use_fov_model') && !/Model$/.test(architecture)
      ? part('fov_model_config')
      : undefined;
  const fused = config.integer('fusion_hidden_size');
  const half = Math.floor(fused / 2);
  const depthHead = /ForDepthEstimation$/.test(architecture);
  const outside = [
    ...neck(config, image.hidden, patch.hidden, fused),
    ...(depthHead
      ? [
          ...fusion(config, fused),
          ...conv('head.layers.0', half, fused, { kernel: 3, bias: true, part: 'head' }),
          ...conv('head.layers.1', half, half, { kernel: 2, bias: true, part: 'head' }),
          ...conv('head.layers.2', DEPTH_CHANNELS, half, { kernel: 3, bias: true, part: 'head' }),
          ...conv('head.layers.4', 1, DEPTH_CHANNELS, { bias: true, part: 'head' }),
        ]
      : []),
    ...(fov === undefined ? [] : fieldOfView(config, fov.hidden, fused)),
  ];
  if (fov === undefined) config.understood('fov_model_config', 'num_fov_head_layers');
  return {
    ...visionModel(fused, [], outside),
    towers: [asTower(patch), asTower(image), ...(fov === undefined ? [] : [asTower(fov)])],
  };
};

function neck(config: Config, image: number, patch: number, fused: number): WeightTensor[] {
  const scaled = perStage(config, 'scaled_images_feature_dims');
  const inner = perStage(config, 'intermediate_feature_dims');
  const first = scaled[0] ?? 0;
  const n = 'depth_pro.neck.';
  const u = `${n}feature_upsample.`;
  const combined = [...scaled, ...inner];
  return [
    ...conv(`${u}image_block.layers.0`, first, image, { kernel: 2, bias: true }),
    ...scaled.flatMap((width, index) => [
      ...conv(`${u}scaled_images.${String(index)}.layers.0`, width, patch),
      ...conv(`${u}scaled_images.${String(index)}.layers.1`, width, width, { kernel: 2 }),
    ]),
    ...inner.flatMap((width, index) => {
      const between = index === 0 ? fused : width;
      const path = `${u}intermediate.${String(index)}.layers.`;
      return [
        ...conv(`${path}0`, between, patch),
        ...blocks(2 + index, (step) =>
          conv(`${path}${String(step + 1)}`, width, step === 0 ? between : width, { kernel: 2 }),
        ).flat(),
      ];
    }),
    ...conv(`${n}fuse_image_with_low_res`, first, 2 * first, { bias: true }),
    // The last map needs no projection where it has the width already.
    ...combined.flatMap((width, index) =>
      index === combined.length - 1 && width === fused
        ? []
        : conv(`${n}feature_projection.projections.${String(index)}`, fused, width, { kernel: 3 }),
    ),
  ];
}

function fusion(config: Config, fused: number): WeightTensor[] {
  const rule = fusionRule(config);
  const count =
    perStage(config, 'intermediate_hook_ids').length + (config.list('scaled_images_ratios')?.length ?? 0);
  const residual = (path: string): WeightTensor[] =>
    [1, 2].flatMap((index) => [
      ...conv(`${path}convolution${String(index)}`, fused, fused, { kernel: 3, bias: rule.bias }),
      ...(rule.norms ? batchNorm(`${path}batch_norm${String(index)}`, fused) : []),
    ]);
  return blocks(count, (index) => {
    const last = index === count - 1;
    const path = last ? 'fusion_stage.final.' : `fusion_stage.intermediate.${String(index)}.`;
    return [
      ...residual(`${path}residual_layer1.`),
      ...residual(`${path}residual_layer2.`),
      ...(last ? [] : conv(`${path}deconv`, fused, fused, { kernel: 2 })),
      ...conv(`${path}projection`, fused, fused, { bias: true }),
    ];
  }).flat();
}

/** Side of the picture encoder's patch where its part does not say it (configuration_dinov2.py). */
const DINO_PATCH = 14;

function fieldOfView(config: Config, hidden: number, fused: number): WeightTensor[] {
  const section = config.section('image_model_config', { patch_size: DINO_PATCH });
  for (const key of Object.keys(section?.raw ?? {})) section?.understood(key);
  const [image] = sides(config, 'patch_size');
  const [patch] = section === undefined ? [DINO_PATCH] : sides(section, 'patch_size');
  const side = Math.floor(image / Math.max(1, patch));
  const count = config.integer('num_fov_head_layers');
  const width = (index: number): number => Math.ceil(fused / 2 ** (index + 1));
  const kernel = Math.trunc((side - 1) / 2 ** count + 1);
  return [
    ...linear('fov_model.fov_encoder.neck', Math.floor(fused / 2), hidden),
    ...conv('fov_model.conv', Math.floor(fused / 2), fused, { kernel: 3, bias: true }),
    ...blocks(count, (index) =>
      conv(`fov_model.head.layers.${String(2 * index)}`, width(index + 1), width(index), {
        kernel: 3,
        bias: true,
        part: 'head',
      }),
    ).flat(),
    ...conv(`fov_model.head.layers.${String(2 * count)}`, 1, width(count), {
      kernel,
      bias: true,
      part: 'head',
    }),
  ];
}
