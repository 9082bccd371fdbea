import type { Located, Position, Range } from '../syntax/range';

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
  /** Where the model is named, if it is. */
  modelRange?: Range;
  /** Release of the engine, where an image's tag or a requirement names it: `0.11.0`. */
  version?: string;
  /** How settings are written here, so that one can be added in the same way; absent where none can. */
  writing?: Writing;
}

/** The notation of a deployment's settings, and the place after its last one. */
export interface Writing {
  form: WritingForm;
  insertAt: Position;
}

export type WritingForm =
  /** `LLM(model, max_model_len=4096)` */
  | 'python-keywords'
  /** `engine_kwargs={"max_model_len": 4096}` */
  | 'python-dictionary'
  /** `["vllm", "serve", "--max-model-len", "4096"]` in Python */
  | 'python-list'
  /** A line of a shell script, with continuations */
  | 'shell'
  /** `CMD ["vllm", "serve"]`, and a YAML list in brackets */
  | 'json-list'
  /** One `- --flag` a line */
  | 'yaml-list'
  /** Words in a folded YAML scalar, whose lines are joined */
  | 'yaml-folded'
  /** Words on one line of something else: a string in Python, a YAML scalar */
  | 'inline'
  /** `max-model-len: 4096` in the engine's own configuration file */
  | 'yaml-map';
