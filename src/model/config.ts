import { MAX_ROWS } from './limits';
import type { Notes } from './notes';
import { quoted, ReadFailure } from './readFailure';

export type JsonObject = Readonly<Record<string, unknown>>;

/** What the weights beside a configuration show, where there are any. */
export interface Evidence {
  /** A head is among the stored tensors. */
  storesHead?: boolean;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Sizes that nearly every file says: where one leans on the class instead, a person should know. */
const MAIN_SIZES = new Set([
  'hidden_size',
  'num_hidden_layers',
  'vocab_size',
  'intermediate_size',
  'n_embd',
  'n_layer',
  'd_model',
]);

/**
 * One section of a model's configuration with its class's defaults beneath. Every reader takes several spellings of
 * one key; it remembers which were asked for, so that keys which nobody understands can be named afterwards.
 *
 * An explicit null hides the default, as the model classes themselves have it. Two spellings that are both present
 * and disagree are a contradiction, which is told and makes the model inexact.
 */
export class Config {
  private readonly asked = new Set<string>();
  private readonly children: Config[] = [];

  constructor(
    readonly raw: JsonObject,
    private readonly defaults: JsonObject,
    readonly notes: Notes,
    /** Dotted path of this section in the file, with a trailing dot; empty for the root. */
    readonly path = '',
    readonly evidence: Evidence = {},
  ) {}

  /** True where the file itself says the key, whatever its value. */
  says(...keys: string[]): boolean {
    return keys.some((key) => Object.hasOwn(this.raw, key));
  }

  value(...keys: string[]): unknown {
    for (const key of keys) this.asked.add(key);
    const present = keys.filter((key) => Object.hasOwn(this.raw, key));
    const given = present.filter((key) => this.raw[key] !== null && this.raw[key] !== undefined);
    const first = given[0];
    if (first !== undefined) {
      this.compare(first, given.slice(1));
      return this.raw[first];
    }
    if (present.length > 0) return undefined;
    for (const key of keys) {
      if (!Object.hasOwn(this.defaults, key)) continue;
      if (MAIN_SIZES.has(key)) {
        this.notes.remark(
          'class-default',
          `${this.path}${key} is not said: the class’s ${quoted(this.defaults[key])} holds.`,
        );
      }
      return this.defaults[key] ?? undefined;
    }
    return undefined;
  }

  private compare(first: string, others: readonly string[]): void {
    const value = this.raw[first];
    if (typeof value === 'object') return;
    for (const other of others) {
      const second = this.raw[other];
      if (second === value || typeof second === 'object') continue;
      this.notes.doubt(
        'contradiction',
        `${this.path}${first} is ${quoted(value)} and ${this.path}${other} is ${quoted(second)}: two spellings of one size.`,
      );
    }
  }

  /** A whole number that must be there, in the file or by the class's default. */
  integer(...keys: string[]): number {
    const value = this.optional(...keys);
    if (value === undefined) {
      throw new ReadFailure(
        'missing-key',
        `${this.path}${keys[0] ?? ''} is not said, and the class has no default.`,
      );
    }
    return value;
  }

  /** A whole number, or undefined where neither file nor class says one. */
  optional(...keys: string[]): number | undefined {
    const value = this.value(...keys);
    if (value === undefined || typeof value === 'boolean') return undefined;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < -1 || value > MAX_ROWS) {
      throw new ReadFailure(
        'contradiction',
        `${this.path}${keys[0] ?? ''} is ${quoted(value)}, not a whole number in range.`,
      );
    }
    return value;
  }

  integerOr(fallback: number, ...keys: string[]): number {
    return this.optional(...keys) ?? fallback;
  }

  /** Any finite number. */
  number(...keys: string[]): number | undefined {
    const value = this.value(...keys);
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  }

  flag(fallback: boolean, ...keys: string[]): boolean {
    const value = this.value(...keys);
    if (typeof value === 'boolean') return value;
    if (typeof value === 'number') return value !== 0;
    return fallback;
  }

  text(...keys: string[]): string | undefined {
    const value = this.value(...keys);
    return typeof value === 'string' ? value : undefined;
  }

  list(...keys: string[]): readonly unknown[] | undefined {
    const value = this.value(...keys);
    return Array.isArray(value) ? (value as unknown[]) : undefined;
  }

  /** A list of whole numbers; one that holds anything else is a contradiction. */
  integers(...keys: string[]): readonly number[] | undefined {
    const list = this.list(...keys);
    if (list === undefined) return undefined;
    return list.map((each) => {
      if (typeof each === 'number' && Number.isInteger(each) && Math.abs(each) <= MAX_ROWS) return each;
      throw new ReadFailure(
        'contradiction',
        `${this.path}${keys[0] ?? ''} holds ${quoted(each)}, not a whole number.`,
      );
    });
  }

  texts(...keys: string[]): readonly string[] | undefined {
    const list = this.list(...keys);
    return list?.map((each) => (typeof each === 'string' ? each : quoted(each)));
  }

  object(...keys: string[]): JsonObject | undefined {
    const value = this.value(...keys);
    return isObject(value) ? value : undefined;
  }

  /** A nested configuration with its own class's defaults; its unknown keys are told together with this one's. */
  section(key: string, defaults: JsonObject, overrides: JsonObject = {}): Config | undefined {
    this.asked.add(key);
    const raw = this.raw[key];
    if (raw !== undefined && raw !== null && !isObject(raw)) return undefined;
    if (raw === null) return undefined;
    const child = new Config(
      { ...raw, ...overrides },
      defaults,
      this.notes,
      `${this.path}${key}.`,
      this.evidence,
    );
    this.children.push(child);
    return child;
  }

  /** Marks keys as understood without effect on what is counted. */
  understood(...keys: string[]): void {
    for (const key of keys) this.asked.add(key);
  }

  /** The same keys over other defaults, sharing what was asked: for families that read another family's keys. */
  withDefaults(defaults: JsonObject): Config {
    const copy = new Config(
      this.raw,
      { ...this.defaults, ...defaults },
      this.notes,
      this.path,
      this.evidence,
    );
    this.children.push(copy);
    for (const key of this.asked) copy.asked.add(key);
    return copy;
  }

  /** Keys of the file that nobody asked for, with their paths. */
  unasked(): { path: string; key: string; value: unknown }[] {
    const sameSection = this.children.filter((child) => child.path === this.path);
    const asked = (key: string): boolean =>
      this.asked.has(key) || sameSection.some((child) => child.asked.has(key));
    const own = Object.keys(this.raw)
      .filter((key) => !asked(key))
      .map((key) => ({ path: this.path + key, key, value: this.raw[key] }));
    const below = this.children
      .filter((child) => child.path !== this.path)
      .flatMap((child) => child.unasked());
    return [...own, ...below];
  }
}
