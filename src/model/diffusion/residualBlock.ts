import { convolution, matrix, norm } from '../parts/tensors';
import type { WeightTensor } from '../spec';

/** Two convolutions with norms, a shortcut where the width changes, and an input for the time step where there is one. */
export function residualBlock(path: string, input: number, out: number, time: number | null): WeightTensor[] {
  return [
    ...norm(`${path}.norm1`, input, 'layer', 'other'),
    ...convolution(`${path}.conv1`, [out, input, 3, 3], 'other', { bias: true }),
    ...(time === null ? [] : matrix(`${path}.time_emb_proj`, out, time, 'other', { bias: true })),
    ...norm(`${path}.norm2`, out, 'layer', 'other'),
    ...convolution(`${path}.conv2`, [out, out, 3, 3], 'other', { bias: true }),
    ...(input === out
      ? []
      : convolution(`${path}.conv_shortcut`, [out, input, 1, 1], 'other', { bias: true })),
  ];
}

/** The convolution that halves or doubles the picture. */
export function resample(path: string, width: number): WeightTensor[] {
  return convolution(path, [width, width, 3, 3], 'other', { bias: true });
}

/** Attention of a picture to itself, behind a norm over groups. */
export function groupAttention(path: string, width: number): WeightTensor[] {
  return [
    ...norm(`${path}.group_norm`, width, 'layer', 'other'),
    ...['to_q', 'to_k', 'to_v', 'to_out.0'].flatMap((name) =>
      matrix(`${path}.${name}`, width, width, 'attention', { bias: true }),
    ),
  ];
}
