import * as z from 'zod';
import type { SettingValue } from './deployment';

/** Terms of the engine room that a setting touches; what an editor names beside the meaning. */
export const TOUCHES = [
  'weights',
  'kv',
  'activations',
  'runtime',
  'capacity',
  'host',
  'time',
  'prefill',
  'decode',
  'throughput',
  'launches',
  'communication',
] as const;

export type Touches = (typeof TOUCHES)[number];

const option = z.strictObject({
  /** The engine's own long name in snake_case. */
  name: z.string().regex(/^[a-z0-9_]+$/),
  /**
   * How its value is written. `boolean`: `--x` and `--no-x`; `switch`: `--x` alone; `size`: an integer that may end in k, K, m, …;
   * `list`: words up to the next option; `json`: one JSON word, or `--x.key value`.
   */
  type: z.enum(['integer', 'number', 'boolean', 'switch', 'text', 'json', 'list', 'size']),
  /** Short spellings: `-tp`. */
  short: z.array(z.string().startsWith('-')).optional(),
  /** Other long names, in snake_case. */
  aliases: z.array(z.string()).optional(),
  title: z.string().optional(),
  meaning: z.string().optional(),
  touches: z.array(z.enum(TOUCHES)).optional(),
});

/** One option of an engine: spelling, type, and for those that matter here what it means. */
export type EngineOption = z.infer<typeof option>;

export const optionTable = z.strictObject({
  engine: z.string(),
  /** Releases whose documentation was read. */
  version: z.string(),
  checked: z.iso.date(),
  sources: z.array(z.string()).min(1),
  options: z.array(option),
});

/** The options of one engine, found by any of their spellings. */
export class EngineOptions {
  private readonly byName = new Map<string, EngineOption>();
  private readonly byShort = new Map<string, EngineOption>();
  private readonly names: readonly string[];
  readonly version: string;

  /** Throws if the table in the package is broken. */
  constructor(table: unknown) {
    const parsed = optionTable.parse(table);
    this.version = parsed.version;
    for (const entry of parsed.options) {
      this.byName.set(entry.name, entry);
      for (const alias of entry.aliases ?? []) this.byName.set(alias, entry);
      for (const short of entry.short ?? []) this.byShort.set(short, entry);
    }
    this.names = [...this.byName.keys()].sort();
  }

  named(name: string): EngineOption | undefined {
    return this.byName.get(name);
  }

  /** What a flag without its value means: `--no-enable-prefix-caching`, `-tp`, `--max_num_seq` (argparse completes what is unambiguous). */
  flag(flag: string): { option: EngineOption; negated: boolean } | undefined {
    const short = this.byShort.get(flag);
    if (short !== undefined) return { option: short, negated: false };
    if (!flag.startsWith('--')) return undefined;
    const name = flag.slice(2).replaceAll('-', '_');
    const exact = this.byName.get(name);
    if (exact !== undefined) return { option: exact, negated: false };
    const positive = name.startsWith('no_') ? this.byName.get(name.slice(3)) : undefined;
    if (positive?.type === 'boolean') return { option: positive, negated: true };
    const completed = new Set(
      this.names.filter((candidate) => candidate.startsWith(name)).map((found) => this.byName.get(found)),
    );
    const [only] = completed;
    return completed.size === 1 && only !== undefined && name.length >= 4
      ? { option: only, negated: false }
      : undefined;
  }
}

const DECIMAL: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, g: 1e9, t: 1e12 };
const BINARY: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/**
 * The typed value of an option's text. What does not fit its type stays text: the engine would refuse it, and it is not for a reader to
 * guess. `32k` is 32,000 and `32K` 32,768 (vllm/utils/argparse_utils.py).
 */
export function optionValue(type: EngineOption['type'], text: string): SettingValue {
  const trimmed = text.trim();
  switch (type) {
    case 'integer':
      return /^[+-]?\d+$/.test(trimmed) ? Number(trimmed) : nullable(trimmed);
    case 'number':
      return trimmed !== '' && Number.isFinite(Number(trimmed)) ? Number(trimmed) : nullable(trimmed);
    case 'size': {
      const match = /^(\d+(?:\.\d+)?)([kKmMgGtT])$/.exec(trimmed);
      const unit = match?.[2] ?? '';
      const factor = DECIMAL[unit] ?? BINARY[unit];
      if (match !== null && factor !== undefined) return Math.trunc(Number(match[1]) * factor);
      return /^[+-]?\d+$/.test(trimmed) ? Number(trimmed) : nullable(trimmed);
    }
    case 'boolean':
    case 'switch':
      return trimmed === '' ? true : (booleanOf(trimmed) ?? trimmed);
    case 'json':
      return jsonOf(trimmed);
    case 'list':
    case 'text':
      return nullable(text);
  }
}

/** `true`, `False`, `1`, `off` …; null where the text is none of these. */
export function booleanOf(text: string): boolean | null {
  const lower = text.toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(lower)) return true;
  if (['false', '0', 'no', 'off'].includes(lower)) return false;
  return null;
}

function nullable(text: string): SettingValue {
  return text === 'None' || text === 'null' ? null : text;
}

function jsonOf(text: string): SettingValue {
  try {
    return JSON.parse(text) as SettingValue;
  } catch {
    const pairs = text.split(',').map((pair) => /^([A-Za-z_]+)=(\d+)$/.exec(pair.trim()));
    if (text !== '' && pairs.every((pair) => pair !== null)) {
      return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', Number(pair?.[2])]));
    }
    return nullable(text);
  }
}

/** The value of an option that no table knows, by its look. */
export function guessedValue(text: string): SettingValue {
  if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  if (/^[+-]?\d*\.\d+(e[+-]?\d+)?$/i.test(text)) return Number(text);
  if (text === 'true' || text === 'True') return true;
  if (text === 'false' || text === 'False') return false;
  if (/^[[{]/.test(text)) return jsonOf(text);
  return nullable(text);
}
