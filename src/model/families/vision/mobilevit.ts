import type { Config } from '../../config';
import type { Family, FamilyContext } from '../../family';
import type { LayerPlan } from '../../parts/foldLayers';
import { labelCount } from '../../parts/head';
import { norm } from '../../parts/tensors';
import {
  blocks,
  conv,
  doubtHead,
  linear,
  perStage,
  plainLayer,
  understoodPictureKeys,
  visionModel,
} from '../../parts/visionPieces';
import { vitLayers } from '../../parts/vitLayers';
import type { WeightTensor } from '../../spec';
import { makeDivisible, roundEven } from './bit';
import { invertedResidual, mobileUnit } from './mobilenet';

/** Blocks of the three stages that attend: fixed in the first version's class. */
const ATTENDING = [2, 4, 3];
const HEADS = /Model$|ForImageClassification$|ForSemanticSegmentation$/;

function residual(config: Config, path: string, out: number, input: number): WeightTensor[] {
  return invertedResidual(
    path,
    out,
    input,
    makeDivisible(roundEven(input * (config.number('expand_ratio') ?? 1))),
  );
}

/** Stages of inverted residuals alone. */
function mobileStage(config: Config, path: string, out: number, input: number, count: number): LayerPlan[] {
  return blocks(count, (index) =>
    plainLayer(residual(config, `${path}layer.${String(index)}.`, out, index === 0 ? input : out)),
  );
}

function understood(context: FamilyContext): void {
  doubtHead(context, HEADS);
  understoodPictureKeys(context.config);
  context.config.understood('output_stride', 'patch_size', 'atrous_rates', 'aspp_out_channels');
}

/** DeepLab's head: the map seen at several distances, gathered, then classified. */
function deepLab(config: Config, input: number, classes: number): WeightTensor[] {
  const out = config.integer('aspp_out_channels');
  const rates = config.integers('atrous_rates')?.length ?? 0;
  const a = 'segmentation_head.aspp.';
  return [
    ...mobileUnit(`${a}convs.0`, out, input),
    ...blocks(rates, (index) => mobileUnit(`${a}convs.${String(index + 1)}`, out, input, 3)).flat(),
    ...mobileUnit(`${a}convs.${String(rates + 1)}.conv_1x1`, out, input),
    ...mobileUnit(`${a}project`, out, (rates + 2) * out),
    ...conv('segmentation_head.classifier.convolution', classes, out, { bias: true, part: 'head' }),
  ];
}

/** MobileViT: inverted residuals, and from the third stage on small transformers between convolutions. */
export const mobileVit: Family = (context) => {
  const { config, architecture } = context;
  understood(context);
  const necks = perStage(config, 'neck_hidden_sizes', 7);
  const hidden = perStage(config, 'hidden_sizes', 3);
  const kernel = config.integer('conv_kernel_size');
  const root = 'mobilevit.';
  const width = (index: number): number => necks[index] ?? 0;
  const layers: LayerPlan[] = [
    ...mobileStage(config, `${root}encoder.layer.0.`, width(1), width(0), 1),
    ...mobileStage(config, `${root}encoder.layer.1.`, width(2), width(1), 3),
  ];
  hidden.forEach((dim, stage) => {
    const path = `${root}encoder.layer.${String(stage + 2)}.`;
    const out = width(stage + 3);
    const ratio = config.number('mlp_ratio') ?? 2;
    layers.push(
      plainLayer([
        ...residual(config, `${path}downsampling_layer.`, out, width(stage + 2)),
        ...mobileUnit(`${path}conv_kxk`, out, out, kernel),
        ...mobileUnit0(`${path}conv_1x1`, dim, out),
        ...norm(`${path}layernorm`, dim, 'layer'),
        ...mobileUnit(`${path}conv_projection`, out, dim),
        ...mobileUnit(`${path}fusion`, out, 2 * out, kernel),
      ]),
      ...vitLayers(config, `${path}transformer.layer.{layer}.`, {
        layers: ATTENDING[stage] ?? 0,
        hidden: dim,
        width: Math.trunc(dim * ratio),
      }),
    );
  });
  const classes = labelCount(config);
  const segments = /ForSemanticSegmentation$/.test(architecture);
  const last = width(6);
  return visionModel(last, layers, [
    ...mobileUnit(`${root}conv_stem`, width(0), config.integerOr(3, 'num_channels'), 3),
    ...(segments ? deepLab(config, width(5), classes) : mobileUnit(`${root}conv_1x1_exp`, last, width(5))),
    ...(/ForImageClassification$/.test(architecture) ? linear('classifier', classes, last, 'head') : []),
  ]);
};

