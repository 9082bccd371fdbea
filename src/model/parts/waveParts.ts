import type { WeightTensor } from '../spec';
import { convolution, matrix, vector } from './tensors';

/** A convolution whose weight is kept as a length for each output and a direction: `g` of [out, 1, 1] and `v`. */
export function normedConvolution(
  module: string,
  shape: readonly [number, number, number],
  lengths: number = shape[0],
  biasWidth: number = shape[0],
): WeightTensor[] {
  const base = `${module}.parametrizations.weight`;
  return [
    vector(`${base}.original0`, [lengths, 1, 1], 'other'),
    { name: `${base}.original1`, shape, part: 'other', role: 'convolution' },
    vector(`${module}.bias`, biasWidth, 'other'),
  ];
}

/** A long short-term memory of layers as wide as what comes in, or `width`: four gates, two biases each. */
export function lstm(module: string, input: number, layers: number, width = input): WeightTensor[] {
  return Array.from({ length: layers }, (_, index) => {
    const at = `l${String(index)}`;
    return [
      ...stored(`${module}.weight_ih_${at}`, 4 * width, index === 0 ? input : width),
      ...stored(`${module}.weight_hh_${at}`, 4 * width, width),
      vector(`${module}.bias_ih_${at}`, 4 * width, 'other'),
      vector(`${module}.bias_hh_${at}`, 4 * width, 'other'),
    ];
  }).flat();
}

function stored(name: string, rows: number, columns: number): WeightTensor[] {
  return matrix(name, rows, columns, 'other').map((tensor) => ({ ...tensor, name }));
}

export interface HifiGan {
  /** Path with a trailing dot. */
  prefix: string;
  /** Channels of what comes in and of the first stage. */
  input: number;
  channels: number;
  upsampleKernels: readonly number[];
  blockKernels: readonly number[];
  /** Dilations of each kind of block: as many pairs of convolutions. */
  blockDilations: readonly (readonly number[])[];
  /** The last convolution has a bias. */
  lastBias: boolean;
}

/** A vocoder of the HiFi-GAN line: stages that widen time, each with residual blocks of several kernels. */
export function hifiGan(h: HifiGan): WeightTensor[] {
  const at = (stage: number): number => Math.floor(h.channels / 2 ** stage);
  const stages = h.upsampleKernels.flatMap((kernel, stage) =>
    convolution(`${h.prefix}upsampler.${String(stage)}`, [at(stage), at(stage + 1), kernel], 'other').concat(
      vector(`${h.prefix}upsampler.${String(stage)}.bias`, at(stage + 1), 'other'),
    ),
  );
  const blocks = h.upsampleKernels.flatMap((_, stage) =>
    h.blockKernels.flatMap((kernel, kind) => {
      const channels = at(stage + 1);
      const index = stage * h.blockKernels.length + kind;
      const pairs = h.blockDilations[kind]?.length ?? 0;
      return ['convs1', 'convs2'].flatMap((name) =>
        Array.from({ length: pairs }, (_unused, pair) =>
          convolution(
            `${h.prefix}resblocks.${String(index)}.${name}.${String(pair)}`,
            [channels, channels, kernel],
            'other',
            { bias: true },
          ),
        ).flat(),
      );
    }),
  );
  return [
    ...convolution(`${h.prefix}conv_pre`, [h.channels, h.input, 7], 'other', { bias: true }),
    ...stages,
    ...blocks,
    ...convolution(`${h.prefix}conv_post`, [1, at(h.upsampleKernels.length), 7], 'other', {
      bias: h.lastBias,
    }),
  ];
}

/** Lists of lists of whole numbers as vocoder files have them; what is no number is left out. */
export function nestedIntegers(value: readonly unknown[] | undefined): number[][] {
  return (value ?? []).map((each) =>
    Array.isArray(each) ? each.filter((one): one is number => Number.isInteger(one)) : [],
  );
}
