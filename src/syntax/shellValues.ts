import type { CommandWord } from './commandWord';
import { MappedText, type Span } from './mappedText';

/** A run of characters of a word or of a variable's value. */
export interface Fragment {
  /** Null where the file does not show it. */
  readonly text: MappedText | null;
  readonly note: string | null;
  /** Quoted text is not split at blanks. */
  readonly quoted: boolean;
  readonly conditional: boolean;
}

export type ShellValue =
  | { readonly kind: 'text'; readonly fragments: readonly Fragment[] }
  | { readonly kind: 'array'; readonly words: readonly (readonly Fragment[])[] };

/** A value doubles each time a script writes `A=$A$A`: past this many pieces it is given up. */
const MAX_FRAGMENTS = 2_000;

export function known(text: MappedText, quoted: boolean, note: string | null = null): Fragment {
  return { text, note, quoted, conditional: false };
}

export function unknown(note: string, quoted = true): Fragment {
  return { text: null, note, quoted, conditional: false };
}

/** A value that stays within bounds, or one that says why it does not. */
export function textValue(fragments: readonly Fragment[]): ShellValue {
  return { kind: 'text', fragments: fragments.length > MAX_FRAGMENTS ? [unknown('too long')] : fragments };
}

export function arrayValue(words: readonly (readonly Fragment[])[]): ShellValue {
  if (words.length > MAX_FRAGMENTS) return { kind: 'text', fragments: [unknown('too long')] };
  return { kind: 'array', words };
}

/** The text of a value, or null where some of it is unknown or there only sometimes. */
export function plainText(fragments: readonly Fragment[]): string | null {
  let text = '';
  for (const fragment of fragments) {
    if (fragment.text === null || fragment.conditional) return null;
    text += fragment.text.text;
  }
  return text;
}

/** Values whose unknown part is what a user gives on the command line: what was there before is a default. */
export const FROM_COMMAND_LINE = 'from the command line';

/**
 * What a variable holds after a branch that may or may not have been taken. What both ways have in common stays; what a branch
 * adds at the end is there sometimes; two different values are no value.
 */
export function merged(
  before: ShellValue | undefined,
  after: ShellValue | undefined,
): ShellValue | undefined {
  if (before === after) return before;
  if (before === undefined || after === undefined) {
    const only = before ?? after;
    if (only?.kind === 'array') return { kind: 'array', words: only.words.map(sometimes) };
    return only === undefined ? undefined : { kind: 'text', fragments: [unknown('set in a branch only')] };
  }
  if (before.kind === 'array' && after.kind === 'array') {
    return arrayValue(mergedTail(before.words, after.words, sometimes));
  }
  if (before.kind === 'array' || after.kind === 'array')
    return { kind: 'text', fragments: [unknown('differs by branch')] };
  const left = plainText(before.fragments);
  const right = plainText(after.fragments);
  if (left !== null && left === right)
    return before.fragments.some((fragment) => fragment.note !== null) ? before : after;
  if (left !== null && onlyFromCommandLine(after.fragments)) return withNote(before, left);
  if (right !== null && onlyFromCommandLine(before.fragments)) return withNote(after, right);
  const extends_ = before.fragments.every((fragment, index) => fragment === after.fragments[index]);
  if (extends_ || left === '' || right === '') {
    return textValue(
      mergedTail(before.fragments, after.fragments, (fragment) => ({ ...fragment, conditional: true })),
    );
  }
  const choices = left !== null && right !== null ? `: ${left} or ${right}` : '';
  return { kind: 'text', fragments: [unknown(`differs by branch${choices}`)] };
}

function onlyFromCommandLine(fragments: readonly Fragment[]): boolean {
  const [only, more] = fragments.filter((fragment) => fragment.text?.text !== '');
  return more === undefined && only?.text === null && only.note === FROM_COMMAND_LINE;
}

function withNote(value: ShellValue & { kind: 'text' }, text: string): ShellValue {
  const note = `${FROM_COMMAND_LINE}, ${text} by default`;
  return {
    kind: 'text',
    fragments: value.fragments.map((fragment) => ({ ...fragment, note: fragment.note ?? note })),
  };
}

function sometimes(word: readonly Fragment[]): readonly Fragment[] {
  return word.map((fragment) => ({ ...fragment, conditional: true }));
}

function mergedTail<T>(before: readonly T[], after: readonly T[], mark: (item: T) => T): readonly T[] {
  let same = 0;
  while (same < before.length && before[same] === after[same]) same += 1;
  return [...before.slice(0, same), ...before.slice(same).map(mark), ...after.slice(same).map(mark)];
}

/** What an expansion puts into a word: text, or the words of an array. */
export type Part =
  | { readonly kind: 'fragment'; readonly fragment: Fragment }
  | { readonly kind: 'words'; readonly words: readonly (readonly Fragment[])[] };

/** Splits the parts of a word as a shell does: unquoted blanks separate words, each array element is one. */
export function splitWords(parts: readonly Part[]): { words: Fragment[][]; split: boolean } {
  const words: Fragment[][] = [];
  let current: Fragment[] = [];
  let split = false;
  const finish = (): void => {
    if (current.some((fragment) => fragment.quoted || fragment.text === null || fragment.text.text !== '')) {
      words.push(current);
    }
    current = [];
  };
  for (const part of parts) {
    if (part.kind === 'words') {
      split = true;
      part.words.forEach((word, index) => {
        if (index > 0) finish();
        current.push(...word);
      });
    } else if (part.fragment.quoted || part.fragment.text === null) {
      current.push(part.fragment);
    } else {
      const text = part.fragment.text;
      for (const [index, [start, end]] of blankSeparated(text.text).entries()) {
        if (index > 0) {
          split = true;
          finish();
        }
        if (end > start) current.push({ ...part.fragment, text: text.slice(start, end) });
      }
    }
  }
  finish();
  return { words, split };
}

/** Bounds of what stands between blanks; empty stretches at the ends say that blanks are there. */
function blankSeparated(text: string): [number, number][] {
  const stretches: [number, number][] = [];
  let start = 0;
  for (let at = 0; at <= text.length; at += 1) {
    const character = text[at];
    if (
      at < text.length &&
      character !== ' ' &&
      character !== '\t' &&
      character !== '\n' &&
      character !== '\r'
    )
      continue;
    if (at > start || start === 0 || at === text.length) stretches.push([start, at]);
    start = at + 1;
  }
  return stretches;
}

/** The word that a program gets from fragments. `at`: where the word stands, if it stands in one place. */
export function commandWord(fragments: readonly Fragment[], at: Span | null, raw: string): CommandWord {
  const notes = fragments.flatMap((fragment) => (fragment.note === null ? [] : [fragment.note]));
  const firstUnknown = fragments.findIndex((fragment) => fragment.text === null);
  const texts = (firstUnknown === -1 ? fragments : fragments.slice(0, firstUnknown)).flatMap(
    (fragment) => fragment.text ?? [],
  );
  const mapped = MappedText.join(texts);
  const span = at ?? mapped.sourceSpan({ start: 0, end: mapped.text.length });
  return {
    value: firstUnknown === -1 ? mapped.text : null,
    known: mapped.text,
    mapped,
    note: notes[0] ?? null,
    raw: at === null ? mapped.text : raw,
    span,
    conditional: fragments.some((fragment) => fragment.conditional),
  };
}
