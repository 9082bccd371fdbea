import * as z from 'zod/mini';
import type { Bytes, Seconds, TokensPerSecond } from '../units/quantities';

/**
 * What the host and its child process say to each other over the fork's channel. Both sides check what arrives: a child that
 * runs a stranger's model is not believed. Large tensors never cross; the child summarises them.
 */

/** Most of anything in one message; what is longer was cut by the sender. */
export const CHILD_LIMITS = {
  /** Characters of a text that is run or continued. */
  text: 1_000_000,
  /** Inputs, outputs or their dimensions. */
  values: 10_000,
  /** Values of an output that are shown. */
  shown: 1_000,
  classes: 100,
  tokens: 100_000,
  runs: 100_000,
  /** Elements of one input that the child makes or is given: 256 MB of float32. */
  elements: 64 * 1024 * 1024,
} as const;

const name = z.string().check(z.maxLength(4_000));
const text = z.string().check(z.maxLength(CHILD_LIMITS.text));
const amount = z.number().check(z.gte(0));
const count = z.int().check(z.gte(0));

/** What is done around the model: text made into ids and back, or nothing. */
export const TASKS = ['language-guess', 'text-generation', 'tensors'] as const;
export type Task = (typeof TASKS)[number];

/** What one input is fed. `zeros` and `random` take the model's own shape. */
export type InputFill =
  | { kind: 'zeros' }
  | { kind: 'random'; seed: number }
  | { kind: 'values'; values: number[]; dimensions: number[] };

/**
 * `text` for models whose task reads text; `tensors` for any: inputs that are not named are zeros, and `dimensions`
 * gives extents to names that the model leaves open (1 where nothing is said, 0 for what is past).
 */
export type RunInput =
  | { kind: 'text'; text: string }
  | { kind: 'tensors'; inputs: Record<string, InputFill>; dimensions: Record<string, number> };

export type ChildRequest =
  | {
      id: number;
      type: 'load';
      model: string;
      /** Null: found out from the model's inputs and the files beside it. */
      task: Task | null;
      threads: number;
      optimisation: 'disabled' | 'basic' | 'extended' | 'all';
    }
  | { id: number; type: 'run'; input: RunInput; classes: number; repeats: number; repeatSeconds: Seconds }
  | {
      id: number;
      type: 'generate';
      prompt: string;
      maxTokens: number;
      temperature: number;
      topK: number;
      seed: number;
    }
  | { id: number; type: 'bench'; input: RunInput; warmUp: number; runs: number }
  | { id: number; type: 'stop' };

export interface TensorShape {
  name: string;
  /** The runtime's word: float32, int64, string … ; `other` for what is no tensor. */
  type: string;
  /** Extents; a string names one that is open until run time. */
  dimensions: (number | string)[];
}

export interface LoadedModel {
  task: Task;
  inputs: TensorShape[];
  outputs: TensorShape[];
  bytes: Bytes;
  seconds: Seconds;
  threads: number;
  /** Most tokens that prompt and continuation may have together; null where it does not apply or is not said. */
  context: number | null;
}

export interface OutputSummary {
  name: string;
  type: string;
  dimensions: number[];
  /** Over finite values; null where there are none, or no numbers. */
  statistics: { minimum: number; maximum: number; mean: number } | null;
  notFinite: number;
  /** The first values, as text where they are no numbers. */
  first: (number | string)[];
}

export interface Timing {
  /** The first run. */
  first: Seconds;
  /** Of the runs after the first; null where there were none. */
  latency: Percentiles | null;
  runs: number;
}

export interface RunResult {
  outputs: OutputSummary[];
  /** The likeliest classes, best first; null where the model's task has none. */
  classes: { label: string; probability: number }[] | null;
  timing: Timing;
  /** Most resident memory of the child so far. */
  memory: Bytes;
}

export interface Percentiles {
  p50: Seconds;
  p95: Seconds;
  p99: Seconds;
}

export interface Generation {
  text: string;
  tokens: number;
  promptTokens: number;
  /** From the request to the first token: reading the prompt included. */
  timeToFirstToken: Seconds;
  /** Tokens after the first by the time after the first; null with fewer than two. */
  tokensPerSecond: TokensPerSecond | null;
  seconds: Seconds;
  endedBy: 'length' | 'end-token' | 'context' | 'stop';
  memory: Bytes;
}

export interface Benchmark {
  /** What was timed: whole runs, or one token of a continuation. */
  unit: 'run' | 'token';
  latency: Percentiles;
  mean: Seconds;
  /** How many were timed: fewer than asked for where it was stopped. */
  runs: number;
  warmUp: number;
  stopped: boolean;
  inputs: TensorShape[];
  threads: number;
  memory: Bytes;
}

/** What each request is answered with. */
export interface ChildResults {
  load: LoadedModel;
  run: RunResult;
  generate: Generation;
  bench: Benchmark;
}
export type Answered = keyof ChildResults;

