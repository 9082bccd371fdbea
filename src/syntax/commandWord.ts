import type { MappedText, Span } from './mappedText';

/**
 * One word of a command, as the program that is started would see it. A shell script, a Dockerfile's JSON array, a YAML list and a
 * Python list all come down to these.
 */
export interface CommandWord {
  /** Null where the file does not show it. */
  readonly value: string | null;
  /** What is known from the front: all of it, or `--port=` of `--port=$PORT`. */
  readonly known: string;
  /** The known text, with the way back to the source; null where it was computed. */
  readonly mapped: MappedText | null;
  /** Why it is unknown, or, with a value, where another one may come from: `from environment (TP), 4 by default`. */
  readonly note: string | null;
  /** The word as written. */
  readonly raw: string;
  /** The whole word in the source, quotes included. */
  readonly span: Span;
  /** There only on some ways through the program: in a branch, after a test. */
  readonly conditional: boolean;
}

/** A variable of a command's environment: its value, null where the file does not show it, and where it is set. */
export interface EnvironmentEntry {
  readonly value: string | null;
  readonly span: Span;
}

/** A command with the variables set in front of it. */
export interface Command {
  readonly words: readonly CommandWord[];
  /** Environment of the command: set in front of it, exported before it, or by `ENV` in a Dockerfile. */
  readonly environment: ReadonlyMap<string, EnvironmentEntry>;
  readonly span: Span;
}

/** A word that stands in the source as it is. */
export function plainWord(mapped: MappedText, raw: string, span: Span): CommandWord {
  return { value: mapped.text, known: mapped.text, mapped, note: null, raw, span, conditional: false };
}

/** A word that the file does not show. */
export function unknownWord(note: string, raw: string, span: Span): CommandWord {
  return { value: null, known: '', mapped: null, note, raw, span, conditional: false };
}
