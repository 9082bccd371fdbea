import type {
  Band,
  Bytes,
  Flop,
  FlopPerSecond,
  Seconds,
  TokensPerSecond,
  Warning,
} from '../units/quantities';

/** What a step waits for most. */
export type Bound = 'compute' | 'memory' | 'communication' | 'overhead';

export interface MemoryEstimate {
  /** Over all devices, as are `kvCache`, `activations`, `runtime` and `total`. */
  weights: Bytes;
  /** Content of the cache at full length (input + output) of all sequences, recurrent states included. */
  kvCache: Bytes;
  activations: Bytes;
  /** What is not weights, KV or activations: driver context, graphs, communicators. */
  runtime: Bytes;
  total: Bytes;
  perDevice: Bytes;
  /** The device's memory; an engine may claim only a fraction of it (`ServingSetup.memoryFraction`), and `fits` is held to that. */
  capacityPerDevice: Bytes;
  fits: boolean;
  /** Most sequences of input + output tokens that fit at once; 0 where the weights alone do not fit. */
  maxConcurrency: number;
  /** Longest single sequence that fits, in tokens; null where the cache does not grow with length. */
  maxContext: number | null;
}

/** One summand of a time: what it is, how it was reckoned, from which numbers. Terms of a phase add up to it. */
export interface Term {
  /** `prefill.weights`, `decode.kv`, `decode.launch`, … */
  id: string;
  seconds: Seconds;
  bytes: Bytes;
  flop: Flop;
  formula: string;
  inputs: Readonly<Record<string, number | string>>;
  /** Operations that the term sums, where it sums several or one whose own sum can be unfolded further. */
  parts?: readonly TermPart[];
}

/** An operation in identical layers: `layers` × what one layer takes by the term's formula, × the term's `times`. */
export interface TermPart {
  name: string;
  layers: number;
  /** Of one layer. */
  move: Seconds;
  unpack: Seconds;
  multiply: Seconds;
  spill: Seconds;
  weightBytes: Bytes;
  cacheBytes: Bytes;
  activationBytes: Bytes;
  flop: Flop;
  /** Rows of the matrix product: tokens that share a pass over the weights. */
  rows: number;
}

export interface RooflinePoint {
  /** FLOP a byte. */
  intensity: number;
  attained: FlopPerSecond;
  /** The roof at that intensity. */
  limit: FlopPerSecond;
}

/** The answer to a scenario. */
export interface Estimate {
  memory: MemoryEstimate;
  latency: {
    timeToFirstToken: Band;
    interToken: Band;
    endToEnd: Band;
    /** Spread over requests; null in a closed loop, where every request is alike. */
    tail: {
      endToEnd: { p90: Seconds; p99: Seconds } | null;
      timeToFirstToken: { p90: Seconds; p99: Seconds } | null;
      /** Of gaps between tokens: what prompts of others that ride in a pass make of it. */
      interToken?: { p90: Seconds; p99: Seconds };
    };
  };
  throughput: {
    perSequence: TokensPerSecond;
    total: TokensPerSecond;
    prefill: TokensPerSecond;
    /** Whole pictures or videos a second, where the model makes those; whole inputs a second, where it makes nothing else. */
    images?: number;
    videos?: number;
    sequences?: number;
  };
  bound: { prefill: Bound; decode: Bound };
  roofline: { prefill: RooflinePoint; decode: RooflinePoint };
  /** Terms of one prefill of all prompts and of one decode step at mean context. */
  terms: readonly Term[];
  calibration: { basis: 'measured' | 'interpolated' | 'physics'; rows: number };
  /** Sequences in flight: the workload's own, or what a request rate leads to. */
  concurrency: number;
  /** What each picture or video was reckoned with, where the model makes those. */
  sampling?: { steps: number; width: number; height: number; frames: number; guidance: number };
  warnings: readonly Warning[];
}