export const CHILD_ERROR_CODES = ['model', 'input', 'not-loaded', 'runtime-missing', 'stopped'] as const;

export interface ChildError {
  code: (typeof CHILD_ERROR_CODES)[number];
  message: string;
}

export type ChildReply =
  | { id: number; type: 'token'; text: string; tokens: number }
  | { id: number; type: 'done'; result: unknown }
  | { id: number; type: 'failed'; error: ChildError };

const fill: z.ZodMiniType<InputFill> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('zeros') }),
  z.object({ kind: z.literal('random'), seed: z.int() }),
  z.object({
    kind: z.literal('values'),
    values: z.array(z.number()).check(z.maxLength(CHILD_LIMITS.elements)),
    dimensions: z.array(count).check(z.maxLength(64)),
  }),
]);

const input: z.ZodMiniType<RunInput> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text }),
  z.object({ kind: z.literal('tensors'), inputs: z.record(name, fill), dimensions: z.record(name, count) }),
]);

export const childRequest: z.ZodMiniType<ChildRequest> = z.discriminatedUnion('type', [
  z.object({
    id: z.int(),
    type: z.literal('load'),
    model: name,
    task: z.nullable(z.enum(TASKS)),
    threads: z.int().check(z.gte(1), z.lte(1024)),
    optimisation: z.enum(['disabled', 'basic', 'extended', 'all']),
  }),
  z.object({
    id: z.int(),
    type: z.literal('run'),
    input,
    classes: z.int().check(z.gte(1), z.lte(CHILD_LIMITS.classes)),
    repeats: z.int().check(z.gte(0), z.lte(CHILD_LIMITS.runs)),
    repeatSeconds: amount,
  }),
  z.object({
    id: z.int(),
    type: z.literal('generate'),
    prompt: text,
    maxTokens: z.int().check(z.gte(1), z.lte(CHILD_LIMITS.tokens)),
    temperature: z.number().check(z.gte(0), z.lte(100)),
    topK: z.int().check(z.gte(0)),
    seed: z.int(),
  }),
  z.object({
    id: z.int(),
    type: z.literal('bench'),
    input,
    warmUp: z.int().check(z.gte(0), z.lte(CHILD_LIMITS.runs)),
    runs: z.int().check(z.gte(1), z.lte(CHILD_LIMITS.runs)),
  }),
  z.object({ id: z.int(), type: z.literal('stop') }),
]);

const shape: z.ZodMiniType<TensorShape> = z.object({
  name,
  type: name,
  dimensions: z.array(z.union([z.number(), name])).check(z.maxLength(CHILD_LIMITS.values)),
});
const shapes = z.array(shape).check(z.maxLength(CHILD_LIMITS.values));
const percentiles: z.ZodMiniType<Percentiles> = z.object({ p50: amount, p95: amount, p99: amount });

const summary: z.ZodMiniType<OutputSummary> = z.object({
  name,
  type: name,
  dimensions: z.array(count).check(z.maxLength(CHILD_LIMITS.values)),
  statistics: z.nullable(z.object({ minimum: z.number(), maximum: z.number(), mean: z.number() })),
  notFinite: count,
  first: z.array(z.union([z.number(), name])).check(z.maxLength(CHILD_LIMITS.shown)),
});

export const childResults: { [K in Answered]: z.ZodMiniType<ChildResults[K]> } = {
  load: z.object({
    task: z.enum(TASKS),
    inputs: shapes,
    outputs: shapes,
    bytes: amount,
    seconds: amount,
    threads: z.int(),
    context: z.nullable(count),
  }),
  run: z.object({
    outputs: z.array(summary).check(z.maxLength(CHILD_LIMITS.values)),
    classes: z.nullable(
      z
        .array(z.object({ label: name, probability: z.number().check(z.gte(0), z.lte(1)) }))
        .check(z.maxLength(CHILD_LIMITS.classes)),
    ),
    timing: z.object({ first: amount, latency: z.nullable(percentiles), runs: count }),
    memory: amount,
  }),
  generate: z.object({
    text,
    tokens: count,
    promptTokens: count,
    timeToFirstToken: amount,
    tokensPerSecond: z.nullable(amount),
    seconds: amount,
    endedBy: z.enum(['length', 'end-token', 'context', 'stop']),
    memory: amount,
  }),
  bench: z.object({
    unit: z.enum(['run', 'token']),
    latency: percentiles,
    mean: amount,
    runs: count,
    warmUp: count,
    stopped: z.boolean(),
    inputs: shapes,
    threads: z.int(),
    memory: amount,
  }),
};

export const childReply: z.ZodMiniType<ChildReply> = z.discriminatedUnion('type', [
  z.object({ id: z.int(), type: z.literal('token'), text, tokens: count }),
  z.object({ id: z.int(), type: z.literal('done'), result: z.unknown() }),
  z.object({
    id: z.int(),
    type: z.literal('failed'),
    error: z.object({ code: z.enum(CHILD_ERROR_CODES), message: text }),
  }),
]);
