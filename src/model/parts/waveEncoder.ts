import type { Config } from '../config';
import type { FamilyContext } from '../family';
import { ReadFailure } from '../readFailure';
import type { WeightTensor } from '../spec';
import { labelCount } from './head';
import { convolution, matrix, norm, vector } from './tensors';

/** Convolutions that turn a wave into frames, [out, in, kernel] each, and the norms of one or all of them. */
export function waveConvolutions(config: Config, prefix: string, allNormed?: boolean): WeightTensor[] {
  const widths = config.integers('conv_dim') ?? [];
  const kernels = config.integers('conv_kernel') ?? [];
  const bias = config.flag(false, 'conv_bias');
  const normed = config.text('feat_extract_norm') ?? 'group';
  config.understood('conv_stride', 'num_feat_extract_layers');
  if (widths.length === 0 || widths.length !== kernels.length)
    throw new ReadFailure('contradiction', 'conv_dim and conv_kernel do not name as many convolutions.');
  return widths.flatMap((width, index) => {
    const path = `${prefix}feature_extractor.conv_layers.${String(index)}`;
    return [
      ...convolution(`${path}.conv`, [width, widths[index - 1] ?? 1, kernels[index] ?? 1], 'other', { bias }),
      ...(allNormed === true || normed === 'layer' || index === 0
        ? norm(`${path}.layer_norm`, width, 'layer')
        : []),
    ];
  });
}

/** Width of the frames that the convolutions hand on. */
export function waveWidth(config: Config): number {
  return config.integers('conv_dim')?.at(-1) ?? 0;
}

/** A convolution over the frames in groups that stands for positions; its weight is kept as direction and length. */
export function positionalConvolution(config: Config, prefix: string, hidden: number): WeightTensor[] {
  const kernel = config.integer('num_conv_pos_embeddings');
  const groups = config.integer('num_conv_pos_embedding_groups');
  if (groups < 1 || hidden % groups !== 0)
    throw new ReadFailure('contradiction', `${String(groups)} groups do not divide ${String(hidden)}.`);
  const path = `${prefix}encoder.pos_conv_embed`;
  const shape = [hidden, hidden / groups, kernel];
  if (config.flag(false, 'conv_pos_batch_norm')) {
    return [
      ...convolution(`${path}.conv`, shape, 'other', { bias: true }),
      ...norm(`${path}.batch_norm`, hidden, 'layer'),
    ];
  }
  return [
    vector(`${path}.conv.parametrizations.weight.original0`, [1, 1, kernel], 'other'),
    { name: `${path}.conv.parametrizations.weight.original1`, shape, part: 'other', role: 'convolution' },
    vector(`${path}.conv.bias`, hidden, 'other'),
  ];
}

/** The vector that hidden frames are replaced by; the class has it where any masking has a chance. */
export function maskVector(config: Config, prefix: string, hidden: number): WeightTensor[] {
  const chance = Math.max(config.number('mask_time_prob') ?? 0, config.number('mask_feature_prob') ?? 0);
  return chance > 0 ? [vector(`${prefix}masked_spec_embed`, hidden, 'other')] : [];
}

/** Heads of a speech encoder by the architecture's name: letters, labels, labels a frame, a speaker's vector. */
export function speechTop(
  context: FamilyContext,
  hidden: number,
  layers: number,
  own: Readonly<Record<string, readonly WeightTensor[]>> = {},
  letterWidth = hidden,
): readonly WeightTensor[] {
  const { config, architecture, notes } = context;
  const classes = labelCount(config);
  const linear = (name: string, rows: number, width: number): WeightTensor[] =>
    matrix(name, rows, width, 'head', { bias: true });
  const weighted = config.flag(false, 'use_weighted_layer_sum')
    ? [vector('layer_weights', layers + 1, 'head')]
    : [];
  config.understood(
    'classifier_proj_size',
    'tdnn_dim',
    'tdnn_kernel',
    'tdnn_dilation',
    'xvector_output_dim',
    'num_ctc_classes',
    'tie_word_embeddings',
    'target_lang',
    'vocab_size',
  );
  const found = Object.entries(own).find(([end]) => architecture.endsWith(end));
  if (found !== undefined) return found[1];
  if (/ForCTC$/.test(architecture)) return linear('lm_head', config.integer('vocab_size'), letterWidth);
  if (architecture.endsWith('ForSequenceClassification')) {
    const width = config.integer('classifier_proj_size');
    return [...weighted, ...linear('projector', width, hidden), ...linear('classifier', classes, width)];
  }
  if (architecture.endsWith('ForAudioFrameClassification'))
    return [...weighted, ...linear('classifier', classes, hidden)];
  if (architecture.endsWith('ForXVector')) return [...weighted, ...speakerVector(config, hidden, classes)];
  if (!architecture.endsWith('Model'))
    notes.doubt('unknown-head', 'The architecture is not said or not known: counted is the trunk.');
  return [];
}

function speakerVector(config: Config, hidden: number, classes: number): WeightTensor[] {
  const widths = config.integers('tdnn_dim') ?? [];
  const kernels = config.integers('tdnn_kernel') ?? [];
  const width = config.integer('xvector_output_dim');
  const first = widths[0] ?? hidden;
  return [
    ...matrix('projector', first, hidden, 'head', { bias: true }),
    ...widths.flatMap((out, index) =>
      matrix(
        `tdnn.${String(index)}.kernel`,
        out,
        (widths[index - 1] ?? first) * (kernels[index] ?? 1),
        'head',
        { bias: true },
      ),
    ),
    ...matrix('feature_extractor', width, 2 * (widths.at(-1) ?? 0), 'head', { bias: true }),
    ...matrix('classifier', width, width, 'head', { bias: true }),
    vector('objective.weight', [width, classes], 'head'),
  ];
}
