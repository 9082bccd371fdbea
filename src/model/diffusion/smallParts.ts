import type { Family } from '../family';
import { convolution } from '../parts/tensors';
import { ReadFailure } from '../readFailure';
import type { WeightTensor } from '../spec';
import { COMMON_KEYS, diffusionModel, levelWidths } from './tensors';
import { stage } from './uShape';

const kernel = (name: string, out: number, input: number, size = 3, bias = true): WeightTensor[] =>
  convolution(name, [out, input, size, size], 'other', { bias });

/** The tiny autoencoder (TAESD): plain kernels, three in a block. */
export const tinyAutoencoder: Family = ({ config }) => {
  const encoder = levelWidths(config, 'encoder_block_out_channels') ?? [];
  const decoder = levelWidths(config, 'decoder_block_out_channels') ?? [];
  const down = config.integers('num_encoder_blocks') ?? [];
  const up = config.integers('num_decoder_blocks') ?? [];
  const latent = config.integer('latent_channels');
  if (
    encoder.length !== down.length ||
    decoder.length !== up.length ||
    encoder.length === 0 ||
    decoder.length === 0
  )
    throw new ReadFailure('contradiction', 'There are not as many counts of blocks as widths.');
  config.understood(...COMMON_KEYS, 'act_fn', 'upsample_fn', 'upsampling_scaling_factor', 'latent_magnitude');
  config.understood('latent_shift', 'force_upcast', 'scaling_factor', 'shift_factor');
  const block = (path: string, width: number, from = width): WeightTensor[] => [
    ...kernel(`${path}.conv.0`, width, from),
    ...kernel(`${path}.conv.2`, width, width),
    ...kernel(`${path}.conv.4`, width, width),
    ...(from === width ? [] : kernel(`${path}.skip`, width, from, 1, false)),
  ];
  const level = (path: string, width: number, blocks: number): WeightTensor[] =>
    Array.from({ length: Math.min(Math.max(blocks, 0), MAX_BLOCKS) }, (_, index) =>
      block(`${path}.${String(index)}`, width),
    ).flat();
  if ([...down, ...up].some((blocks) => blocks < 0 || blocks > MAX_BLOCKS))
    throw new ReadFailure('contradiction', 'More blocks than any model has.');
  const firstEncoder = encoder[0] ?? 0;
  const lastDecoder = decoder.at(-1) ?? 0;
  return diffusionModel(
    firstEncoder,
    [
      ...encoder.map((width, index) =>
        stage([
          ...(index === 0
            ? kernel('encoder.layers.0', width, config.integer('in_channels'))
            : kernel(`encoder.layers.${String(index)}.down`, width, width, 3, false)),
          ...level(`encoder.layers.${String(index)}`, width, down[index] ?? 0),
        ]),
      ),
      ...decoder.map((width, index) =>
        stage([
          ...level(`decoder.layers.${String(index)}`, width, up[index] ?? 0),
          ...(index === decoder.length - 1
            ? kernel('decoder.layers.last', config.integer('out_channels'), width)
            : kernel(`decoder.layers.${String(index)}.up`, width, width, 3, false)),
        ]),
      ),
    ],
    [
      ...kernel('encoder.layers.last', latent, encoder.at(-1) ?? 0),
      ...kernel('decoder.layers.0', decoder[0] ?? lastDecoder, latent),
    ],
  );
};

/** Blocks of one level: published ones have up to six. */
const MAX_BLOCKS = 256;

/** A T2I adapter: plain kernels over the picture that controls another. */
export const t2iAdapter: Family = ({ config }) => {
  const widths = levelWidths(config, 'channels') ?? [];
  const first = widths[0];
  if (first === undefined) throw new ReadFailure('missing-key', 'channels is not said.');
  const blocks = config.integer('num_res_blocks');
  const factor = config.integer('downscale_factor');
  const kind = config.text('adapter_type') ?? 'full_adapter';
  if (!/^full_adapter(?:_xl)?$/.test(kind) || blocks < 0 || blocks > MAX_BLOCKS)
    throw new ReadFailure('unsupported', 'The adapter is of a kind that is not known.');
  config.understood(...COMMON_KEYS);
  let input = first;
  return diffusionModel(
    first,
    widths.map((width, index) => {
      const path = `adapter.body.${String(index)}`;
      const weights: WeightTensor[] = width === input ? [] : kernel(`${path}.in_conv`, width, input, 1);
      input = width;
      for (let block = 0; block < blocks; block += 1) {
        weights.push(...kernel(`${path}.resnets.${String(block)}.block1`, width, width));
        weights.push(...kernel(`${path}.resnets.${String(block)}.block2`, width, width, 1));
      }
      return stage(weights);
    }),
    kernel('adapter.conv_in', first, config.integer('in_channels') * factor * factor),
  );
};
