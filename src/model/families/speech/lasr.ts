import type { Family } from '../../family';
import { planLayers } from '../../parts/foldLayers';
import { convolution, matrix, norm } from '../../parts/tensors';
import { conformerBlock, framesToLetters } from './parakeet';

/** LASR's encoder: conformer blocks with positions that turn and norms that store a scale. */
export const lasrEncoder: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const channels = config.integer('subsampling_conv_channels');
  const kernel = config.integer('subsampling_conv_kernel_size');
  config.understood(
    'subsampling_conv_stride',
    'max_position_embeddings',
    'layerdrop',
    'dropout_positions',
    'feed_forward_residual_weights',
    'conv_residual_weights',
    'batch_norm_momentum',
  );
  const layer = conformerBlock(config, hidden, { relative: false, norm: 'rms', bias: false });
  const bias = { bias: true };
  return {
    kind: 'encoder',
    hidden,
    vocabulary: 0,
    maxContext: null,
    layers: planLayers(
      config.integer('num_hidden_layers'),
      () => '',
      () => layer,
    ),
    outside: [
      ...matrix('encoder.subsampler.dense_0', hidden, config.integer('num_mel_bins'), 'other', bias),
      ...convolution('encoder.subsampler.conv_0', [hidden, hidden, kernel], 'other', bias),
      ...convolution('encoder.subsampler.conv_1', [channels, hidden, kernel], 'other', bias),
      ...matrix('encoder.subsampler.dense_1', hidden, channels, 'other', bias),
      ...norm('encoder.out_norm', hidden, 'rms'),
    ],
    tiedHead: false,
    headKnown: true,
  };
};

/** LASR with a letter for each frame. */
export const lasrCtc: Family = (context) => framesToLetters(context, 'lasr_encoder');
