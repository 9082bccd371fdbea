import type { Family, FamilyContext, FamilyModel } from '../../family';
import type { LayerPlan } from '../../parts/foldLayers';
import { labelCount } from '../../parts/head';
import {
  batchNorm,
  blocks,
  conv,
  doubtHead,
  frozenBatchNorm,
  linear,
  perStage,
  plainLayer,
  understoodPictureKeys,
  visionModel,
} from '../../parts/visionPieces';
import type { WeightTensor } from '../../spec';
import { outWidths } from './backbone';

export interface ResNet {
  root: string;
  channels: number;
  stem: number;
  widths: readonly number[];
  depths: readonly number[];
  bottleneck: boolean;
  /** The first stage halves the side already: a shortcut even where the width stays. */
  downsampleFirst: boolean;
  /** Three small convolutions in place of one wide one before the stages (variant d). */
  deepStem?: boolean;
  /** Detectors freeze the batch norms: their scales are no weights then. */
  frozen?: boolean;
}

/** How much narrower the middle of a bottleneck is. */
const REDUCTION = 4;

/** Stem and stages of a residual network. */
export function resNetTrunk(r: ResNet): { layers: LayerPlan[]; stem: WeightTensor[] } {
  const normed = (module: string, out: number, input: number, kernel: number): WeightTensor[] => [
    ...conv(`${module}.convolution`, out, input, { kernel }),
    ...(r.frozen === true ? frozenBatchNorm : batchNorm)(`${module}.normalization`, out),
  ];
  const layers = r.widths.flatMap((out, stage) => {
    const input = stage === 0 ? r.stem : (r.widths[stage - 1] ?? 0);
    const halves = stage > 0 || r.downsampleFirst;
    const path = `${r.root}encoder.stages.${String(stage)}.layers.{layer}.`;
    const inside = Math.floor(out / REDUCTION);
    const block = (from: number, shortcut: boolean): LayerPlan =>
      plainLayer([
        ...(shortcut ? normed(`${path}shortcut`, out, from, 1) : []),
        ...(r.bottleneck
          ? [
              ...normed(`${path}layer.0`, inside, from, 1),
              ...normed(`${path}layer.1`, inside, inside, 3),
              ...normed(`${path}layer.2`, out, inside, 1),
            ]
          : [...normed(`${path}layer.0`, out, from, 3), ...normed(`${path}layer.1`, out, out, 3)]),
      ]);
    // The deep-stem variant puts a shortcut on the first block of every stage of plain blocks.
    const shortcut = input !== out || halves || (r.deepStem === true && !r.bottleneck);
    const rest = block(out, false);
    return blocks(r.depths[stage] ?? 0, (index) => (index === 0 ? block(input, shortcut) : rest));
  });
  const half = Math.floor(r.stem / 2);
  const stem =
    r.deepStem === true
      ? [
          ...normed(`${r.root}embedder.embedder.0`, half, r.channels, 3),
          ...normed(`${r.root}embedder.embedder.1`, half, half, 3),
          ...normed(`${r.root}embedder.embedder.2`, r.stem, half, 3),
        ]
      : normed(`${r.root}embedder.embedder`, r.stem, r.channels, 7);
  return { layers, stem };
}

function resNetLike(context: FamilyContext, deepStem: boolean): FamilyModel {
  const { config, architecture } = context;
  doubtHead(context, /Model$|Backbone$|ForImageClassification$/);
  understoodPictureKeys(config);
  const widths = perStage(config, 'hidden_sizes');
  const stem = config.integer('embedding_size');
  const layerType = config.text('layer_type') ?? 'bottleneck';
  config.understood('downsample_in_bottleneck');
  const trunk = resNetTrunk({
    root: 'resnet.',
    channels: config.integerOr(3, 'num_channels'),
    stem,
    widths,
    depths: perStage(config, 'depths', widths.length),
    bottleneck: layerType === 'bottleneck',
    downsampleFirst: config.flag(false, 'downsample_in_first_stage'),
    deepStem,
  });
  const last = widths.at(-1) ?? 0;
  const classes = labelCount(config);
  const classified = /ForImageClassification$/.test(architecture);
  return {
    ...visionModel(last, trunk.layers, [
      ...trunk.stem,
      ...(classified ? linear('classifier.1', classes, last, 'head') : []),
    ]),
    featureWidths: outWidths(config, [stem, ...widths]),
  };
}

export const resNet: Family = (context) => resNetLike(context, false);

export const rtDetrResNet: Family = (context) => resNetLike(context, true);
