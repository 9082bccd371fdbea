import type { Family } from '../family';
import { NO_FEED_FORWARD, NO_MIXER } from '../parts/block';
import type { LayerPlan } from '../parts/foldLayers';
import { convolution, matrix, norm } from '../parts/tensors';
import { ReadFailure } from '../readFailure';
import type { WeightTensor } from '../spec';
import { residualBlock, resample } from './residualBlock';

/** The autoencoder between pictures and latents, as Stable Diffusion 1 to 3 and FLUX have it. */
export const autoencoderKl: Family = ({ config }) => {
  const widths = config.integers('block_out_channels') ?? [];
  const first = widths[0];
  const last = widths.at(-1);
  if (first === undefined || last === undefined)
    throw new ReadFailure('missing-key', 'block_out_channels is not said.');
  const kinds = [...(config.texts('down_block_types') ?? []), ...(config.texts('up_block_types') ?? [])];
  if (kinds.some((kind) => kind !== 'DownEncoderBlock2D' && kind !== 'UpDecoderBlock2D')) {
    throw new ReadFailure('unsupported', 'The autoencoder has blocks that are not known.');
  }
  if (kinds.length !== 2 * widths.length)
    throw new ReadFailure('contradiction', 'There are not as many kinds of blocks as widths.');
  const perLevel = config.integer('layers_per_block');
  const latent = config.integer('latent_channels');
  const input = config.integerOr(3, 'in_channels');
  const out = config.integerOr(3, 'out_channels');
  const attends = config.flag(true, 'mid_block_add_attention');
  config.understood(
    '_class_name',
    '_diffusers_version',
    'act_fn',
    'norm_num_groups',
    'sample_size',
    'scaling_factor',
    'shift_factor',
    'force_upcast',
    'latents_mean',
    'latents_std',
  );
  const levels = [...widths];
  return {
    kind: 'diffusion',
    hidden: first,
    vocabulary: 0,
    maxContext: null,
    layers: [
      ...half('encoder.down_blocks', levels, first, perLevel, 'encoder.downsamplers'),
      middle('encoder.mid_block', last, attends),
      middle('decoder.mid_block', last, attends),
      ...half('decoder.up_blocks', levels.reverse(), last, perLevel + 1, 'decoder.upsamplers'),
    ],
    outside: [
      ...convolution('encoder.conv_in', [first, input, 3, 3], 'other', { bias: true }),
      ...norm('encoder.conv_norm_out', last, 'layer', 'other'),
      ...convolution('encoder.conv_out', [2 * latent, last, 3, 3], 'other', { bias: true }),
      ...(config.flag(true, 'use_quant_conv')
        ? convolution('quant_conv', [2 * latent, 2 * latent, 1, 1], 'other', { bias: true })
        : []),
      ...(config.flag(true, 'use_post_quant_conv')
        ? convolution('post_quant_conv', [latent, latent, 1, 1], 'other', { bias: true })
        : []),
      ...convolution('decoder.conv_in', [last, latent, 3, 3], 'other', { bias: true }),
      ...norm('decoder.conv_norm_out', first, 'layer', 'other'),
      ...convolution('decoder.conv_out', [out, first, 3, 3], 'other', { bias: true }),
    ],
    tiedHead: false,
  };
};

function stage(weights: WeightTensor[]): LayerPlan {
  return { mixer: NO_MIXER, feedForward: NO_FEED_FORWARD, others: weights };
}

function half(
  path: string,
  widths: readonly number[],
  from: number,
  perLevel: number,
  resampler: string,
): LayerPlan[] {
  let input = from;
  return widths.map((width, index) => {
    const weights: WeightTensor[] = [];
    for (let block = 0; block < perLevel; block += 1) {
      weights.push(...residualBlock(`${path}.${String(index)}.resnets.${String(block)}`, input, width, null));
      input = width;
    }
    if (index < widths.length - 1) weights.push(...resample(`${resampler}.${String(index)}.conv`, width));
    return stage(weights);
  });
}

function middle(path: string, width: number, attends: boolean): LayerPlan {
  return stage([
    ...residualBlock(`${path}.resnets.0`, width, width, null),
    ...(attends
      ? [
          ...norm(`${path}.attentions.0.group_norm`, width, 'layer', 'other'),
          ...['to_q', 'to_k', 'to_v', 'to_out.0'].flatMap((name) =>
            matrix(`${path}.attentions.0.${name}`, width, width, 'attention', { bias: true }),
          ),
        ]
      : []),
    ...residualBlock(`${path}.resnets.1`, width, width, null),
  ]);
}
