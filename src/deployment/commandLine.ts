import type { Command, CommandWord } from '../syntax/commandWord';
import type { Span } from '../syntax/mappedText';
import type { SettingValue } from './deployment';
import type { EngineReader, Launch } from './engines/engineReader';
import type { FoundSettings } from './foundSettings';
import { booleanOf, guessedValue, optionValue, type EngineOption } from './options';

/** Programs that only talk about a command. */
const TALKERS = new Set([
  'echo',
  'printf',
  'grep',
  'pgrep',
  'pkill',
  'killall',
  'kill',
  'man',
  'which',
  'cat',
  'sed',
  'awk',
  'alias',
  'pip',
  'pip3',
  'uv',
  'git',
  'logger',
]);
const CONTAINER_TOOLS = new Set(['docker', 'podman', 'nerdctl', 'apptainer', 'singularity']);
/** What an image is told to run in place of its own entry point. */
const OTHER_PROGRAMS = /^(\/.*|(ba|z|da)?sh|python[\d.]*|pip3?|nvidia-smi|sleep|tail|env)$/;

/** Whether the command names other commands without starting them: `echo`, `pkill -f`, `pip install`. */
export function onlyTalks(command: Command): boolean {
  return TALKERS.has(command.words[0]?.value ?? '') && command.words[1]?.value !== 'run';
}

