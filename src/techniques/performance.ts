import * as z from 'zod';
import table from './performance.json';

/** What a result is measured against: a weak baseline argues for little on a modern engine. */
export const BASELINE_CLASSES = [
  'naive',
  'naive-offload',
  'engine',
  'dense',
  'method',
  'absolute',
  'unstated',
] as const;
export type BaselineClass = (typeof BASELINE_CLASSES)[number];

/** What was measured. Ratios (`unit` `x`) are above 1 where the technique is better. */
export const METRICS = [
  'endToEnd',
  'interToken',
  'timeToFirstToken',
  'throughput',
  'prefillThroughput',
  'tailLatency',
  'requestRate',
  'kernel',
  'step',
  'memory',
  'energy',
  'cost',
  'fits',
] as const;
export type PerformanceMetric = (typeof METRICS)[number];

/** How far a value speaks for others like it: maxima never argue as averages do. */
export const VALUE_KINDS = [
  'average',
  'single',
  'low',
  'high',
  'up-to',
  'at-least',
  'at-most',
  'approximate',
] as const;
export type ValueKind = (typeof VALUE_KINDS)[number];

const text = z.string();
const count = z.number().positive();

/** One reported result. Unknown is null, never guessed. */
export const performanceRowSchema = z.strictObject({
  /** Row of the table that it was carried over from, so that it can be found again; null for figures read elsewhere. */
  row: z.number().int().nullable(),
  /** Id of one of the 105 papers; null for figures from documentation and leaderboards. */
  paper: text.nullable(),
  /** Id of the catalogue, or null where only the family is known (baselines, whole systems). */
  technique: text.nullable(),
  family: text,
  /** What exactly was run, as the source labels it. */
  variant: text,
  model: text,
  billionParameters: count.nullable(),
  /** Device of our catalogue; null where the source names none of them. */
  device: text.nullable(),
  /** As the source writes it. */
  hardware: text,
  devices: count.nullable(),
  batch: z.union([count, z.literal('max')]).nullable(),
  input: count.nullable(),
  output: count.nullable(),
  task: text,
  baseline: text,
  baselineClass: z.enum(BASELINE_CLASSES),
  metric: z.enum(METRICS),
  value: z.number(),
  /** `x` for ratios, else SI: s, bytes, tokens/s, J, …; per device where the source counts so. */
  unit: z.enum(['x', 's', 'bytes', 'bytes/s', 'tokens/s', 'images/s', 'frames/s', 'J', 'tokens', 'yes/no']),
  kind: z.enum(VALUE_KINDS),
  source: text.min(1),
  /** Worked out from two figures that were read. */
  derived: z.boolean(),
  /** Fields that were filled in by inference. */
  inferred: z.array(text),
});

export type PerformanceRow = z.infer<typeof performanceRowSchema>;

/** The file: names of the columns once, then a row a line. */
export const performanceTableSchema = z.strictObject({
  columns: z.array(text),
  rows: z.array(z.array(z.unknown())),
});

let loaded: readonly PerformanceRow[] | undefined;

/** Every reported result on speed, memory, energy and cost, read and checked once. */
export function performanceRows(): readonly PerformanceRow[] {
  loaded ??= table.rows.map((row) =>
    performanceRowSchema.parse(
      Object.fromEntries(table.columns.map((column, index) => [column, row[index]])),
    ),
  );
  return loaded;
}
