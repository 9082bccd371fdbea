import type { Bytes } from './quantities';

/** Number formats that weights, caches and arithmetic come in. */
export type NumberFormat =
  'f64' | 'f32' | 'tf32' | 'bf16' | 'f16' | 'fp8' | 'int8' | 'fp4' | 'int4' | 'ternary';

const BITS: Record<NumberFormat, number> = {
  f64: 64,
  f32: 32,
  tf32: 32,
  bf16: 16,
  f16: 16,
  fp8: 8,
  int8: 8,
  fp4: 4,
  int4: 4,
  ternary: 2,
};

/** Bytes that one element takes, scales and zero points not counted. */
export function elementBytes(format: NumberFormat): Bytes {
  return BITS[format] / 8;
}
