import type { Family } from '../../family';
import type { LayerPlan } from '../../parts/foldLayers';
import { labelCount } from '../../parts/head';
import {
  blocks,
  conv,
  convNorm,
  doubtHead,
  linear,
  perStage,
  plainLayer,
  understoodPictureKeys,
  visionModel,
} from '../../parts/visionPieces';
import type { WeightTensor } from '../../spec';
import { roundEven } from './bit';

/** RegNet: residual blocks with grouped convolutions; the y kind weighs its channels as well. */
export const regNet: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|ForImageClassification$/);
  understoodPictureKeys(config);
  const widths = perStage(config, 'hidden_sizes');
  const depths = perStage(config, 'depths', widths.length);
  const stem = config.integer('embedding_size');
  const groupWidth = Math.max(1, config.integer('groups_width'));
  const weighs = config.text('layer_type') !== 'x';
  const first = config.flag(true, 'downsample_in_first_stage');
  const unit = (module: string, out: number, input: number, kernel = 1, groups = 1): WeightTensor[] =>
    convNorm(`${module}.convolution`, `${module}.normalization`, out, input, { kernel, groups });
  const layers: LayerPlan[] = widths.flatMap((out, stage) => {
    const path = `regnet.encoder.stages.${String(stage)}.layers.{layer}.`;
    const groups = Math.max(1, Math.floor(out / groupWidth));
    const block = (input: number, halves: boolean): LayerPlan => {
      const squeezed = roundEven(input / 4);
      return plainLayer([
        ...(input !== out || halves ? unit(`${path}shortcut`, out, input) : []),
        ...unit(`${path}layer.0`, out, input),
        ...unit(`${path}layer.1`, out, out, 3, groups),
        ...(weighs
          ? [
              ...conv(`${path}layer.2.attention.0`, squeezed, out, { bias: true }),
              ...conv(`${path}layer.2.attention.2`, out, squeezed, { bias: true }),
            ]
          : []),
        ...unit(`${path}layer.${weighs ? '3' : '2'}`, out, out),
      ]);
    };
    const rest = block(out, false);
    return blocks(depths[stage] ?? 0, (index) =>
      index === 0 ? block(widths[stage - 1] ?? stem, stage > 0 || first) : rest,
    );
  });
  const last = widths.at(-1) ?? 0;
  const classes = labelCount(config);
  return visionModel(last, layers, [
    ...unit('regnet.embedder.embedder', stem, config.integerOr(3, 'num_channels'), 3),
    ...(/ForImageClassification$/.test(architecture) ? linear('classifier.1', classes, last, 'head') : []),
  ]);
};
