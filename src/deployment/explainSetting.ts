import { ENGINE_READERS } from './engines/readers';
import type { Touches } from './options';

/** What a setting means, in words; the numbers are the advisor's. */
export interface SettingExplanation {
  title: string;
  /** One line. */
  meaning: string;
  /** Terms of memory and time that it moves. */
  touches: readonly Touches[];
  /** How it is written on a command line: `--max-model-len`. */
  flag: string;
  /** Releases whose documentation was read. */
  version: string;
}

/** Null where the engine is not read, or the setting has nothing to do with memory or speed. */
export function explainSetting(engine: string, name: string): SettingExplanation | null {
  const options = ENGINE_READERS.find((reader) => reader.engine === engine)?.options();
  const option = options?.named(name);
  if (options === undefined || option?.title === undefined || option.meaning === undefined) return null;
  return {
    title: option.title,
    meaning: option.meaning,
    touches: option.touches ?? [],
    flag: `--${option.name.replaceAll('_', '-')}`,
    version: options.version,
  };
}
