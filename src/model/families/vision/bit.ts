import type { Family } from '../../family';
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
import type { LayerPlan } from '../../parts/foldLayers';
import type { WeightTensor } from '../../spec';
import { outWidths } from './backbone';

/** Rounds halves to the even neighbour, as Python does. */
export function roundEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor % 2) : Math.round(value);
}

/** Rounds to a multiple of `divisor`, never down by more than a tenth: the rule of mobile networks since MobileNet. */
export function makeDivisible(value: number, divisor = 8, least = divisor): number {
  const rounded = Math.max(least, Math.floor(Math.trunc(value + divisor / 2) / divisor) * divisor);
  return rounded < 0.9 * value ? rounded + divisor : rounded;
}

/** BiT: residual networks with group norms in place of batch norms. */
export const bit: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|Backbone$|ForImageClassification$/);
  understoodPictureKeys(config);
  config.understood('global_padding', 'num_groups', 'embedding_dynamic_padding', 'output_stride');
  const before = config.text('layer_type') !== 'bottleneck';
  const factor = config.number('width_factor') ?? 1;
  const said = perStage(config, 'hidden_sizes');
  const depths = perStage(config, 'depths');
  const stem = config.integer('embedding_size');
  const widths = said.slice(0, depths.length).map((width) => makeDivisible(width * factor));
  const layers: LayerPlan[] = widths.flatMap((out, stage) => {
    const path = `bit.encoder.stages.${String(stage)}.layers.{layer}.`;
    const inside = makeDivisible(out / 4);
    const block = (input: number, first: boolean): LayerPlan => {
      const group = (name: string, width: number): WeightTensor[] => norm(path + name, width, 'layer');
      return plainLayer([
        ...(first ? conv(`${path}downsample.conv`, out, input) : []),
        ...(first && !before ? group('downsample.norm', out) : []),
        ...group('norm1', before ? input : inside),
        ...conv(`${path}conv1`, inside, input),
        ...group('norm2', inside),
        ...conv(`${path}conv2`, inside, inside, { kernel: 3 }),
        ...group('norm3', before ? inside : out),
        ...conv(`${path}conv3`, out, inside),
      ]);
    };
    const rest = block(out, false);
    const input = widths[stage - 1] ?? stem;
    return blocks(depths[stage] ?? 0, (index) => (index === 0 ? block(input, true) : rest));
  });
  const last = said.at(-1) ?? 0;
  const classes = labelCount(config);
  return {
    ...visionModel(last, layers, [
      ...conv('bit.embedder.convolution', stem, config.integerOr(3, 'num_channels'), {
        kernel: 7,
        part: 'embedding',
      }),
      ...(before ? norm('bit.norm', last, 'layer') : norm('bit.embedder.norm', stem, 'layer')),
      ...(/ForImageClassification$/.test(architecture) ? linear('classifier.1', classes, last, 'head') : []),
    ]),
    featureWidths: outWidths(config, [stem, ...said]),
  };
};
