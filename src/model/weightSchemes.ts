import * as z from 'zod';
import table from './weightSchemes.json';
import type { StoredBytes, WeightScheme } from './weightScheme';

const group = z.union([z.int().min(-1), z.tuple([z.int().positive(), z.int().positive()])]);

/** Shape of a row; checked by the tests rather than at start, since the table is ours. */
export const WEIGHT_SCHEME_SCHEMA = z.strictObject({
  id: z.string().regex(/^[a-z0-9_-]+$/),
  title: z.string().min(1),
  bits: z.number().positive(),
  group,
  scaleBits: z.int().min(0),
  zeroBits: z.int().min(0),
  inputBits: z.int().min(0).optional(),
  computes: z.enum(['f64', 'f32', 'tf32', 'bf16', 'f16', 'fp8', 'int8', 'fp4', 'int4', 'ternary']).nullable(),
  covers: z.strictObject({ embedding: z.boolean(), head: z.boolean() }),
  source: z.string().min(1),
});

/** Every way of storing weights that can be named. */
export const WEIGHT_SCHEMES = table as unknown as readonly WeightScheme[];

const ALIASES: Readonly<Record<string, string>> = {
  float32: 'f32',
  fp32: 'f32',
  bfloat16: 'bf16',
  float16: 'f16',
  fp16: 'f16',
  half: 'f16',
  float8: 'fp8',
  w8a8: 'w8a8-int8',
  w4a16: 'int4',
  awq: 'awq-int4',
  gptq: 'gptq-int4',
  nf4: 'bnb-nf4',
  'bnb-4bit': 'bnb-nf4',
  'bnb-8bit': 'bnb-int8',
  qoq: 'w4a8kv4',
  qserve: 'w4a8kv4',
};

const BY_ID = new Map(WEIGHT_SCHEMES.map((scheme) => [scheme.id, scheme]));

/** The scheme of that name, in any case and the usual aliases; undefined where there is none. */
export function findScheme(name: string): WeightScheme | undefined {
  const plain = name.trim().toLowerCase();
  const alias = Object.hasOwn(ALIASES, plain) ? ALIASES[plain] : undefined;
  return (
    BY_ID.get(alias ?? plain) ?? BY_ID.get(plain.replace(/-/g, '_')) ?? BY_ID.get(plain.replace(/_/g, '-'))
  );
}

/**
 * Bytes of a [rows, columns] weight under a scheme: packed elements, then scales and zero points for each group of
 * inputs, row, tensor or block. A group that the columns do not fill still has its scale.
 */
export const storedBytes: StoredBytes = (scheme, rows, columns) => {
  const elements = (rows * columns * scheme.bits) / 8;
  const perGroup = (scheme.scaleBits + scheme.zeroBits) / 8;
  const perInput = ((scheme.inputBits ?? 0) / 8) * columns;
  return Math.ceil(elements) + Math.ceil(groupCount(scheme.group, rows, columns) * perGroup + perInput);
};

function groupCount(group: WeightScheme['group'], rows: number, columns: number): number {
  if (typeof group !== 'number') return Math.ceil(rows / group[0]) * Math.ceil(columns / group[1]);
  if (group === -1) return 1;
  if (group === 0) return rows;
  return rows * Math.ceil(columns / group);
}
