import type { MappedText, Span } from './mappedText';

/** What an expression stands for, as far as the file shows it. */
export type PythonValue =
  | {
      readonly kind: 'scalar';
      readonly value: string | number | boolean | null;
      /** A string's characters with the way back to the source; null where it was computed. */
      readonly text: MappedText | null;
      /** Where another value may come from: `from environment (TP), 4 by default`. */
      readonly note: string | null;
    }
  /** `open`: why there may be more than the items. */
  | { readonly kind: 'list'; readonly items: readonly PythonItem[]; readonly open: string | null }
  | { readonly kind: 'dict'; readonly entries: readonly PythonEntry[]; readonly open: string | null }
  | { readonly kind: 'call'; readonly call: PythonCall }
  /** `front`: what a string is known to start with. */
  | { readonly kind: 'unknown'; readonly note: string; readonly front?: string };

export interface PythonItem {
  readonly value: PythonValue;
  readonly span: Span;
  /** There only on some ways through the program. */
  readonly conditional: boolean;
}

/** A keyword argument, or an entry of a dictionary. */
export interface PythonEntry extends PythonItem {
  readonly name: string;
  /** The value alone; `span` is name and value. */
  readonly valueSpan: Span;
}

export interface PythonCall {
  /** The name called, its imports followed: `vllm.LLM`. A subclass counts as what it extends. */
  readonly callee: string;
  readonly positional: readonly PythonItem[];
  /** Keyword arguments, those of `**dictionary` included. */
  readonly keywords: readonly PythonEntry[];
  /** Why there may be more keywords than those: `**kwargs` from elsewhere. */
  readonly open: string | null;
  readonly span: Span;
  /** From the opening to after the closing parenthesis. */
  readonly argumentsSpan: Span;
}

export function unknownValue(note: string, front?: string): PythonValue {
  return front === undefined ? { kind: 'unknown', note } : { kind: 'unknown', note, front };
}

export function scalar(value: string | number | boolean | null, note: string | null = null): PythonValue {
  return { kind: 'scalar', value, text: null, note };
}

/** The value with a note on where another one may come from; a value that has one already keeps it. */
export function withNote(value: PythonValue, note: string): PythonValue {
  if (value.kind === 'scalar') return value.note === null ? { ...value, note } : value;
  if (value.kind !== 'dict') return value;
  return {
    ...value,
    entries: value.entries.map((entry) => ({ ...entry, value: withNote(entry.value, note) })),
  };
}

/** A few characters for people: `4`, `'fp8'`, `a list`. */
export function shortText(value: PythonValue): string {
  switch (value.kind) {
    case 'scalar':
      return value.value === null ? 'None' : String(value.value).slice(0, 60);
    case 'list':
      return 'a list';
    case 'dict':
      return 'a dictionary';
    case 'call':
      return `${value.call.callee}(…)`;
    case 'unknown':
      return value.note;
  }
}

function sameValue(left: PythonValue, right: PythonValue): boolean {
  if (left === right) return true;
  return left.kind === 'scalar' && right.kind === 'scalar' && left.value === right.value;
}

/** What a name holds when `after` may or may not have replaced `before`. */
export function mergedValues(before: PythonValue | undefined, after: PythonValue): PythonValue {
  if (before === undefined || sameValue(before, after)) return after;
  if (before.kind === 'list' && after.kind === 'list') {
    let same = 0;
    while (same < before.items.length && before.items[same] === after.items[same]) same += 1;
    if (same === before.items.length) {
      const rest = after.items.slice(same).map((item) => ({ ...item, conditional: true }));
      return { kind: 'list', items: [...before.items, ...rest], open: before.open ?? after.open };
    }
  }
  if (before.kind === 'dict' && after.kind === 'dict') return mergedDictionaries(before, after);
  const isCommandLine =
    after.kind === 'unknown' && after.note.startsWith('from ') && before.kind === 'scalar';
  if (isCommandLine) return withNote(before, `${after.note}, ${shortText(before)} by default`);
  return unknownValue(`differs by branch: ${shortText(before)} or ${shortText(after)}`);
}

type Dictionary = Extract<PythonValue, { kind: 'dict' }>;

function mergedDictionaries(before: Dictionary, after: Dictionary): PythonValue {
  const entries: PythonEntry[] = [];
  for (const entry of before.entries) {
    const other = after.entries.find((candidate) => candidate.name === entry.name);
    if (other === undefined) entries.push({ ...entry, conditional: true });
    else entries.push(other === entry ? entry : { ...entry, value: mergedValues(entry.value, other.value) });
  }
  for (const entry of after.entries) {
    if (!before.entries.some((candidate) => candidate.name === entry.name))
      entries.push({ ...entry, conditional: true });
  }
  return { kind: 'dict', entries, open: before.open ?? after.open };
}

/** A dictionary with an entry set: `settings["x"] = 1`. */
export function withEntry(dictionary: Dictionary, entry: PythonEntry, sometimes: boolean): Dictionary {
  const at = dictionary.entries.findIndex((candidate) => candidate.name === entry.name);
  const before = dictionary.entries[at];
  if (before === undefined) {
    return {
      ...dictionary,
      entries: [...dictionary.entries, { ...entry, conditional: entry.conditional || sometimes }],
    };
  }
  const set = sometimes ? { ...before, value: mergedValues(before.value, entry.value) } : entry;
  return {
    ...dictionary,
    entries: dictionary.entries.map((candidate, index) => (index === at ? set : candidate)),
  };
}

/** A value as plain data where all of it is known; a constructor call counts as the dictionary of its keywords. */
export function plainPython(value: PythonValue): PlainPython | undefined {
  switch (value.kind) {
    case 'scalar':
      return value.value;
    case 'list': {
      const items = value.items.map((item) => (item.conditional ? undefined : plainPython(item.value)));
      return value.open === null && items.every((item) => item !== undefined) ? items : undefined;
    }
    case 'dict':
      return value.open === null ? plainEntries(value.entries) : undefined;
    case 'call':
      return value.call.open === null && value.call.positional.length === 0
        ? plainEntries(value.call.keywords)
        : undefined;
    case 'unknown':
      return undefined;
  }
}

export type PlainPython =
  string | number | boolean | null | readonly PlainPython[] | { readonly [key: string]: PlainPython };

function plainEntries(
  entries: readonly { name: string; value: PythonValue; conditional: boolean }[],
): PlainPython | undefined {
  const result: Record<string, PlainPython> = {};
  for (const entry of entries) {
    const plain = entry.conditional ? undefined : plainPython(entry.value);
    if (plain === undefined) return undefined;
    result[entry.name] = plain;
  }
  return result;
}
