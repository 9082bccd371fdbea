import type { Part, WeightTensor } from '../spec';

export interface MatrixOptions {
  bias?: boolean;
  copies?: number;
  activeCopies?: number;
}

/** A linear weight [out, in] named `{module}.weight`, and its bias where it has one. */
export function matrix(
  module: string,
  out: number,
  input: number,
  part: Part,
  options: MatrixOptions = {},
): WeightTensor[] {
  const copies = copyCounts(options);
  const weights: WeightTensor[] = [
    { name: `${module}.weight`, shape: [out, input], part, role: 'linear', ...copies },
  ];
  if (options.bias === true) {
    weights.push({ name: `${module}.bias`, shape: [out], part, role: 'vector', ...copies });
  }
  return weights;
}

/** A weight applied element by element: a scale, a bias, a gate. */
export function vector(
  name: string,
  shape: number | readonly number[],
  part: Part,
  options: MatrixOptions = {},
): WeightTensor {
  return {
    name,
    shape: typeof shape === 'number' ? [shape] : shape,
    part,
    role: 'vector',
    ...copyCounts(options),
  };
}

/** What a normalisation stores: `rms` a scale, `layer` a scale and a shift, `none` nothing. */
export type NormKind = 'rms' | 'layer' | 'none';

export function norm(module: string, width: number, kind: NormKind, part: Part = 'norms'): WeightTensor[] {
  if (kind === 'none') return [];
  const weights = [vector(`${module}.weight`, width, part)];
  if (kind === 'layer') weights.push(vector(`${module}.bias`, width, part));
  return weights;
}

/** A table of which one row a token is read. */
export function lookup(module: string, rows: number, width: number, part: Part = 'embedding'): WeightTensor {
  return { name: `${module}.weight`, shape: [rows, width], part, role: 'lookup' };
}

/** A sliding kernel: [out, in a group, kernel …], and its bias where it has one. */
export function convolution(
  module: string,
  shape: readonly number[],
  part: Part,
  options: MatrixOptions = {},
): WeightTensor[] {
  const copies = copyCounts(options);
  const weights: WeightTensor[] = [{ name: `${module}.weight`, shape, part, role: 'convolution', ...copies }];
  if (options.bias === true) {
    weights.push({ name: `${module}.bias`, shape: [shape[0] ?? 0], part, role: 'vector', ...copies });
  }
  return weights;
}

function copyCounts(options: MatrixOptions): { copies?: number; activeCopies?: number } {
  return {
    ...(options.copies === undefined ? {} : { copies: options.copies }),
    ...(options.activeCopies === undefined ? {} : { activeCopies: options.activeCopies }),
  };
}
