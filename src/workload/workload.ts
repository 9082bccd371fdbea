import type { Seconds } from '../units/quantities';

/** What is asked of a deployed model. Lengths are means, in tokens. */
export interface Workload {
  inputTokens: number;
  outputTokens: number;
  /** Sequences in flight at once; ignored where a request rate is given, which decides it. */
  concurrency: number;
  /** Requests a second in steady state; null for a closed loop of `concurrency`. */
  requestRate: number | null;
  /** Tokens of each prompt that are already in the cache. */
  sharedPrefixTokens: number;
  /** Images in each prompt, and their size in pixels; null where the model's native size is meant. */
  images: number;
  imageSize: { width: number; height: number } | null;
  /** Of networks that make pictures: what is asked of each; absent: all as the pipeline has it by default. */
  sampling?: Sampling;
  targets?: { timeToFirstToken?: Seconds; interToken?: Seconds };
}

/** A picture or video to make; null: the pipeline's default. Size in pixels. */
export interface Sampling {
  steps: number | null;
  size: { width: number; height: number } | null;
  frames: number | null;
}

export const DEFAULT_SAMPLING: Sampling = { steps: null, size: null, frames: null };

/** The command line's defaults (contract): one sequence of 512 + 128 tokens. */
export const DEFAULT_WORKLOAD: Workload = {
  inputTokens: 512,
  outputTokens: 128,
  concurrency: 1,
  requestRate: null,
  sharedPrefixTokens: 0,
  images: 0,
  imageSize: null,
};

export type Goal = 'latency' | 'throughput' | 'memory' | 'cost';
