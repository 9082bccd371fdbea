import type { Family } from '../../family';
import { nestedIntegers } from '../../parts/waveParts';
import { convolution, vector } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';

/** Layers of the kernel predictor’s own convolution over mel frames, and the last kernel of the vocoder. */
const FRAME_KERNEL = 5;
const WAVE_KERNEL = 7;

/** UnivNet: a vocoder whose convolutions take kernels that another network makes from the mel frames. */
export const univnet: Family = ({ config }) => {
  const hidden = config.integer('model_hidden_channels');
  const wide = config.integer('kernel_predictor_hidden_channels');
  const inner = config.integer('model_in_channels');
  const bins = config.integer('num_mel_bins');
  const predicted = config.integer('kernel_predictor_conv_size');
  const strides = config.integers('resblock_stride_sizes') ?? [];
  const kernels = config.integers('resblock_kernel_sizes') ?? [];
  const dilations = nestedIntegers(config.list('resblock_dilation_sizes'));
  config.understood('tie_word_embeddings', 'leaky_relu_slope');
  const conv = (name: string, out: number, input: number, kernel: number): WeightTensor[] =>
    convolution(name, [out, input, kernel], 'other', { bias: true });
  const blocks = kernels.flatMap((kernel, index): WeightTensor[] => {
    const path = `resblocks.${String(index)}.`;
    const count = dilations[index]?.length ?? 0;
    const predictor = `${path}kernel_predictor.`;
    return [
      ...convolution(`${path}convt_pre`, [hidden, hidden, 2 * (strides[index] ?? 0)], 'other'),
      vector(`${path}convt_pre.bias`, hidden, 'other'),
      ...conv(`${predictor}input_conv`, wide, bins, FRAME_KERNEL),
      ...Array.from({ length: config.integer('kernel_predictor_num_blocks') }, (_, one) => [
        ...conv(`${predictor}resblocks.${String(one)}.conv1`, inner, inner, predicted),
        ...conv(`${predictor}resblocks.${String(one)}.conv2`, inner, inner, predicted),
      ]).flat(),
      ...conv(`${predictor}kernel_conv`, hidden * 2 * hidden * kernel * count, wide, predicted),
      ...conv(`${predictor}bias_conv`, 2 * hidden * count, wide, predicted),
      ...Array.from({ length: count }, (_, one) =>
        conv(`${path}resblocks.${String(one)}.conv`, hidden, hidden, kernel),
      ).flat(),
    ];
  });
  return {
    kind: 'other',
    hidden,
    vocabulary: 0,
    maxContext: null,
    layers: [],
    outside: [
      ...conv('conv_pre', hidden, inner, WAVE_KERNEL),
      ...blocks,
      ...conv('conv_post', 1, hidden, WAVE_KERNEL),
    ],
    tiedHead: false,
    headKnown: true,
  };
};