/** A convolution of one place without norm or bias, as these models name it. */
function mobileUnit0(module: string, out: number, input: number): WeightTensor[] {
  return conv(`${module}.convolution`, out, input);
}

/** Widths of the second version before scaling: fixed in the class. */
const WIDTHS = [32, 64, 128, 256, 384, 512];

/** MobileViT v2: attention that costs in proportion to the places, by one score for each. */
export const mobileVitV2: Family = (context) => {
  const { config, architecture } = context;
  understood(context);
  const factor = config.number('width_multiplier') ?? 1;
  const widths = WIDTHS.map((width, index) => {
    if (index === 0) return makeDivisible(Math.min(64, Math.max(16, width * factor)), 8, 16);
    return makeDivisible(width * factor, index === 1 ? 16 : 8);
  });
  const counts = perStage(config, 'n_attn_blocks', 3);
  const units = perStage(config, 'base_attn_unit_dims', 3).map((unit) => makeDivisible(unit * factor));
  const kernel = config.integer('conv_kernel_size');
  const root = 'mobilevitv2.';
  const width = (index: number): number => widths[index] ?? 0;
  const layers: LayerPlan[] = [
    ...mobileStage(config, `${root}encoder.layer.0.`, width(1), width(0), 1),
    ...mobileStage(config, `${root}encoder.layer.1.`, width(2), width(1), 2),
  ];
  units.forEach((dim, stage) => {
    const path = `${root}encoder.layer.${String(stage + 2)}.`;
    const out = width(stage + 3);
    const inner = Math.floor(((config.number('ffn_multiplier') ?? 2) * dim) / 16) * 16;
    const block = `${path}transformer.layer.{layer}.`;
    const plan = plainLayer([
      ...norm(`${block}layernorm_before`, dim, 'layer'),
      ...conv(`${block}attention.qkv_proj.convolution`, 2 * dim + 1, dim, { bias: true, part: 'attention' }),
      ...conv(`${block}attention.out_proj.convolution`, dim, dim, { bias: true, part: 'attention' }),
      ...norm(`${block}layernorm_after`, dim, 'layer'),
      ...conv(`${block}ffn.conv1.convolution`, inner, dim, { bias: true, part: 'feedForward' }),
      ...conv(`${block}ffn.conv2.convolution`, dim, inner, { bias: true, part: 'feedForward' }),
    ]);
    layers.push(
      plainLayer([
        ...residual(config, `${path}downsampling_layer.`, out, width(stage + 2)),
        ...mobileUnit(`${path}conv_kxk`, out, out, kernel, out),
        ...mobileUnit0(`${path}conv_1x1`, dim, out),
        ...norm(`${path}layernorm`, dim, 'layer'),
        ...mobileUnit(`${path}conv_projection`, out, dim),
      ]),
      ...blocks(counts[stage] ?? 0, () => plan),
    );
  });
  const classes = labelCount(config);
  const last = width(5);
  return visionModel(last, layers, [
    ...mobileUnit(`${root}conv_stem`, width(0), config.integerOr(3, 'num_channels'), 3),
    ...(/ForSemanticSegmentation$/.test(architecture) ? deepLab(config, last, classes) : []),
    ...(/ForImageClassification$/.test(architecture) ? linear('classifier', classes, last, 'head') : []),
  ]);
};
