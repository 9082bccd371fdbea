import type { Family } from '../family';
import { convolution, lookup, norm, vector } from '../parts/tensors';
import { ReadFailure } from '../readFailure';
import type { WeightTensor } from '../spec';
import { groupAttention, residualBlock } from './residualBlock';
import { blockCount, COMMON_KEYS, diffusionModel, embedder, levelWidths } from './tensors';
import { downwardLevels, stage, upwardLevels, type UShape } from './uShape';

/** The U-Net without a text of DDPM, consistency models and audio over spectrograms. */
export const unet2d: Family = ({ config, notes }) => {
  const widths = levelWidths(config) ?? [];
  const first = widths[0];
  const last = widths.at(-1);
  const down = config.texts('down_block_types') ?? [];
  const up = config.texts('up_block_types') ?? [];
  if (first === undefined || last === undefined)
    throw new ReadFailure('missing-key', 'block_out_channels is not said.');
  const known = [...down, ...up].every((kind) => /^(?:Attn)?(?:Down|Up)Block2D$/.test(kind));
  if (!known || down.length !== widths.length || up.length !== widths.length)
    throw new ReadFailure('unsupported', 'The U-Net has blocks that are not known.');
  for (const [key, plain] of Object.entries(PLAIN)) {
    const value = config.value(key);
    if (value !== undefined && value !== plain)
      notes.doubt('unknown-key', `${key} is not at its usual value, which may change weights.`);
  }
  if (config.raw['mid_block_type'] === null)
    notes.doubt('unknown-key', 'mid_block_type is null: that there is no middle is not known here.');
  config.understood(...COMMON_KEYS, ...IGNORED);
  const time = config.optional('time_embedding_dim') ?? 4 * first;
  const residual = (path: string, input: number, out: number): WeightTensor[] =>
    residualBlock(path, input, out, time);
  const attention = (path: string, width: number): WeightTensor[] => groupAttention(path, width);
  const shape: UShape = {
    widths,
    perLevel: blockCount(config, 'layers_per_block'),
    attendsDown: down.map((kind) => kind.startsWith('Attn')),
    attendsUp: up.map((kind) => kind.startsWith('Attn')),
    residual,
    attention: (path, level) => attention(path, widths[level] ?? 0),
  };
  const kind = config.text('time_embedding_type') ?? 'positional';
  const input = kind === 'fourier' ? 2 * first : first;
  const classes = config.optional('num_class_embeds');
  const classKind = config.text('class_embed_type');
  if (classKind !== undefined && classKind !== 'timestep' && classKind !== 'identity')
    notes.doubt('unknown-key', 'Classes are embedded in a way that is not known here.');
  return diffusionModel(
    first,
    [
      ...downwardLevels(shape),
      stage([
        ...residual('mid_block.resnets.0', last, last),
        ...(config.flag(true, 'add_attention') ? attention('mid_block.attentions.0', last) : []),
        ...residual('mid_block.resnets.1', last, last),
      ]),
      ...upwardLevels(shape),
    ],
    [
      ...convolution('conv_in', [first, config.integer('in_channels'), 3, 3], 'other', { bias: true }),
      ...(kind === 'fourier' ? [vector('time_proj.weight', first, 'embedding')] : []),
      ...(kind === 'learned' ? [lookup('time_proj', config.integer('num_train_timesteps'), first)] : []),
      ...embedder('time_embedding', time, input, time),
      ...(classKind === undefined && classes !== undefined ? [lookup('class_embedding', classes, time)] : []),
      ...(classKind === 'timestep' ? embedder('class_embedding', time, input, time) : []),
      ...norm('conv_norm_out', first, 'layer', 'other'),
      ...convolution('conv_out', [config.integer('out_channels'), first, 3, 3], 'other', { bias: true }),
    ],
  );
};

const PLAIN: Readonly<Record<string, unknown>> = {
  attn_norm_num_groups: undefined,
  downsample_type: 'conv',
  mid_block_type: 'UNetMidBlock2D',
  resnet_time_scale_shift: 'default',
  upsample_type: 'conv',
};

const IGNORED = [
  'act_fn',
  'attention_head_dim',
  'attn_norm_num_groups',
  'center_input_sample',
  'downsample_padding',
  'dropout',
  'flip_sin_to_cos',
  'freq_shift',
  'mid_block_scale_factor',
  'norm_num_groups',
  'num_train_timesteps',
];
