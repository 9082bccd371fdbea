import type { Config } from '../../config';
import type { Family } from '../../family';
import { labelCount } from '../../parts/head';
import {
  conv,
  convNorm,
  doubtHead,
  linear,
  plainLayer,
  understoodPictureKeys,
  visionModel,
} from '../../parts/visionPieces';
import type { WeightTensor } from '../../spec';
import { makeDivisible, roundEven } from './bit';

/** Widths before scaling: fixed in the classes (Howard et al. 2017, Sandler et al. 2018). */
const FIRST_V1 = 32;
const DOUBLES_V1 = [true, true, false, true, false, true, false, false, false, false, false, true, false];
const WIDTHS_V2 = [16, 24, 24, 32, 32, 32, 64, 64, 64, 64, 96, 96, 96, 160, 160, 160, 320];
const FIRST_V2 = 32;
const LAST_V2 = 1280;
/** Width of DeepLab's head. */
const SEGMENT_WIDTH = 256;

/** A convolution with its batch norm, as these models name it. */
export function mobileUnit(
  module: string,
  out: number,
  input: number,
  kernel = 1,
  groups = 1,
): WeightTensor[] {
  return convNorm(`${module}.convolution`, `${module}.normalization`, out, input, { kernel, groups });
}

/** Widen, look around channel by channel, narrow. */
export function invertedResidual(path: string, out: number, input: number, inner: number): WeightTensor[] {
  return [
    ...mobileUnit(`${path}expand_1x1`, inner, input),
    ...mobileUnit(`${path}conv_3x3`, inner, inner, 3, inner),
    ...mobileUnit(`${path}reduce_1x1`, out, inner),
  ];
}

export const mobileNetV1: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|ForImageClassification$/);
  understoodPictureKeys(config);
  config.understood('tf_padding');
  const factor = config.number('depth_multiplier') ?? 1;
  const least = config.integer('min_depth');
  const scaled = (depth: number): number => Math.max(Math.trunc(depth * factor), least);
  let depth = FIRST_V1;
  let width = scaled(depth);
  const stem = width;
  const layers = DOUBLES_V1.map((doubles, index) => {
    const input = width;
    if (doubles) depth *= 2;
    width = scaled(depth);
    return plainLayer([
      ...mobileUnit(`mobilenet_v1.layer.${String(2 * index)}`, input, input, 3, input),
      ...mobileUnit(`mobilenet_v1.layer.${String(2 * index + 1)}`, width, input),
    ]);
  });
  const classes = labelCount(config);
  return visionModel(width, layers, [
    ...mobileUnit('mobilenet_v1.conv_stem', stem, config.integerOr(3, 'num_channels'), 3),
    ...(/ForImageClassification$/.test(architecture) ? linear('classifier', classes, width, 'head') : []),
  ]);
};

/** A width scaled by the multiplier and rounded as MobileNet v2 rounds. */
function scaledV2(config: Config, width: number): number {
  const factor = config.number('depth_multiplier') ?? 1;
  return makeDivisible(
    roundEven(width * factor),
    config.integer('depth_divisible_by'),
    config.integer('min_depth'),
  );
}

export const mobileNetV2: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|ForImageClassification$|ForSemanticSegmentation$/);
  understoodPictureKeys(config);
  config.understood('tf_padding', 'output_stride');
  const root = 'mobilenet_v2.';
  const ratio = config.number('expand_ratio') ?? 6;
  const widths = WIDTHS_V2.map((width) => scaledV2(config, width));
  const divisor = config.integer('depth_divisible_by');
  const least = config.integer('min_depth');
  const layers = widths.slice(1).map((out, index) => {
    const input = widths[index] ?? 0;
    const inner = makeDivisible(roundEven(input * ratio), divisor, least);
    return plainLayer(invertedResidual(`${root}layer.${String(index)}.`, out, input, inner));
  });
  const stem = scaledV2(config, FIRST_V2);
  const small = config.flag(true, 'finegrained_output') && (config.number('depth_multiplier') ?? 1) < 1;
  const last = small ? LAST_V2 : scaledV2(config, LAST_V2);
  const classes = labelCount(config);
  const top: WeightTensor[] = [];
  if (/ForImageClassification$/.test(architecture)) top.push(...linear('classifier', classes, last, 'head'));
  if (/ForSemanticSegmentation$/.test(architecture))
    top.push(
      ...mobileUnit('segmentation_head.conv_pool', SEGMENT_WIDTH, widths.at(-1) ?? 0),
      ...mobileUnit('segmentation_head.conv_aspp', SEGMENT_WIDTH, widths.at(-1) ?? 0),
      ...mobileUnit('segmentation_head.conv_projection', SEGMENT_WIDTH, 2 * SEGMENT_WIDTH),
      ...conv('segmentation_head.classifier.convolution', classes, SEGMENT_WIDTH, {
        bias: true,
        part: 'head',
      }),
    );
  return visionModel(last, layers, [
    ...mobileUnit(`${root}conv_stem.first_conv`, stem, config.integerOr(3, 'num_channels'), 3),
    ...(config.flag(true, 'first_layer_is_expansion')
      ? []
      : mobileUnit(`${root}conv_stem.expand_1x1`, stem, stem)),
    ...mobileUnit(`${root}conv_stem.conv_3x3`, stem, stem, 3, stem),
    ...mobileUnit(`${root}conv_stem.reduce_1x1`, widths[0] ?? 0, stem),
    ...mobileUnit(`${root}conv_1x1`, last, widths.at(-1) ?? 0),
    ...top,
  ]);
};
