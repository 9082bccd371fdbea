import * as z from 'zod/mini';
import type { WeightShare } from '../model/weightShares';
import type { PlacedTensor } from '../model/placedTensor';
import type { Estimate } from '../roofline/estimate';
import { atMost, flag, inReplyTo, label, paragraph, positive, requestId } from './bounded';
import { estimateSchema } from './estimateSchema';
import { LIMITS } from './limits';
import { parseMessage } from './parseMessage';
import type { Parsed } from './parseMessage';

/**
 * What the page of a weights file and its host say to each other. The page says `ready`; the host answers with `weights` or
 * `failed`, then sends the `tensors` in pieces, in the file's order, and the `verdict`. Each reading of the file has a number:
 * pieces of an older one are dropped. Deeds have an id and are answered with `done` or `failed`.
 */

/** Most tensors in one piece: within the limits of a message even if every name is as long as one may be, and enough that 50,000 take twenty. */
export const MAX_ROWS = 2_500;
/** As the model room's own limit on tensors in a file. */
const MAX_TENSORS = 200_000;
const MAX_DIMENSIONS = 16;

/** The file and what it says the model is. */
export interface WeightsMessage {
  type: 'weights';
  inReplyTo: number | null;
  reading: number;
  name: string;
  /** Short facts about the model: parameters, format, attention, cache, context. */
  facts: readonly string[];
  /** The file, relative to the workspace. */
  file: string;
  format: 'safetensors' | 'gguf' | 'onnx';
  fileBytes: number;
  /** How many tensors will come. */
  tensors: number;
  parts: readonly WeightShare[];
  types: readonly WeightShare[];
  metadata: readonly { key: string; value: string }[];
  notes: readonly string[];
}

/** What the model costs on the chosen hardware; null with a reason where nothing can be said. */
export interface VerdictMessage {
  type: 'verdict';
  reading: number;
  verdict: WeightsVerdict | null;
  refusal: string | null;
}

export interface WeightsVerdict {
  estimate: Estimate;
  devices: number;
  /** "H100 SXM, llama.cpp, 1 at once, 512 + 128 tokens". */
  assumptions: string;
  /** Longest sequence that the model takes; null where it does not say. */
  longest: number | null;
  /** False where the file does not say how its tensors are used: times are not known then, memory is. */
  timed: boolean;
}

export type WeightsToPage =
  | WeightsMessage
  | { type: 'tensors'; reading: number; first: number; rows: readonly PlacedTensor[] }
  | VerdictMessage
  | { type: 'failed'; inReplyTo: number | null; message: string }
  | { type: 'done'; inReplyTo: number };

export type WeightsToHost =
  | { type: 'ready'; id: number }
  | { type: 'recommend'; id: number }
  | { type: 'changeHardware'; id: number }
  | { type: 'explain'; id: number };

const whole = z.int().check(z.gte(0));
const reading = requestId;

const share = z.object({ name: label, tensors: whole, bytes: positive });

const row: z.ZodMiniType<PlacedTensor> = z.object({
  name: label,
  type: label,
  shape: atMost(whole, MAX_DIMENSIONS),
  bytes: z.nullable(positive),
  layer: z.nullable(whole),
  stack: label,
  part: z.enum(['embedding', 'attention', 'feedForward', 'experts', 'norms', 'head', 'vision', 'other']),
});

const toPage: z.ZodMiniType<WeightsToPage> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('weights'),
    inReplyTo,
    reading,
    name: label,
    facts: atMost(label, LIMITS.notes),
    file: paragraph,
    format: z.enum(['safetensors', 'gguf', 'onnx']),
    fileBytes: positive,
    tensors: whole.check(z.lte(MAX_TENSORS)),
    parts: atMost(share, LIMITS.notes),
    types: atMost(share, LIMITS.notes),
    metadata: atMost(z.object({ key: label, value: label }), LIMITS.notes),
    notes: atMost(paragraph, LIMITS.notes),
  }),
  z.object({ type: z.literal('tensors'), reading, first: whole, rows: atMost(row, MAX_ROWS) }),
  z.object({
    type: z.literal('verdict'),
    reading,
    verdict: z.nullable(
      z.object({
        estimate: estimateSchema,
        devices: positive,
        assumptions: paragraph,
        longest: z.nullable(positive),
        timed: flag,
      }),
    ),
    refusal: z.nullable(paragraph),
  }),
  z.object({ type: z.literal('failed'), inReplyTo, message: paragraph }),
  z.object({ type: z.literal('done'), inReplyTo: requestId }),
]);

const toHost: z.ZodMiniType<WeightsToHost> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), id: requestId }),
  z.object({ type: z.literal('recommend'), id: requestId }),
  z.object({ type: z.literal('changeHardware'), id: requestId }),
  z.object({ type: z.literal('explain'), id: requestId }),
]);

/** Takes what the page received from its host. */
export function parseWeightsToPage(received: unknown): Parsed<WeightsToPage> {
  return parseMessage(toPage, received);
}

/** Takes what the host received from the page. */
export function parseWeightsToHost(received: unknown): Parsed<WeightsToHost> {
  return parseMessage(toHost, received);
}
