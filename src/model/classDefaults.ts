import * as z from 'zod';
import type { JsonObject } from './config';
import table from './classDefaults.json';

const schema = z.record(
  z.string(),
  z.object({ source: z.string().min(1), values: z.record(z.string(), z.unknown()) }),
);

/** Checked by the tests rather than at start: the table is ours, and activation is counted in milliseconds. */
export const CLASS_DEFAULTS_SCHEMA = schema;

const ROWS: Readonly<Record<string, { source: string; values: JsonObject }>> = table;

/** What a model class assumes where a configuration says nothing; empty for a class that is not known. */
export function classDefaults(modelType: string): JsonObject {
  return Object.hasOwn(ROWS, modelType) ? (ROWS[modelType]?.values ?? {}) : {};
}
