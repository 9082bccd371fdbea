import type { Family } from '../family';
import { convolution, norm } from '../parts/tensors';
import { ReadFailure } from '../readFailure';
import type { WeightTensor } from '../spec';
import { COMMON_KEYS, diffusionModel, levelWidths } from './tensors';
import { stage } from './uShape';

const cube = (name: string, out: number, input: number, size = 3): WeightTensor[] =>
  convolution(name, [out, input, size, size, size], 'other', { bias: true });

/** Two kernels; where the width changes a norm and a shortcut. Other norms of this family store nothing. */
function block(path: string, input: number, out: number): WeightTensor[] {
  return [
    ...cube(`${path}.conv1.conv`, out, input),
    ...cube(`${path}.conv2.conv`, out, out),
    ...(input === out
      ? []
      : [
          ...norm(`${path}.norm3`, input, 'layer', 'other'),
          ...cube(`${path}.conv_shortcut.conv`, out, input, 1),
        ]),
  ];
}

function blocks(path: string, width: number, count: number): WeightTensor[] {
  return Array.from({ length: count }, (_, index) =>
    block(`${path}.resnets.${String(index)}`, width, width),
  ).flat();
}

/** Levels and blocks of one: published ones have four and up to six. */
const MAX_BLOCKS = 256;

/** A step up makes eight places of one: twice the frames, twice the rows, twice the columns. */
const PLACES = 8;

/** LTX-Video's autoencoder in its first form; later forms, told the time step or made of other blocks, are said to be unknown. */
export const ltxAutoencoder: Family = ({ config, notes }) => {
  const widths = levelWidths(config) ?? [];
  const decoder = [...(levelWidths(config, 'decoder_block_out_channels') ?? [])].reverse();
  const counts = config.integers('layers_per_block') ?? [];
  const decoderCounts = [...(config.integers('decoder_layers_per_block') ?? [])].reverse();
  const scaled = config.list('spatio_temporal_scaling') ?? [];
  const decoderScaled = [...(config.list('decoder_spatio_temporal_scaling') ?? [])].reverse();
  const [first] = widths;
  const [top] = decoder;
  if (first === undefined || top === undefined)
    throw new ReadFailure('missing-key', 'block_out_channels or decoder_block_out_channels is not said.');
  if (counts.length !== widths.length + 1 || decoderCounts.length !== decoder.length + 1)
    throw new ReadFailure('contradiction', 'There are not as many counts of blocks as levels and a middle.');
  if ([...counts, ...decoderCounts].some((count) => count < 0 || count > MAX_BLOCKS))
    throw new ReadFailure('contradiction', 'More blocks than any model has.');
  if ((config.texts('down_block_types') ?? []).some((kind) => kind !== 'LTXVideoDownBlock3D'))
    throw new ReadFailure('unsupported', 'The autoencoder has blocks that are not known.');
  const plain = (key: string, usual: unknown): boolean =>
    (config.list(key) ?? []).every((each) => each === usual);
  if (
    config.flag(false, 'timestep_conditioning') ||
    !plain('decoder_inject_noise', false) ||
    !plain('upsample_residual', false) ||
    !plain('upsample_factor', 1) ||
    !plain('downsample_type', 'conv')
  )
    notes.doubt('unknown-key', 'The decoder is of a later form, which is not known here.');
  config.understood(...COMMON_KEYS, 'patch_size_t', 'resnet_norm_eps', 'scaling_factor', 'encoder_causal');
  config.understood('decoder_causal', 'spatial_compression_ratio', 'temporal_compression_ratio');
  const patch = config.integer('patch_size') ** 2;
  const latent = config.integer('latent_channels');
  const last = widths.at(-1) ?? first;
  const bottom = decoder.at(-1) ?? top;
  return diffusionModel(
    first,
    [
      ...widths.map((width, level) => {
        const path = `encoder.down_blocks.${String(level)}`;
        const next = widths[level + 1] ?? width;
        return stage([
          ...blocks(path, width, counts[level] ?? 0),
          ...(scaled[level] === true ? cube(`${path}.downsamplers.0.conv`, width, width) : []),
          ...(next === width ? [] : block(`${path}.conv_out`, width, next)),
        ]);
      }),
      stage(blocks('encoder.mid_block', last, counts.at(-1) ?? 0)),
      stage(blocks('decoder.mid_block', top, decoderCounts[0] ?? 0)),
      ...decoder.map((width, level) => {
        const path = `decoder.up_blocks.${String(level)}`;
        const before = decoder[level - 1] ?? top;
        return stage([
          ...(before === width ? [] : block(`${path}.conv_in`, before, width)),
          ...(decoderScaled[level] === true
            ? cube(`${path}.upsamplers.0.conv.conv`, PLACES * width, width)
            : []),
          ...blocks(path, width, decoderCounts[level + 1] ?? 0),
        ]);
      }),
    ],
    [
      ...cube('encoder.conv_in.conv', first, config.integerOr(3, 'in_channels') * patch),
      // One channel more: the spread that all latents share.
      ...cube('encoder.conv_out.conv', latent + 1, last),
      ...cube('decoder.conv_in.conv', top, latent),
      ...cube('decoder.conv_out.conv', config.integerOr(3, 'out_channels') * patch, bottom),
    ],
  );
};
