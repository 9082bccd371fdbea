import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UsageError } from './usageError';

export type Kind = 'text' | 'number' | 'flag' | 'list';

export interface Flags {
  files: string[];
  json: boolean;
  verbose: boolean;
  /** Values by the option's name, numbers and lists read. */
  values: Record<string, unknown>;
}

const OUTPUT: Record<string, Kind> = { json: 'flag', verbose: 'flag' };

/** Splits a command's arguments into files and options; what is not among `known` is refused by name. */
export function parseFlags(known: Record<string, Kind>, args: readonly string[]): Flags {
  const kinds = { ...known, ...OUTPUT };
  const { values, positionals } = parse(kinds, args);
  const read: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    if (name in OUTPUT || value === undefined) continue;
    read[name] = typed(name, kinds[name] ?? 'text', value);
  }
  return {
    files: positionals,
    json: values['json'] === true,
    verbose: values['verbose'] === true,
    values: read,
  };
}

function parse(kinds: Record<string, Kind>, args: readonly string[]) {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const [name, kind] of Object.entries(kinds)) {
    options[name] = { type: kind === 'flag' ? 'boolean' : 'string' };
  }
  try {
    return parseArgs({ args: joined(kinds, args), options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(inWords(error, kinds));
  }
}

/** A negative number after an option is its value, and is refused as one; the parser alone would call it ambiguous. */
function joined(kinds: Record<string, Kind>, args: readonly string[]): string[] {
  const found: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    if (word === '--') return [...found, ...args.slice(at)];
    const next = args[at + 1];
    const takesValue = word.startsWith('--') && (kinds[word.slice(2)] ?? 'flag') !== 'flag';
    if (takesValue && next !== undefined && /^-[\d.]/.test(next)) {
      found.push(`${word}=${next}`);
      at += 1;
    } else {
      found.push(word);
    }
  }
  return found;
}

function inWords(error: unknown, kinds: Record<string, Kind>): string {
  const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'bad usage';
  const name = /'--?([^\s'=<]+)/.exec(message)?.[1] ?? '';
  if (message.startsWith('Unknown option')) return `--${name}: not an option of this command`;
  if (message.includes('does not take an argument')) return `--${name}: takes no value`;
  if (Object.hasOwn(kinds, name)) return `--${name}: needs a value`;
  return message;
}

function typed(name: string, kind: Kind, value: unknown): unknown {
  if (kind === 'number') {
    const number = Number(value);
    if (String(value).trim() === '' || !Number.isFinite(number))
      throw new UsageError(`--${name}: “${String(value)}” is not a number`);
    return number;
  }
  if (kind === 'list')
    return String(value)
      .split(',')
      .map((entry) => entry.trim())
      .filter(Boolean);
  return value;
}
