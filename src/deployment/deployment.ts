import type { Located, Range } from '../syntax/range';

export type SettingValue =
  string | number | boolean | null | readonly SettingValue[] | { readonly [key: string]: SettingValue };

/** One launch of an engine, as code writes it. `engine` may be one that is only recognised (ollama, nim, …). */
export interface Deployment {
  engine: string;
  model: string | null;
  /** By the engine's own long names in snake_case; the range is that of the whole setting (flag and value). */
  settings: Readonly<Record<string, Located<SettingValue> & { valueRange: Range }>>;
  /** What the code says about hardware: a device id where it names one, and how many. */
  hardware: { id: string | null; devices: number | null };
  range: Range;
  /** What comes from somewhere the file does not show: `model: from environment`. */
  unresolved: readonly string[];
}
