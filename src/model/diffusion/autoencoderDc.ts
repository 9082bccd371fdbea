import type { Config } from '../config';
import type { Family } from '../family';
import { MAX_LAYERS } from '../limits';
import type { LayerPlan } from '../parts/foldLayers';
import { convolution, matrix, norm, vector } from '../parts/tensors';
import { quoted, ReadFailure } from '../readFailure';
import type { WeightTensor } from '../spec';
import { COMMON_KEYS, diffusionModel, levelWidths } from './tensors';
import { stage } from './uShape';

const square = (name: string, out: number, input: number, size = 3, bias = true): WeightTensor[] =>
  convolution(name, [out, input, size, size], 'other', { bias });

/** Two kernels and a norm. */
function residual(path: string, width: number): WeightTensor[] {
  return [
    ...square(`${path}.conv1`, width, width),
    ...square(`${path}.conv2`, width, width, 3, false),
    ...norm(`${path}.norm`, width, 'layer', 'other'),
  ];
}

/** How many times wider the network behind the attention is than its input. */
const EXPANSION = 4;

/** Linear attention at several scales of the picture, and a gated network of kernels behind it. */
function attending(path: string, width: number, headDim: number, scales: readonly number[]): WeightTensor[] {
  const inner = Math.floor(width / headDim) * headDim;
  const wide = 2 * EXPANSION * width;
  const attn = `${path}.attn`;
  return [
    ...['to_q', 'to_k', 'to_v'].flatMap((name) => matrix(`${attn}.${name}`, inner, width, 'attention')),
    ...scales.flatMap((scale, index) => [
      vector(
        `${attn}.to_qkv_multiscale.${String(index)}.proj_in.weight`,
        [3 * inner, 1, scale, scale],
        'attention',
      ),
      vector(
        `${attn}.to_qkv_multiscale.${String(index)}.proj_out.weight`,
        [3 * inner, headDim, 1, 1],
        'attention',
      ),
    ]),
    ...matrix(`${attn}.to_out`, width, inner * (1 + scales.length), 'attention'),
    ...norm(`${attn}.norm_out`, width, 'layer', 'other'),
    ...square(`${path}.conv_out.conv_inverted`, wide, width, 1),
    ...square(`${path}.conv_out.conv_depth`, wide, 1),
    ...square(`${path}.conv_out.conv_point`, width, wide / 2, 1, false),
    ...norm(`${path}.conv_out.norm`, width, 'layer', 'other'),
  ];
}

interface Half {
  widths: readonly number[];
  counts: readonly number[];
  /** The blocks of each level. */
  blocks: LayerPlan[][];
}

function half(config: Config, side: 'encoder' | 'decoder', headDim: number): Half {
  const widths = levelWidths(config, `${side}_block_out_channels`) ?? [];
  const counts = config.integers(`${side}_layers_per_block`) ?? [];
  const types = config.value(`${side}_block_types`);
  const scales = config.list(`${side}_qkv_multiscales`) ?? [];
  if (widths.length < 2 || counts.length !== widths.length || counts.some((n) => n < 0 || n > MAX_LAYERS))
    throw new ReadFailure(
      'contradiction',
      `The ${side} does not say how many blocks each of its levels has.`,
    );
  const blocks = widths.map((width, level) => {
    const type: unknown = Array.isArray(types) ? (types as unknown[])[level] : types;
    const kernels = scales[level];
    const sizes = Array.isArray(kernels) ? kernels.filter((one): one is number => Number.isInteger(one)) : [];
    return Array.from({ length: counts[level] ?? 0 }, (_, index) => {
      const path = `${side}.${side === 'encoder' ? 'down' : 'up'}_blocks.${String(level)}.${String(index)}`;
      if (type === 'ResBlock') return stage(residual(path, width));
      if (type === 'EfficientViTBlock') return stage(attending(path, width, headDim, sizes));
      throw new ReadFailure('unsupported', `Blocks of the kind ${quoted(type)} are not known.`);
    });
  });
  return { widths, counts, blocks };
}

/** The deep-compression autoencoder of Sana: 32 pixels a side become one position. Source: huggingface/diffusers 0.42 autoencoder_dc.py. */
export const autoencoderDc: Family = ({ config, notes }) => {
  const channels = config.integer('in_channels');
  const latent = config.integer('latent_channels');
  const headDim = config.integer('attention_head_dim');
  if (headDim < 1) throw new ReadFailure('contradiction', 'attention_head_dim is no width.');
  const shuffledDown = config.text('downsample_block_type') === 'pixel_unshuffle';
  const interpolated = config.text('upsample_block_type') === 'interpolate';
  config.understood(...COMMON_KEYS, 'encoder_out_shortcut', 'decoder_in_shortcut', 'scaling_factor');
  config.understood('decoder_act_fns', 'decoder_conv_act_fn');
  const said = config.value('decoder_norm_types');
  const norms: unknown[] = Array.isArray(said) ? said : [said];
  if (norms.some((one) => one !== 'rms_norm' && one !== 'batch_norm'))
    notes.doubt('unknown-key', `decoder_norm_types is ${quoted(said)}: norms of this kind are not known.`);
  const encoder = half(config, 'encoder', headDim);
  const decoder = half(config, 'decoder', headDim);
  const down = (path: string, input: number, out: number): WeightTensor[] =>
    square(`${path}.conv`, shuffledDown ? Math.floor(out / 4) : out, input);
  const up = (path: string, input: number, out: number): WeightTensor[] =>
    square(`${path}.conv`, interpolated ? out : 4 * out, input);
  const between = (one: Half, path: string, resize: typeof down, widening: boolean): WeightTensor[] =>
    one.widths.slice(0, -1).flatMap((width, level) => {
      if ((one.counts[level] ?? 0) === 0) return [];
      const next = one.widths[level + 1] ?? 0;
      return resize(
        `${path}.${String(level)}.resize`,
        ...(widening ? ([next, width] as const) : ([width, next] as const)),
      );
    });
  const first = (one: Half): number => ((one.counts[0] ?? 0) > 0 ? one.widths[0] : one.widths[1]) ?? 0;
  const start = (one: Half): boolean => (one.counts[0] ?? 0) > 0;
  const out = first(decoder);
  return diffusionModel(
    encoder.widths.at(-1) ?? 0,
    [...encoder.blocks.flat(), ...decoder.blocks.flat()],
    [
      ...(start(encoder)
        ? square('encoder.conv_in', first(encoder), channels)
        : down('encoder.conv_in', channels, first(encoder))),
      ...between(encoder, 'encoder.down_blocks', down, false),
      ...square('encoder.conv_out', latent, encoder.widths.at(-1) ?? 0),
      ...square('decoder.conv_in', decoder.widths.at(-1) ?? 0, latent),
      ...between(decoder, 'decoder.up_blocks', up, true),
      ...norm('decoder.norm_out', out, 'layer', 'other'),
      ...(start(decoder) ? square('decoder.conv_out', channels, out) : up('decoder.conv_out', out, channels)),
    ],
  );
};
