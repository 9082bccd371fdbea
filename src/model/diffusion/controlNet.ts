import type { Family } from '../family';
import { convolution } from '../parts/tensors';
import type { WeightTensor } from '../spec';
import { diffusionModel, levelWidths } from './tensors';
import { downward, middle, unetFront } from './unet';

/** A control network of Stable Diffusion: the downward half of its U-Net, the picture that controls it, and a kernel for each result. */
export const controlNet: Family = ({ config }) => {
  const { shape, first, outside } = unetFront(config, false);
  const widths = levelWidths(config, 'conditioning_embedding_out_channels') ?? [16, 32, 96, 256];
  const channels = config.integerOr(3, 'conditioning_channels');
  config.understood('controlnet_conditioning_channel_order', 'global_pool_conditions');
  const hand = (name: string, width: number): WeightTensor[] =>
    convolution(name, [width, width, 1, 1], 'other', { bias: true });
  // The first kernel's result, each block's, and each halving's are handed on.
  const handed = [
    first,
    ...shape.levels.flatMap(({ width }, index) =>
      Array.from({ length: shape.perLevel + (index < shape.levels.length - 1 ? 1 : 0) }, () => width),
    ),
  ];
  return diffusionModel(
    first,
    [...downward(shape, first), middle(shape)],
    [
      ...outside,
      ...conditionEmbedding('controlnet_cond_embedding', widths, channels, first),
      ...handed.flatMap((width, index) => hand(`controlnet_down_blocks.${String(index)}`, width)),
      ...hand('controlnet_mid_block', shape.levels.at(-1)?.width ?? first),
    ],
  );
};

/** Kernels that bring a picture to the size of latents, two for each width. */
export function conditionEmbedding(
  module: string,
  widths: readonly number[],
  channels: number,
  out: number,
): WeightTensor[] {
  const kernel = (name: string, to: number, from: number): WeightTensor[] =>
    convolution(`${module}.${name}`, [to, from, 3, 3], 'other', { bias: true });
  return [
    ...kernel('conv_in', widths[0] ?? 0, channels),
    ...widths.slice(1).flatMap((width, index) => {
      const from = widths[index] ?? width;
      return [
        ...kernel(`blocks.${String(2 * index)}`, from, from),
        ...kernel(`blocks.${String(2 * index + 1)}`, width, from),
      ];
    }),
    ...kernel('conv_out', out, widths.at(-1) ?? 0),
  ];
}
