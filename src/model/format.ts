import type { NumberFormat } from '../units/numberFormat';

const FORMATS: Readonly<Record<string, NumberFormat>> = {
  float64: 'f64',
  double: 'f64',
  float32: 'f32',
  float: 'f32',
  fp32: 'f32',
  bfloat16: 'bf16',
  bf16: 'bf16',
  float16: 'f16',
  half: 'f16',
  fp16: 'f16',
  f16: 'f16',
  f32: 'f32',
  float8_e4m3fn: 'fp8',
  float8_e5m2: 'fp8',
  int8: 'int8',
};

/** The format that a `torch_dtype` or `dtype` names, `torch.` in front or not; undefined where it names none. */
export function formatOf(dtype: unknown): NumberFormat | undefined {
  if (typeof dtype !== 'string') return undefined;
  const name = dtype.replace(/^torch\./, '').toLowerCase();
  return Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
}
