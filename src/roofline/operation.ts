import type { Bytes, Flop } from '../units/quantities';

/** Kinds of work in a step; each has its own term and its own attained fractions. */
export const OPERATION_KINDS = [
  'weights',
  'experts',
  'head',
  'kv',
  'state',
  'activations',
  'communication',
] as const;

export type OperationKind = (typeof OPERATION_KINDS)[number];

export type OperationName =
  | 'attention matrices'
  | 'feed-forward'
  | 'experts'
  | 'head'
  | 'attention'
  | 'recurrent state'
  | 'element-wise'
  | 'matrices'
  | 'convolutions';

/** One kind of work in identical layers, for one device. Bytes and FLOP are of one layer; `layers` says how many run. */
export interface Operation {
  kind: OperationKind;
  /** What people call it where a kind has several. */
  name: OperationName;
  layers: number;
  /** Weights streamed, as stored. */
  weightBytes: Bytes;
  /** Weight elements streamed: as they are, and those that have to be unpacked on the way; of attention, cached ones that are converted. */
  plainElements: number;
  packedElements: number;
  superblockElements: number;
  /** Cache and state read and written. */
  cacheBytes: Bytes;
  activationBytes: Bytes;
  /** Scores of attention that may have to go through memory (prefill). */
  scores: number;
  flop: Flop;
  /** Rows of the matrix multiplication: tokens that share one pass over the weights. */
  rows: number;
}

/** What one step computes: `sequences` sequences, each with `newTokens` new tokens after `past` cached ones. */
export interface StepShape {
  sequences: number;
  newTokens: number;
  /** Tokens in the cache before the step: the mean over a growing context is taken between the two. */
  pastFrom: number;
  pastTo: number;
  /** Positions whose logits are computed, of each sequence. */
  logits: number;
  /** Keys of cross-attention: tokens that the encoder handed on. */
  crossTokens: number;
  phase: 'prefill' | 'decode';
}
