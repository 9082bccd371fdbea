import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { ZodError } from 'zod';
import { estimateOptionsSchema, recommendOptionsSchema, type RecommendOptions } from '../advisor/query';
import { UsageError } from './usageError';

type Kind = 'text' | 'number' | 'flag' | 'list';

/** Options of the command line by their long names; the schema that checks their values is the advisor's. */
const ESTIMATE: Record<string, Kind> = {
  hardware: 'text',
  devices: 'number',
  engine: 'text',
  weights: 'text',
  kv: 'text',
  attention: 'text',
  concurrency: 'number',
  'request-rate': 'number',
  input: 'number',
  output: 'number',
  'shared-prefix': 'number',
  'tensor-parallel': 'number',
  'pipeline-parallel': 'number',
  'expert-parallel': 'number',
  'data-parallel': 'number',
  'context-parallel': 'number',
  'max-model-len': 'number',
  'gpu-memory-utilization': 'number',
  images: 'number',
  'image-size': 'text',
  techniques: 'list',
};
const RECOMMEND: Record<string, Kind> = { ...ESTIMATE, goal: 'text', lossless: 'flag', top: 'number' };
const OUTPUT: Record<string, Kind> = { json: 'flag', verbose: 'flag' };

export interface Arguments {
  files: string[];
  json: boolean;
  verbose: boolean;
  options: RecommendOptions;
}

export function parseArguments(
  command: 'estimate' | 'recommend' | 'other',
  args: readonly string[],
): Arguments {
  const known = {
    ...(command === 'estimate' ? ESTIMATE : command === 'recommend' ? RECOMMEND : {}),
    ...OUTPUT,
  };
  const { values, positionals } = parse(known, args);
  const raw: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    if (name in OUTPUT || value === undefined) continue;
    raw[camelCase(name)] = typed(name, known[name] ?? 'text', value);
  }
  const schema = command === 'estimate' ? estimateOptionsSchema : recommendOptionsSchema;
  const checked = schema.safeParse(raw);
  if (!checked.success) throw new UsageError(firstIssue(checked.error, kebabCase));
  return {
    files: positionals,
    json: values['json'] === true,
    verbose: values['verbose'] === true,
    options: checked.data,
  };
}

function parse(known: Record<string, Kind>, args: readonly string[]) {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const [name, kind] of Object.entries(known))
    options[name] = { type: kind === 'flag' ? 'boolean' : 'string' };
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(
      error instanceof Error ? (error.message.split('. ')[0] ?? error.message) : 'bad usage',
    );
  }
}

function typed(name: string, kind: Kind, value: unknown): unknown {
  if (kind === 'number') {
    const number = Number(value);
    if (String(value).trim() === '' || !Number.isFinite(number))
      throw new UsageError(`--${name}: “${String(value)}” is not a number`);
    return number;
  }
  if (kind === 'list') return String(value).split(',').filter(Boolean);
  return value;
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function kebabCase(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The first thing wrong, in one line: which option, and what is the matter with it. */
export function firstIssue(error: ZodError, spell: (name: string) => string): string {
  const issue = error.issues[0];
  if (!issue) return 'bad options';
  if (issue.code === 'unrecognized_keys')
    return `${issue.keys.map(spell).join(', ')}: not an option of this command`;
  const path = issue.path.map(String);
  return path.length > 0 ? `${spell(path[0] ?? '')}: ${issue.message}` : issue.message;
}
