import type { Family } from '../family';
import { convolution, matrix, vector } from '../parts/tensors';
import { ReadFailure } from '../readFailure';
import type { WeightTensor } from '../spec';
import { COMMON_KEYS, diffusionModel, levelWidths } from './tensors';
import { stage } from './uShape';

const cube = (name: string, out: number, input: number, size = 3): WeightTensor[] =>
  convolution(name, [out, input, size, size, size], 'other', { bias: true });
const square = (name: string, out: number, input: number): WeightTensor[] =>
  convolution(name, [out, input, 3, 3], 'other', { bias: true });
const overTime = (name: string, out: number, input: number): WeightTensor[] =>
  convolution(name, [out, input, 3, 1, 1], 'other', { bias: true });

function block(path: string, input: number, out: number): WeightTensor[] {
  return [
    vector(`${path}.norm1.gamma`, input, 'other'),
    ...cube(`${path}.conv1`, out, input),
    vector(`${path}.norm2.gamma`, out, 'other'),
    ...cube(`${path}.conv2`, out, out),
    ...(input === out ? [] : cube(`${path}.conv_shortcut`, out, input, 1)),
  ];
}

function middle(path: string, width: number): WeightTensor[] {
  return [
    ...block(`${path}.resnets.0`, width, width),
    vector(`${path}.attentions.0.norm.gamma`, width, 'other'),
    ...matrix(`${path}.attentions.0.to_qkv`, 3 * width, width, 'attention', { bias: true }),
    ...matrix(`${path}.attentions.0.proj`, width, width, 'attention', { bias: true }),
    ...block(`${path}.resnets.1`, width, width),
  ];
}

/** The causal autoencoder of Wan, for pictures and video; Qwen-Image has the same. Wan 2.2 widens it and averages around its levels. */
export const wanAutoencoder: Family = ({ config, notes }) => {
  const base = config.integer('base_dim');
  const decoderBase = config.optional('decoder_base_dim') ?? base;
  const latent = config.integer('z_dim');
  const factors = levelWidths(config, 'dim_mult') ?? [];
  const blocks = config.integer('num_res_blocks');
  const halved = config.list('temperal_downsample') ?? [];
  const around = config.flag(false, 'is_residual');
  if (factors.length === 0 || factors.length > MAX_LEVELS || blocks < 0 || blocks > MAX_BLOCKS)
    throw new ReadFailure('contradiction', 'dim_mult or num_res_blocks say no autoencoder.');
  if ((config.list('attn_scales') ?? []).length > 0)
    notes.doubt('unknown-key', 'Attention at other scales than the last is not known in this family.');
  config.understood(...COMMON_KEYS, 'dropout', 'latents_mean', 'latents_std', 'patch_size', 'clip_output');
  config.understood('scale_factor_temporal', 'scale_factor_spatial', 'non_linearity');
  const input = config.integerOr(3, 'in_channels', 'input_channels');
  // One key says both ends in Qwen-Image.
  const out = config.optional('out_channels') ?? config.integerOr(3, 'input_channels');
  const last = factors.length - 1;
  let width = base;
  const down = factors.map((factor, level) => {
    const path = `encoder.down_blocks.${String(level)}`;
    const to = base * factor;
    const weights: WeightTensor[] = [];
    for (let index = 0; index < blocks; index += 1) {
      weights.push(...block(`${path}.resnets.${String(index)}`, width, to));
      width = to;
    }
    if (level !== last) {
      weights.push(...square(`${path}.resample.1`, to, to));
      if (halved[level] === true) weights.push(...overTime(`${path}.time_conv`, to, to));
    }
    return stage(weights);
  });
  const deepest = width;
  const reversed = [...factors].reverse();
  const top = decoderBase * (reversed[0] ?? 1);
  let from = top;
  const up = reversed.map((factor, level) => {
    const path = `decoder.up_blocks.${String(level)}`;
    const to = decoderBase * factor;
    const weights: WeightTensor[] = [];
    for (let index = 0; index <= blocks; index += 1)
      weights.push(...block(`${path}.resnets.${String(index)}`, index === 0 ? from : to, to));
    // Levels of the first Wan hand half their width on.
    const handed = around ? to : Math.floor(to / 2);
    if (level !== last) {
      weights.push(...square(`${path}.upsamplers.0.resample.1`, handed, to));
      if (halved[halved.length - 1 - level] === true)
        weights.push(...overTime(`${path}.upsamplers.0.time_conv`, 2 * to, to));
    }
    from = handed;
    return stage(weights);
  });
  const bottom = decoderBase * (factors[0] ?? 1);
  return diffusionModel(
    base,
    [...down, stage(middle('encoder.mid_block', deepest)), stage(middle('decoder.mid_block', top)), ...up],
    [
      ...cube('encoder.conv_in', base, input),
      vector('encoder.norm_out.gamma', deepest, 'other'),
      ...cube('encoder.conv_out', 2 * latent, deepest),
      ...cube('quant_conv', 2 * latent, 2 * latent, 1),
      ...cube('post_quant_conv', latent, latent, 1),
      ...cube('decoder.conv_in', top, latent),
      vector('decoder.norm_out.gamma', bottom, 'other'),
      ...cube('decoder.conv_out', out, bottom),
    ],
  );
};

/** Levels and blocks of one: published ones have four and two. */
const MAX_LEVELS = 32;
const MAX_BLOCKS = 256;
