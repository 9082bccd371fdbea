import type { Family, FamilyContext, FamilyModel } from '../../family';
import type { LayerPlan } from '../../parts/foldLayers';
import { labelCount } from '../../parts/head';
import {
  batchNorm,
  blocks,
  conv,
  convNorm,
  doubtHead,
  linear,
  perStage,
  plainLayer,
  ratiosPerStage,
  understoodPictureKeys,
  visionModel,
} from '../../parts/visionPieces';
import { makeDivisible } from './bit';

/** Channels of the stem and of the last convolution before they are scaled: fixed in the class. */
const STEM = 32;
const TOP = 1280;

function efficientNetLike(context: FamilyContext, root: string, topped: boolean): FamilyModel {
  const { config, architecture } = context;
  understoodPictureKeys(config);
  config.understood(
    'strides',
    'depthwise_padding',
    'pooling_type',
    'batch_norm_momentum',
    'drop_connect_rate',
  );
  config.understood('num_hidden_layers', 'dropout_rate');
  const wide = config.number('width_coefficient') ?? 1;
  const deep = config.number('depth_coefficient') ?? 1;
  const divisor = config.integer('depth_divisor');
  const scaled = (channels: number): number => makeDivisible(channels * wide, divisor);
  const inputs = perStage(config, 'in_channels');
  const outs = perStage(config, 'out_channels', inputs.length);
  const kernels = perStage(config, 'kernel_sizes', inputs.length);
  const repeats = perStage(config, 'num_block_repeats', inputs.length);
  const ratios = ratiosPerStage(config, 'expand_ratios', inputs.length);
  const squeeze = config.number('squeeze_expansion_ratio') ?? 0.25;
  const path = `${root}encoder.blocks.{layer}.`;
  const layers: LayerPlan[] = inputs.flatMap((channels, stage) => {
    const out = scaled(outs[stage] ?? 0);
    const ratio = ratios[stage] ?? 1;
    const kernel = kernels[stage] ?? 3;
    const block = (input: number): LayerPlan => {
      const inner = ratio === 1 ? input : input * ratio;
      const squeezed = Math.max(1, Math.trunc(input * squeeze));
      return plainLayer([
        ...(ratio === 1
          ? []
          : convNorm(`${path}expansion.expand_conv`, `${path}expansion.expand_bn`, inner, input)),
        ...convNorm(
          `${path}depthwise_conv.depthwise_conv`,
          `${path}depthwise_conv.depthwise_norm`,
          inner,
          inner,
          {
            kernel,
            groups: inner,
          },
        ),
        ...conv(`${path}squeeze_excite.reduce`, squeezed, inner, { bias: true }),
        ...conv(`${path}squeeze_excite.expand`, inner, squeezed, { bias: true }),
        ...convNorm(`${path}projection.project_conv`, `${path}projection.project_bn`, out, inner),
      ]);
    };
    const rest = block(out);
    return blocks(Math.ceil(deep * (repeats[stage] ?? 0)), (index) =>
      index === 0 ? block(scaled(channels)) : rest,
    );
  });
  const last = config.integer('hidden_dim');
  const classes = labelCount(config);
  return visionModel(last, layers, [
    ...convNorm(
      `${root}embeddings.convolution`,
      `${root}embeddings.batchnorm`,
      scaled(STEM),
      config.integerOr(3, 'num_channels'),
      {
        kernel: 3,
        part: 'embedding',
      },
    ),
    ...(topped
      ? [
          ...conv(`${root}encoder.top_conv`, scaled(TOP), scaled(outs.at(-1) ?? 0)),
          ...batchNorm(`${root}encoder.top_bn`, last),
        ]
      : []),
    ...(/ForImageClassification$/.test(architecture) ? linear('classifier', classes, last, 'head') : []),
  ]);
}

export const efficientNet: Family = (context) => {
  doubtHead(context, /Model$|ForImageClassification$/);
  return efficientNetLike(context, 'efficientnet.', true);
};

/** ALIGN's vision tower: an EfficientNet without its last convolution. */
export const alignVision: Family = (context) => efficientNetLike(context, 'vision_model.', false);
