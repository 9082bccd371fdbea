import type { Family } from '../../family';
import type { LayerPlan } from '../../parts/foldLayers';
import { labelCount } from '../../parts/head';
import { vector } from '../../parts/tensors';
import {
  blocks,
  convNorm,
  doubtHead,
  linear,
  perStage,
  plainLayer,
  understoodPictureKeys,
  visionModel,
} from '../../parts/visionPieces';
import type { WeightTensor } from '../../spec';
import { outWidths } from './backbone';

/** HGNet v2, the backbone of D-FINE: each block gathers what all its convolutions put out. */
export const hgNetV2: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Backbone$|ForImageClassification$/);
  understoodPictureKeys(config);
  config.understood('stem_strides', 'stage_downsample_strides', 'depths', 'num_channels');
  const affine = config.flag(false, 'use_learnable_affine_block');
  const unit = (
    module: string,
    out: number,
    input: number,
    kernel: number,
    options: { groups?: number; plain?: boolean } = {},
  ): WeightTensor[] => [
    ...convNorm(`${module}.convolution`, `${module}.normalization`, out, input, {
      kernel,
      groups: options.groups ?? 1,
    }),
    ...(affine && options.plain !== true
      ? ['scale', 'bias'].map((name) => vector(`${module}.lab.${name}`, 1, 'vision'))
      : []),
  ];
  const [channels = 3, middle = 0, stem = 0] = perStage(config, 'stem_channels', 3);
  const inputs = perStage(config, 'stage_in_channels');
  const count = inputs.length;
  const mids = perStage(config, 'stage_mid_channels', count);
  const outs = perStage(config, 'stage_out_channels', count);
  const depths = perStage(config, 'stage_num_blocks', count);
  const units = perStage(config, 'stage_numb_of_layers', count);
  const kernels = perStage(config, 'stage_kernel_size', count);
  const halves = config.list('stage_downsample') ?? [];
  const light = config.list('stage_light_block') ?? [];
  const half = Math.floor(middle / 2);
  const layers: LayerPlan[] = inputs.flatMap((input, stage) => {
    const path = `encoder.stages.${String(stage)}.`;
    const mid = mids[stage] ?? 0;
    const out = outs[stage] ?? 0;
    const kernel = kernels[stage] ?? 3;
    const block = (from: number): LayerPlan => {
      const b = `${path}blocks.{layer}.`;
      const inner = blocks(units[stage] ?? 0, (index) => {
        const source = index === 0 ? from : mid;
        const module = `${b}layers.${String(index)}`;
        return light[stage] === true
          ? [
              ...unit(`${module}.conv1`, mid, source, 1, { plain: true }),
              ...unit(`${module}.conv2`, mid, mid, kernel, { groups: mid }),
            ]
          : unit(module, mid, source, kernel);
      }).flat();
      const squeezed = Math.floor(out / 2);
      return plainLayer([
        ...inner,
        ...unit(`${b}aggregation.0`, squeezed, from + (units[stage] ?? 0) * mid, 1),
        ...unit(`${b}aggregation.1`, out, squeezed, 1),
      ]);
    };
    const rest = block(out);
    return [
      ...(halves[stage] === true
        ? [plainLayer(unit(`${path}downsample`, input, input, 3, { groups: input, plain: true }))]
        : []),
      ...blocks(depths[stage] ?? 0, (index) => (index === 0 ? block(input) : rest)),
    ];
  });
  const widths = perStage(config, 'hidden_sizes');
  const last = widths.at(-1) ?? 0;
  const classes = labelCount(config);
  return {
    ...visionModel(last, layers, [
      ...unit('embedder.stem1', middle, channels, 3),
      ...unit('embedder.stem2a', half, middle, 2),
      ...unit('embedder.stem2b', middle, half, 2),
      ...unit('embedder.stem3', middle, 2 * middle, 3),
      ...unit('embedder.stem4', stem, middle, 1),
      ...(/ForImageClassification$/.test(architecture) ? linear('fc', classes, last, 'head') : []),
    ]),
    featureWidths: outWidths(config, [config.integer('embedding_size'), ...widths]),
  };
};
