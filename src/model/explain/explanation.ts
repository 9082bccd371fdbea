import type { JsonObject } from '../config';
import type { ModelSpec } from '../spec';

/** Which of the engine's terms a key takes part in: an editor adds their figures for its hardware and workload. */
export type Touched = 'kv' | 'weights' | 'time';

/** What a configuration key means and what it costs, as plain text in plain data. */
export interface KeyExplanation {
  topic: string;
  /** The value with its noun: `8 KV heads`. */
  title: string;
  /** Half a line more: `grouped-query attention, 4 query heads share each`. */
  subtitle?: string;
  /** Cost with its formula and the numbers put in, then what would change it. */
  lines: readonly string[];
  touches: readonly Touched[];
}

export interface ExplainContext {
  /** Null where the file is not (yet) a model that is known: only what the key itself says can be told then. */
  spec: ModelSpec | null;
  /** The object that holds the key. */
  section: JsonObject;
  root: JsonObject;
  key: string;
  value: unknown;
  path: readonly (string | number)[];
}

/** Explains every key of one topic; null where nothing true can be said of this value. */
export type Explainer = (context: ExplainContext) => Omit<KeyExplanation, 'topic'> | null;