/** Where the engine's own arguments start among a command's words; null where the command does not start it. */
export function launchIn(command: Command, reader: EngineReader): Launch | null {
  const { words } = command;
  const first = words[0]?.value ?? '';
  if (onlyTalks(command)) return null;
  const launch = reader.launch(words);
  if (launch !== null) return launch;
  if (
    !CONTAINER_TOOLS.has(first.replace(/^.*\//, '')) &&
    !words.some((word) => CONTAINER_TOOLS.has(word.value ?? ''))
  )
    return null;
  if (!words.some((word) => word.value === 'run' || word.value === 'exec' || word.value === 'create'))
    return null;
  const image = words.findIndex(
    (word) => word.known !== '' && !word.known.startsWith('-') && reader.isImage(word.known),
  );
  if (image === -1) return null;
  const next = words[image + 1];
  if (next?.value !== null && next !== undefined && OTHER_PROGRAMS.test(next.value)) return null;
  return { firstArgument: image + 1, takesModel: true };
}

/** Reads the engine's arguments from the words after the launch. */
export function readArguments(
  words: readonly CommandWord[],
  takesModel: boolean,
  reader: EngineReader,
  found: FoundSettings,
): void {
  const options = reader.options();
  let at = 0;
  let isModelSeen = !takesModel;
  while (at < words.length) {
    const word = words[at];
    if (word === undefined) break;
    if (!isFlag(word)) {
      if (word.value === null && word.known === '')
        found.note('settings', `more ${word.note ?? 'elsewhere'} (${word.raw.slice(0, 60)})`);
      if (!isModelSeen && !looksLikeMoreOptions(word)) {
        isModelSeen = true;
        if (word.note !== null) found.note('model', word.value === null ? modelNote(word) : word.note);
        found.setModel(word.value, contentSpan(word));
      }
      at += 1;
      continue;
    }
    at += readFlag(words, at, options, found);
  }
}

type Options = ReturnType<EngineReader['options']>;

/** `"$@"` or `$EXTRA_ARGS`: any number of options, rather than the model. */
function looksLikeMoreOptions(word: CommandWord): boolean {
  return word.value === null && /[@*]|ARGS|OPT|EXTRA|FLAGS|PARAM/i.test(word.raw);
}

function modelNote(word: CommandWord): string {
  return word.known === ''
    ? (word.note ?? 'elsewhere')
    : `${word.raw.slice(0, 80)}, ${word.note ?? 'in part elsewhere'}`;
}

function isFlag(word: CommandWord): boolean {
  return /^--?[A-Za-z]/.test(word.known) && !/\s/.test(word.known.split('=')[0] ?? '');
}

/** Reads one option; gives back how many words it took. */
function readFlag(words: readonly CommandWord[], at: number, options: Options, found: FoundSettings): number {
  const word = words[at];
  if (word === undefined) return 1;
  const equals = word.known.indexOf('=');
  const spelling = equals === -1 ? word.known : word.known.slice(0, equals);
  const dot = spelling.startsWith('--') ? spelling.indexOf('.') : -1;
  const known = options.flag(dot === -1 ? spelling : spelling.slice(0, dot));
  const path = dot === -1 ? [] : spelling.slice(dot + 1).split('.');
  const name = known?.option.name ?? spelling.replace(/^-+/, '').split('.')[0]?.replaceAll('-', '_') ?? '';
  if (word.value === null && equals === -1) {
    found.note('settings', `${word.known}…: ${word.note ?? 'elsewhere'}`);
    return 1;
  }
  const type = known?.option.type;
  if (equals !== -1) {
    readValue(found, {
      name,
      path,
      type,
      negated: known?.negated ?? false,
      flag: word,
      value: inlineValue(word, equals + 1),
      words: [word],
    });
    return 1;
  }
  const next = words[at + 1];
  const takesWord = next !== undefined && !isFlag(next) && wantsWord(type, known?.negated ?? false, next);
  if (!takesWord || next === undefined) {
    readBare(found, name, type, known?.negated ?? false, word);
    return 1;
  }
  if (type === 'list') {
    let end = at + 1;
    while (words[end + 1] !== undefined && !isFlag(words[end + 1] as CommandWord)) end += 1;
    readList(found, name, word, words.slice(at + 1, end + 1));
    return end - at + 1;
  }
  readValue(found, { name, path, type, negated: false, flag: word, value: next, words: [word, next] });
  return 2;
}

function wantsWord(type: EngineOption['type'] | undefined, negated: boolean, next: CommandWord): boolean {
  if (negated || type === 'switch') return false;
  if (type === 'boolean') return next.value !== null && /^(true|false)$/i.test(next.value);
  if (type === undefined) return next.value === null ? next.raw !== '…' && !looksLikeMoreOptions(next) : true;
  return true;
}

/** The part of `--flag=value` after the equals sign, as a word of its own. */
function inlineValue(word: CommandWord, from: number): CommandWord {
  const mapped =
    word.mapped === null || word.value === null ? null : word.mapped.slice(from, word.mapped.text.length);
  const span = mapped === null ? word.span : mapped.sourceSpan({ start: 0, end: mapped.text.length });
  return {
    ...word,
    value: word.value === null ? null : word.value.slice(from),
    known: word.known.slice(from),
    mapped,
    raw: word.raw.slice(word.raw.indexOf('=') + 1),
    span,
  };
}

function readBare(
  found: FoundSettings,
  name: string,
  type: EngineOption['type'] | undefined,
  negated: boolean,
  word: CommandWord,
): void {
  if (word.conditional) {
    found.note(name, word.note ?? 'only in a branch');
    return;
  }
  if (type === undefined || type === 'boolean' || type === 'switch')
    found.set(name, !negated, word.span, word.span);
  else found.note(name, 'no value given');
}

interface Given {
  readonly name: string;
  readonly path: readonly string[];
  readonly type: EngineOption['type'] | undefined;
  readonly negated: boolean;
  readonly flag: CommandWord;
  readonly value: CommandWord;
  readonly words: readonly CommandWord[];
}

function readValue(found: FoundSettings, given: Given): void {
  const { name, path, value } = given;
  const label = [name, ...path].join('.');
  if (given.words.some((word) => word.conditional)) {
    found.note(label, given.words.find((word) => word.note !== null)?.note ?? 'only in a branch');
    return;
  }
  if (value.value === null) {
    found.note(
      label,
      value.known === ''
        ? (value.note ?? 'elsewhere')
        : `${value.raw.slice(0, 80)}, ${value.note ?? 'in part elsewhere'}`,
    );
    return;
  }
  if (value.note !== null) found.note(label, value.note);
  const span = enclosing(given.words);
  if (path.length > 0) {
    found.set(name, withPath(found.get(name), path, guessedValue(value.value)), span, contentSpan(value));
    return;
  }
  const typed = given.type === undefined ? guessedValue(value.value) : optionValue(given.type, value.value);
  const negatedTo = given.negated ? !(booleanOf(value.value) ?? true) : typed;
  found.set(name, given.type === 'list' ? listValue([value.value]) : negatedTo, span, contentSpan(value));
}

function readList(
  found: FoundSettings,
  name: string,
  flag: CommandWord,
  words: readonly CommandWord[],
): void {
  const values = words.flatMap((word) => (word.value === null ? [] : [word.value]));
  if (values.length < words.length || words.some((word) => word.conditional) || flag.conditional) {
    found.note(name, words.find((word) => word.note !== null)?.note ?? 'only in a branch');
    return;
  }
  found.set(name, listValue(values), enclosing([flag, ...words]), enclosing(words));
}

/** One word is itself, several are a list. */
function listValue(values: readonly string[]): SettingValue {
  const typed = values.map(guessedValue);
  return typed.length === 1 ? (typed[0] ?? null) : typed;
}

/** `--speculative-config.method mtp` sets a part of the whole; `key+` adds to a list. */
function withPath(
  whole: SettingValue | undefined,
  path: readonly string[],
  value: SettingValue,
): SettingValue {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const entries =
    typeof whole === 'object' && whole !== null && !Array.isArray(whole)
      ? (whole as Readonly<Record<string, SettingValue>>)
      : {};
  if (key.endsWith('+')) {
    const name = key.slice(0, -1);
    const before = entries[name];
    return {
      ...entries,
      [name]: [...(Array.isArray(before) ? (before as readonly SettingValue[]) : []), value],
    };
  }
  return { ...entries, [key]: withPath(entries[key], rest, value) };
}

/** A word's characters without the quotes around them, where they stand in the source as they are. */
export function contentSpan(word: CommandWord): Span {
  if (word.mapped === null || word.value === null) return word.span;
  const inner = word.mapped.sourceSpan({ start: 0, end: word.mapped.text.length });
  return inner.start >= word.span.start &&
    inner.end <= word.span.end &&
    inner.end - inner.start === word.value.length
    ? inner
    : word.span;
}

function enclosing(words: readonly CommandWord[]): Span {
  const starts = words.map((word) => word.span.start);
  const ends = words.map((word) => word.span.end);
  return { start: Math.min(...starts), end: Math.max(...ends) };
}
