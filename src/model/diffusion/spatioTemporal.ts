import type { Family } from '../family';
import { convolution, matrix, norm, vector } from '../parts/tensors';
import { ReadFailure } from '../readFailure';
import type { WeightTensor } from '../spec';
import { autoencoderFrame } from './autoencoder';
import { groupAttention, residualBlock, resample } from './residualBlock';
import { biased, blockCount, COMMON_KEYS, diffusionModel, embedder, levelWidths } from './tensors';
import { transformer } from './unet';
import { downwardLevels, stage, upwardLevels, type UShape } from './uShape';

/** A residual block over each picture, one over time at every place, and the share of each. */
function spatioTemporalBlock(path: string, input: number, out: number, time: number | null): WeightTensor[] {
  const t = `${path}.temporal_res_block`;
  const over = (name: string): WeightTensor[] =>
    convolution(`${t}.${name}`, [out, out, 3, 1, 1], 'other', { bias: true });
  return [
    ...residualBlock(`${path}.spatial_res_block`, input, out, time),
    ...norm(`${t}.norm1`, out, 'layer', 'other'),
    ...over('conv1'),
    ...(time === null ? [] : biased(`${t}.time_emb_proj`, out, time, 'other')),
    ...norm(`${t}.norm2`, out, 'layer', 'other'),
    ...over('conv2'),
    vector(`${path}.time_mixer.mix_factor`, 1, 'other'),
  ];
}

/** What Stable Video Diffusion adds to a transformer of Stable Diffusion: blocks over time, and the place in it. */
function overTime(path: string, d: number, copies: number, context: number): WeightTensor[] {
  const b = `${path}.temporal_transformer_blocks`;
  const attention = (name: string, input: number): WeightTensor[] => [
    ...matrix(`${b}.${name}.to_q`, d, d, 'attention', { copies }),
    ...matrix(`${b}.${name}.to_k`, d, input, 'attention', { copies }),
    ...matrix(`${b}.${name}.to_v`, d, input, 'attention', { copies }),
    ...matrix(`${b}.${name}.to_out.0`, d, d, 'attention', { copies, bias: true }),
  ];
  const gated = (name: string): WeightTensor[] => [
    ...matrix(`${b}.${name}.net.0.proj`, 8 * d, d, 'feedForward', { copies, bias: true }),
    ...matrix(`${b}.${name}.net.2`, d, 4 * d, 'feedForward', { copies, bias: true }),
  ];
  return [
    ...attention('attn1', d),
    ...attention('attn2', context),
    ...gated('ff_in'),
    ...gated('ff'),
    ...['norm_in', 'norm1', 'norm2', 'norm3']
      .flatMap((name) => norm(`${b}.${name}`, d, 'layer'))
      .map((tensor) => ({ ...tensor, copies })),
    ...embedder(`${path}.time_pos_embed`, 4 * d, d, d),
    vector(`${path}.time_mixer.mix_factor`, 1, 'other'),
  ];
}

/** Stable Video Diffusion: the U-Net of Stable Diffusion with a part over time in every block. */
export const spatioTemporalUnet: Family = ({ config, notes }) => {
  const widths = levelWidths(config) ?? [];
  const first = widths[0];
  const last = widths.at(-1);
  const down = config.texts('down_block_types') ?? [];
  const up = config.texts('up_block_types') ?? [];
  if (first === undefined || last === undefined)
    throw new ReadFailure('missing-key', 'block_out_channels is not said.');
  const known = [...down, ...up].every((kind) => /^(?:CrossAttn)?(?:Down|Up)BlockSpatioTemporal$/.test(kind));
  if (!known || down.length !== widths.length || up.length !== widths.length)
    throw new ReadFailure('unsupported', 'The U-Net has blocks that are not known.');
  const time = 4 * first;
  const context = config.integer('cross_attention_dim');
  const copies = blockCount(config, 'transformer_layers_per_block');
  const said = config.value('num_attention_heads');
  const heads = (level: number): unknown => (Array.isArray(said) ? said[level] : said);
  if (
    widths.some((width, level) => typeof heads(level) === 'number' && width % (heads(level) as number) !== 0)
  )
    notes.doubt(
      'contradiction',
      'num_attention_heads does not divide a width: how wide attention is then is not known.',
    );
  config.understood(...COMMON_KEYS, 'addition_time_embed_dim', 'num_frames');
  const residual = (path: string, input: number, out: number): WeightTensor[] =>
    spatioTemporalBlock(path, input, out, time);
  const attention = (path: string, level: number): WeightTensor[] => {
    const width = widths[level] ?? 0;
    return [
      ...transformer(path, { width, transformers: copies, onlyCross: false }, context),
      ...overTime(path, width, copies, context),
    ];
  };
  const shape: UShape = {
    widths,
    perLevel: blockCount(config, 'layers_per_block'),
    attendsDown: down.map((kind) => kind.startsWith('Cross')),
    attendsUp: up.map((kind) => kind.startsWith('Cross')),
    residual,
    attention,
  };
  return diffusionModel(
    first,
    [
      ...downwardLevels(shape),
      stage([
        ...residual('mid_block.resnets.0', last, last),
        ...attention('mid_block.attentions.0', widths.length - 1),
        ...residual('mid_block.resnets.1', last, last),
      ]),
      ...upwardLevels(shape),
    ],
    [
      ...convolution('conv_in', [first, config.integer('in_channels'), 3, 3], 'other', { bias: true }),
      ...embedder('time_embedding', time, first),
      ...embedder('add_embedding', time, config.integer('projection_class_embeddings_input_dim')),
      ...norm('conv_norm_out', first, 'layer', 'other'),
      ...convolution('conv_out', [config.integer('out_channels'), first, 3, 3], 'other', { bias: true }),
    ],
  );
};

/** The autoencoder of Stable Video Diffusion: a picture's encoder, a decoder over time. */
export const temporalAutoencoder: Family = ({ config }) => {
  const frame = autoencoderFrame(config, ['down_block_types']);
  const { widths, perLevel, latent, out } = frame;
  const last = widths.at(-1) ?? 0;
  const first = widths[0] ?? 0;
  let input = last;
  const upward = [...widths].reverse().map((width, level) => {
    const path = `decoder.up_blocks.${String(level)}`;
    const weights: WeightTensor[] = [];
    for (let block = 0; block <= perLevel; block += 1) {
      weights.push(...spatioTemporalBlock(`${path}.resnets.${String(block)}`, input, width, null));
      input = width;
    }
    if (level < widths.length - 1) weights.push(...resample(`${path}.upsamplers.0.conv`, width));
    return stage(weights);
  });
  const middle = Array.from({ length: perLevel }, (_, block) =>
    spatioTemporalBlock(`decoder.mid_block.resnets.${String(block)}`, last, last, null),
  ).flat();
  return diffusionModel(
    first,
    [
      ...frame.encoder,
      stage([...middle, ...groupAttention('decoder.mid_block.attentions.0', last)]),
      ...upward,
    ],
    [
      ...frame.encoderEnds(2 * latent),
      ...convolution('quant_conv', [2 * latent, 2 * latent, 1, 1], 'other', { bias: true }),
      ...convolution('decoder.conv_in', [last, latent, 3, 3], 'other', { bias: true }),
      ...norm('decoder.conv_norm_out', first, 'layer', 'other'),
      ...convolution('decoder.conv_out', [out, first, 3, 3], 'other', { bias: true }),
      ...convolution('decoder.time_conv_out', [out, out, 3, 1, 1], 'other', { bias: true }),
    ],
  );
};
