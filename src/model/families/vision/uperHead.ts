import type { Config } from '../../config';
import { conv, blocks, convNorm, perStage } from '../../parts/visionPieces';
import type { WeightTensor } from '../../spec';

export interface UperHead {
  module: string;
  widths: readonly number[];
  /** Width that all maps are brought to. */
  channels: number;
  classes: number;
  /** What the convolution and the batch norm of one unit are called. */
  names: { conv: string; norm: string };
  /** What the convolution behind the pooled maps is called. */
  bottleneck: string;
}

/** Unified perceptual parsing: pooled maps of the last stage, a pyramid over all of them, one classifier. */
export function uperHead(config: Config, u: UperHead): WeightTensor[] {
  const scales = perStage(config, 'pool_scales');
  const unit = (name: string, out: number, input: number, kernel = 1): WeightTensor[] =>
    convNorm(`${u.module}.${name}.${u.names.conv}`, `${u.module}.${name}.${u.names.norm}`, out, input, {
      kernel,
      part: 'head',
    });
  const last = u.widths.at(-1) ?? 0;
  return [
    ...conv(`${u.module}.classifier`, u.classes, u.channels, { bias: true, part: 'head' }),
    ...scales.flatMap((_, index) => unit(`psp_modules.${String(index)}.1`, u.channels, last)),
    ...unit(u.bottleneck, u.channels, last + scales.length * u.channels, 3),
    ...u.widths
      .slice(0, -1)
      .flatMap((width, index) => [
        ...unit(`lateral_convs.${String(index)}`, u.channels, width),
        ...unit(`fpn_convs.${String(index)}`, u.channels, u.channels, 3),
      ]),
    ...unit('fpn_bottleneck', u.channels, u.widths.length * u.channels, 3),
  ];
}

/** The smaller head that training adds: a few convolutions on one map. */
export function auxiliaryHead(
  config: Config,
  module: string,
  input: number,
  classes: number,
  names: { conv: string; norm: string },
): WeightTensor[] {
  const channels = config.integer('auxiliary_channels');
  const count = config.integer('auxiliary_num_convs');
  const unit = (name: string, from: number): WeightTensor[] =>
    convNorm(`${module}.${name}.${names.conv}`, `${module}.${name}.${names.norm}`, channels, from, {
      kernel: 3,
      part: 'head',
    });
  return [
    ...blocks(count, (index) => unit(`convs.${String(index)}`, index === 0 ? input : channels)).flat(),
    ...(config.flag(false, 'auxiliary_concat_input') ? unit('conv_cat', input + channels) : []),
    ...conv(`${module}.classifier`, classes, channels, { bias: true, part: 'head' }),
  ];
}
