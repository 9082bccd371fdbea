import * as z from 'zod/mini';
import type { Advice } from '../advisor/advice';
import type { Goal } from '../workload/workload';
import { adviceSchema, engineSetting } from './adviceSchema';
import {
  amount,
  atMost,
  count,
  flag,
  identifier,
  inReplyTo,
  label,
  paragraph,
  positive,
  requestId,
} from './bounded';
import { LIMITS } from './limits';
import { parseMessage } from './parseMessage';
import type { Parsed } from './parseMessage';

/**
 * What the recommendation panel and its host say to each other. The page asks with an id, a number that grows; the host
 * answers each question once, with `advice`, `done` or `failed` that repeat the id, and may say `busy` before. What the
 * host says unasked has the id null. A question that the page no longer needs is withdrawn with `cancel`.
 */

/** The question that the controls of the panel put. */
export interface PanelQuery {
  /** Device id of the catalogue. */
  hardware: string;
  devices: number;
  engine: string;
  /** Sequences in flight. */
  concurrency: number;
  /** Tokens of the prompt and of the answer. */
  input: number;
  output: number;
  goal: Goal;
  lossless: boolean;
}

/** What is advised on: the header of the page. */
export interface PanelSubject {
  name: string;
  /** Short facts that the header lists: "8,030,261,248 parameters", "BF16", … */
  facts: readonly string[];
  /** The file that was read, relative to the workspace; null where there is none. */
  file: string | null;
  /** Its URI: the page keeps it in its state, so that the panel can be brought back after the window was reloaded. */
  document?: string | undefined;
}

/** What the roofline plot draws: roofs on the footing of `RooflinePoint.limit` (that is, of one device or of all). */
export interface PanelRoofs {
  device: string;
  /** Bytes a second. */
  bandwidth: number;
  /** FLOP/s of the number formats that the device computes in. */
  peaks: readonly { format: string; flopPerSecond: number }[];
}

export interface PanelChoices {
  hardware: readonly { id: string; name: string }[];
  engines: readonly { id: string; name: string }[];
  /** Names of techniques, by id, for subtitles and refusals. */
  techniques: readonly { id: string; title: string; family: string }[];
  /** Longest prompt and answer together that the model takes; null where it does not say. */
  longest: number | null;
}

export interface AdviceMessage {
  type: 'advice';
  inReplyTo: number | null;
  subject: PanelSubject;
  query: PanelQuery;
  advice: Advice;
  roofs: PanelRoofs;
  choices: PanelChoices;
  /** Name of the file that settings can be written into; null where there is none, and `apply` is not offered. */
  applyTo: string | null;
}

export type PanelToPage =
  | AdviceMessage
  /** The host is at work on it; `message` says at what. The page waits on without its time limit starting to bite. */
  | { type: 'busy'; inReplyTo: number | null; message: string }
  /** No advice or no deed: `message` is for the person. */
  | { type: 'failed'; inReplyTo: number | null; message: string }
  /** Copied, written, opened. */
  | { type: 'done'; inReplyTo: number };

export type PanelToHost =
  /** The page stands and listens; `query` is what it showed before it was hidden. Answer: `advice`. */
  | { type: 'ready'; id: number; query: PanelQuery | null }
  | { type: 'change'; id: number; query: PanelQuery }
  /** The answer to `request` is no longer wanted. Has no answer. */
  | { type: 'cancel'; request: number }
  | { type: 'copy'; id: number; text: string }
  /** Write the settings of a recommendation into the deployment file. */
  | {
      type: 'apply';
      id: number;
      techniques: readonly string[];
      settings: readonly { engine: string; setting: string }[];
    }
  | { type: 'openPaper'; id: number; paper: string }
  | { type: 'changeHardware'; id: number }
  /** Show how the numbers come about; techniques empty: of the deployment as it is. */
  | { type: 'explain'; id: number; techniques: readonly string[] };

export const panelQuerySchema: z.ZodMiniType<PanelQuery> = z.object({
  hardware: identifier,
  devices: count(LIMITS.devices),
  engine: identifier,
  concurrency: count(LIMITS.sequences),
  input: count(LIMITS.tokens),
  output: count(LIMITS.tokens),
  goal: z.enum(['latency', 'throughput', 'memory', 'cost']),
  lossless: flag,
});

const named = z.object({ id: identifier, name: label });

const adviceMessage = z.object({
  type: z.literal('advice'),
  inReplyTo,
  subject: z.object({
    name: label,
    facts: atMost(label, LIMITS.notes),
    file: z.nullable(paragraph),
    document: z.optional(paragraph),
  }),
  query: panelQuerySchema,
  advice: adviceSchema,
  roofs: z.object({
    device: label,
    bandwidth: positive,
    peaks: atMost(z.object({ format: label, flopPerSecond: positive }), LIMITS.notes),
  }),
  choices: z.object({
    hardware: atMost(named, LIMITS.choices),
    engines: atMost(named, LIMITS.choices),
    techniques: atMost(z.object({ id: identifier, title: label, family: label }), LIMITS.choices),
    longest: z.nullable(amount),
  }),
  applyTo: z.nullable(label),
});

const toPage: z.ZodMiniType<PanelToPage> = z.discriminatedUnion('type', [
  adviceMessage,
  z.object({ type: z.literal('busy'), inReplyTo, message: paragraph }),
  z.object({ type: z.literal('failed'), inReplyTo, message: paragraph }),
  z.object({ type: z.literal('done'), inReplyTo: requestId }),
]);

const techniqueIds = atMost(identifier, LIMITS.notes);

const toHost: z.ZodMiniType<PanelToHost> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), id: requestId, query: z.nullable(panelQuerySchema) }),
  z.object({ type: z.literal('change'), id: requestId, query: panelQuerySchema }),
  z.object({ type: z.literal('cancel'), request: requestId }),
  z.object({
    type: z.literal('copy'),
    id: requestId,
    text: z.string().check(z.maxLength(LIMITS.copiedText)),
  }),
  z.object({
    type: z.literal('apply'),
    id: requestId,
    techniques: techniqueIds,
    settings: atMost(engineSetting, LIMITS.notes),
  }),
  z.object({ type: z.literal('openPaper'), id: requestId, paper: identifier }),
  z.object({ type: z.literal('changeHardware'), id: requestId }),
  z.object({ type: z.literal('explain'), id: requestId, techniques: techniqueIds }),
]);

/** Takes what the page received from its host. */
export function parsePanelToPage(received: unknown): Parsed<PanelToPage> {
  return parseMessage(toPage, received);
}

/** Takes what the host received from the page. */
export function parsePanelToHost(received: unknown): Parsed<PanelToHost> {
  return parseMessage(toHost, received);
}
