import type { Config } from '../config';
import type { Family, FamilyModel } from '../family';
import type { LayerPlan } from '../parts/foldLayers';
import { convolution, lookup, norm } from '../parts/tensors';
import { ReadFailure } from '../readFailure';
import type { WeightTensor } from '../spec';
import { groupAttention, residualBlock, resample } from './residualBlock';
import { blockCount, diffusionModel, levelWidths } from './tensors';
import { stage } from './uShape';

/** What autoencoders of pictures share: their sizes, the encoder, and what stands at its ends. */
export interface AutoencoderFrame {
  widths: readonly number[];
  perLevel: number;
  latent: number;
  out: number;
  attends: boolean;
  encoder: LayerPlan[];
  encoderEnds: (out: number) => WeightTensor[];
}

/** Reads the sizes; throws ReadFailure for kinds of blocks that are not known. */
export function autoencoderFrame(config: Config, kindKeys: readonly string[]): AutoencoderFrame {
  const widths = levelWidths(config) ?? [];
  const first = widths[0];
  const last = widths.at(-1);
  if (first === undefined || last === undefined)
    throw new ReadFailure('missing-key', 'block_out_channels is not said.');
  for (const key of kindKeys) {
    const kinds = config.texts(key) ?? [];
    if (kinds.some((kind) => kind !== 'DownEncoderBlock2D' && kind !== 'UpDecoderBlock2D'))
      throw new ReadFailure('unsupported', 'The autoencoder has blocks that are not known.');
    if (kinds.length !== widths.length)
      throw new ReadFailure('contradiction', `${key} has not as many kinds of blocks as there are widths.`);
  }
  const perLevel = blockCount(config, 'layers_per_block');
  const attends = config.flag(true, 'mid_block_add_attention');
  const input = config.integerOr(3, 'in_channels');
  config.understood(...UNSHAPED);
  return {
    widths,
    perLevel,
    latent: config.integer('latent_channels'),
    out: config.integerOr(3, 'out_channels'),
    attends,
    encoder: [
      ...half('encoder.down_blocks', widths, first, perLevel, 'encoder.downsamplers'),
      middle('encoder.mid_block', last, attends),
    ],
    encoderEnds: (out) => [
      ...convolution('encoder.conv_in', [first, input, 3, 3], 'other', { bias: true }),
      ...norm('encoder.conv_norm_out', last, 'layer', 'other'),
      ...convolution('encoder.conv_out', [out, last, 3, 3], 'other', { bias: true }),
    ],
  };
}

const UNSHAPED = [
  '_class_name',
  '_diffusers_version',
  '_name_or_path',
  'act_fn',
  'norm_num_groups',
  'sample_size',
  'scaling_factor',
  'shift_factor',
  'force_upcast',
  'latents_mean',
  'latents_std',
];

/** The autoencoder between pictures and latents, as Stable Diffusion 1 to 3 and FLUX have it. */
export const autoencoderKl: Family = ({ config }) => {
  const frame = autoencoderFrame(config, ['down_block_types', 'up_block_types']);
  const { latent } = frame;
  const quantised = config.flag(true, 'use_quant_conv');
  return withDecoder(frame, [
    ...frame.encoderEnds(2 * latent),
    ...(quantised ? point('quant_conv', 2 * latent, 2 * latent) : []),
    ...(config.flag(true, 'use_post_quant_conv') ? point('post_quant_conv', latent, latent) : []),
  ]);
};

/** FLUX.2's autoencoder: latents are normed over patches by statistics, which are no parameters. */
export const autoencoderFlux2: Family = (context) => {
  context.config.understood(
    'batch_norm_eps',
    'batch_norm_momentum',
    'patch_size',
    'decoder_block_out_channels',
  );
  const other = levelWidths(context.config, 'decoder_block_out_channels');
  const own = levelWidths(context.config);
  if (other !== undefined && JSON.stringify(other) !== JSON.stringify(own))
    context.notes.doubt('unknown-key', 'A decoder of other widths than the encoder is not known here.');
  return autoencoderKl(context);
};

/** An autoencoder whose latents are rows of a table. */
export const vectorQuantised: Family = ({ config, notes }) => {
  const frame = autoencoderFrame(config, ['down_block_types', 'up_block_types']);
  const { latent } = frame;
  const width = config.optional('vq_embed_dim') ?? latent;
  if ((config.text('norm_type') ?? 'group') !== 'group')
    notes.doubt('unknown-key', 'norm_type is of a kind that is not known in this family.');
  config.understood('lookup_from_codebook');
  return withDecoder(frame, [
    ...frame.encoderEnds(latent),
    ...point('quant_conv', width, latent),
    lookup('quantize.embedding', config.integer('num_vq_embeddings'), width, 'other'),
    ...point('post_quant_conv', latent, width),
  ]);
};

function withDecoder(frame: AutoencoderFrame, ends: readonly WeightTensor[]): FamilyModel {
  const { widths, perLevel, latent, out, attends } = frame;
  const first = widths[0] ?? 0;
  const last = widths.at(-1) ?? 0;
  return diffusionModel(
    first,
    [
      ...frame.encoder,
      middle('decoder.mid_block', last, attends),
      ...half('decoder.up_blocks', [...widths].reverse(), last, perLevel + 1, 'decoder.upsamplers'),
    ],
    [
      ...ends,
      ...convolution('decoder.conv_in', [last, latent, 3, 3], 'other', { bias: true }),
      ...norm('decoder.conv_norm_out', first, 'layer', 'other'),
      ...convolution('decoder.conv_out', [out, first, 3, 3], 'other', { bias: true }),
    ],
  );
}

function point(name: string, out: number, input: number): WeightTensor[] {
  return convolution(name, [out, input, 1, 1], 'other', { bias: true });
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
    ...(attends ? groupAttention(`${path}.attentions.0`, width) : []),
    ...residualBlock(`${path}.resnets.1`, width, width, null),
  ]);
}
