import type { ZodError } from 'zod';
import {
  estimateOptionsSchema,
  recommendOptionsSchema,
  type EstimateOptions,
  type RecommendOptions,
} from '../advisor/query';
import { searchOptionsSchema, type SearchOptions } from '../advisor/searchQuery';
import { parseFlags, type Flags, type Kind } from './flags';
import { UsageError } from './usageError';

/** Options of the command line by their long names; the schema that checks their values is the advisor's. */
export const ESTIMATE_FLAGS: Record<string, Kind> = {
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
  'decode-context-parallel': 'number',
  'max-model-len': 'number',
  'gpu-memory-utilization': 'number',
  'max-num-seqs': 'number',
  'max-num-batched-tokens': 'number',
  'chunked-prefill': 'text',
  images: 'number',
  'image-size': 'text',
  steps: 'number',
  size: 'text',
  frames: 'number',
  techniques: 'list',
  draft: 'text',
  'lora-rank': 'number',
  fleet: 'text',
  'gpu-layers': 'text',
  host: 'text',
  'disk-bandwidth': 'number',
  'prefill-devices': 'number',
  'prefill-hardware': 'text',
  'prefill-tensor-parallel': 'number',
  'kv-bandwidth': 'number',
  'kv-latency': 'number',
};
export const RECOMMEND_FLAGS: Record<string, Kind> = {
  ...ESTIMATE_FLAGS,
  goal: 'text',
  lossless: 'flag',
  top: 'number',
};

/** A search has no use for what is one machine already, nor for what fits nowhere. */
const NOT_SEARCHED: readonly string[] = [
  'fleet',
  'gpu-layers',
  'host',
  'disk-bandwidth',
  'decode-context-parallel',
  'prefill-devices',
  'prefill-hardware',
  'prefill-tensor-parallel',
  'kv-bandwidth',
  'kv-latency',
];
export const SEARCH_FLAGS: Record<string, Kind> = {
  ...Object.fromEntries(Object.entries(ESTIMATE_FLAGS).filter(([name]) => !NOT_SEARCHED.includes(name))),
  hardware: 'list',
  goal: 'text',
  lossless: 'flag',
  ttft: 'number',
  'inter-token': 'number',
  memory: 'number',
  cost: 'number',
  energy: 'number',
};

export type Arguments<Options> = Omit<Flags, 'values'> & { options: Options };

/** Arguments of `estimate`, checked; throws `UsageError` naming the first option that is wrong. */
export function estimateArguments(args: readonly string[]): Arguments<EstimateOptions> {
  const { values, ...rest } = parseFlags(ESTIMATE_FLAGS, args);
  const checked = estimateOptionsSchema.safeParse(inCamelCase(values));
  if (!checked.success) throw new UsageError(firstIssue(checked.error, kebabCase));
  return { ...rest, options: checked.data };
}

/** Arguments of `recommend`, checked; throws `UsageError` naming the first option that is wrong. */
export function recommendArguments(args: readonly string[]): Arguments<RecommendOptions> {
  const { values, ...rest } = parseFlags(RECOMMEND_FLAGS, args);
  const checked = recommendOptionsSchema.safeParse(inCamelCase(values));
  if (!checked.success) throw new UsageError(firstIssue(checked.error, kebabCase));
  return { ...rest, options: checked.data };
}

/** Arguments of `search`, checked; throws `UsageError` naming the first option that is wrong. */
export function searchArguments(args: readonly string[]): Arguments<SearchOptions> {
  const { values, ...rest } = parseFlags(SEARCH_FLAGS, args);
  const checked = searchOptionsSchema.safeParse(inCamelCase(values));
  if (!checked.success) throw new UsageError(firstIssue(checked.error, kebabCase));
  return { ...rest, options: checked.data };
}

function inCamelCase(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [camelCase(name), value]));
}

export function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

export function kebabCase(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The first thing wrong, in one line: which option, and what is the matter with it. */
export function firstIssue(error: ZodError, spell: (name: string) => string): string {
  const issue = error.issues[0];
  if (!issue) return 'bad options';
  if (issue.code === 'unrecognized_keys')
    return `${issue.keys.map(spell).join(', ')}: not an option of this command`;
  const name = issue.path[0];
  return name === undefined ? issue.message : `${spell(String(name))}: ${issue.message}`;
}
