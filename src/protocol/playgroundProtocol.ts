import * as z from 'zod/mini';
import type { Bytes, Seconds, TokensPerSecond } from '../units/quantities';
import { atMost, count, flag, identifier, inReplyTo, label, paragraph, positive, requestId } from './bounded';
import { LIMITS } from './limits';
import { parseMessage } from './parseMessage';
import type { Parsed } from './parseMessage';

/**
 * What the playground's view and its host say to each other. The page starts one run at a time, with an id that grows;
 * the host says `progress` as often as it likes and ends the run with one `result`, `stopped` or `failed`.
 */

/** A model that the playground can run. */
export interface PlaygroundModel {
  id: string;
  name: string;
  /** What it is for, in words: "text generation", "language of code". */
  task: string;
  /** True where its output is text that grows, and `maxTokens` means something. */
  generates: boolean;
  bytes: Bytes;
  parameters: number | null;
  /** Further facts in short: "opset 17", "64 nodes". */
  facts: readonly string[];
  /** A text to try it on; empty where there is none. */
  sample: string;
}

export type PlaygroundOutput =
  | { kind: 'text'; text: string; tokens: number }
  /** The likeliest classes, best first; probabilities between 0 and 1. */
  | { kind: 'classes'; classes: readonly { label: string; probability: number }[] }
  /** Neither text nor classes: shapes and a few values, in words. */
  | { kind: 'summary'; lines: readonly string[] };

/** How long it took, as measured in the child process on this machine. */
export interface PlaygroundTiming {
  /** Loading the model; null where it was loaded already. */
  load: Seconds | null;
  /** The first run, warm-up included. */
  first: Seconds;
  /** Median and 95th percentile of `runs` runs after the first; null where there was only the first. */
  median: Seconds | null;
  p95: Seconds | null;
  runs: number;
  /** For models that generate; null for others. */
  timeToFirstToken: Seconds | null;
  tokensPerSecond: TokensPerSecond | null;
  /** Resident memory of the child process at its highest; null where the system does not say. */
  memory: Bytes | null;
}

export type PlaygroundToPage =
  /**
   * The models there are. `selected`: the one to show, as after `openModel`; a page that comes back from hiding keeps its
   * own choice. `restricted`: the workspace is not trusted, and no model is run.
   */
  | { type: 'models'; models: readonly PlaygroundModel[]; selected: string | null; restricted: boolean }
  /** `text`: all of the output so far, for models that generate. */
  | { type: 'progress'; inReplyTo: number; stage: 'loading' | 'running'; text: string; tokens: number }
  | { type: 'result'; inReplyTo: number; output: PlaygroundOutput; timing: PlaygroundTiming }
  | { type: 'stopped'; inReplyTo: number }
  /** `message` is for the person; `inReplyTo` null where no run was asked for. */
  | { type: 'failed'; inReplyTo: number | null; message: string };

export type PlaygroundToHost =
  /** The page stands and listens. Answer: `models`. */
  | { type: 'ready' }
  | { type: 'run'; id: number; model: string; text: string; maxTokens: number }
  | { type: 'stop'; id: number }
  /** Let the person choose an .onnx file. Answer: `models`, with it selected. */
  | { type: 'openModel' }
  /** Show the editor's own page on workspace trust. */
  | { type: 'manageTrust' };

const model = z.object({
  id: identifier,
  name: label,
  task: label,
  generates: flag,
  bytes: positive,
  parameters: z.nullable(positive),
  facts: atMost(label, LIMITS.notes),
  sample: z.string().check(z.maxLength(LIMITS.prompt)),
});

const outputText = z.string().check(z.maxLength(LIMITS.output));

const output: z.ZodMiniType<PlaygroundOutput> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: outputText, tokens: positive }),
  z.object({
    kind: z.literal('classes'),
    classes: atMost(z.object({ label, probability: z.number().check(z.gte(0), z.lte(1)) }), LIMITS.classes),
  }),
  z.object({ kind: z.literal('summary'), lines: atMost(paragraph, LIMITS.notes) }),
]);

const seconds = z.nullable(positive);

const timing: z.ZodMiniType<PlaygroundTiming> = z.object({
  load: seconds,
  first: positive,
  median: seconds,
  p95: seconds,
  runs: positive,
  timeToFirstToken: seconds,
  tokensPerSecond: z.nullable(positive),
  memory: z.nullable(positive),
});

const toPage: z.ZodMiniType<PlaygroundToPage> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('models'),
    models: atMost(model, LIMITS.choices),
    selected: z.nullable(identifier),
    restricted: flag,
  }),
  z.object({
    type: z.literal('progress'),
    inReplyTo: requestId,
    stage: z.enum(['loading', 'running']),
    text: outputText,
    tokens: positive,
  }),
  z.object({ type: z.literal('result'), inReplyTo: requestId, output, timing }),
  z.object({ type: z.literal('stopped'), inReplyTo: requestId }),
  z.object({ type: z.literal('failed'), inReplyTo, message: paragraph }),
]);

const toHost: z.ZodMiniType<PlaygroundToHost> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({
    type: z.literal('run'),
    id: requestId,
    model: identifier,
    text: z.string().check(z.maxLength(LIMITS.prompt)),
    maxTokens: count(4096),
  }),
  z.object({ type: z.literal('stop'), id: requestId }),
  z.object({ type: z.literal('openModel') }),
  z.object({ type: z.literal('manageTrust') }),
]);

/** Takes what the page received from its host. */
export function parsePlaygroundToPage(received: unknown): Parsed<PlaygroundToPage> {
  return parseMessage(toPage, received);
}

/** Takes what the host received from the page. */
export function parsePlaygroundToHost(received: unknown): Parsed<PlaygroundToHost> {
  return parseMessage(toHost, received);
}
