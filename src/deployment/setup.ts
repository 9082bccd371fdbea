import type { Engine } from './engine';

/** How devices share the work. Their product, times data parallel, is the number of devices used. */
export interface Parallelism {
  tensor: number;
  pipeline: number;
  expert: number;
  data: number;
  context: number;
  /** Of the tensor-parallel ranks so many share the tokens of a cache that each would keep a copy of (decode context parallel); absent: none do. They take no devices of their own. */
  cacheRanks?: number;
}

/**
 * An engine's settings in the engine room's own terms, defaults of that engine filled in. What an engine calls
 * them, and how they are written in code, is the business of the readers beside this file.
 */
export interface ServingSetup {
  engine: Engine;
  /** Key of the weight scheme to serve with; null for the file's own weights. */
  weights: string | null;
  /** Format of the cache; null for the compute format. */
  kv: 'f32' | 'bf16' | 'f16' | 'fp8' | 'int8' | 'int4' | null;
  attention: 'eager' | 'sdpa' | 'flash';
  parallelism: Parallelism;
  /** Longest sequence the engine accepts; null for the model's own limit. */
  maxModelLength: number | null;
  /** Share of a device's memory that the engine claims (vLLM: 0.9). */
  memoryFraction: number;
  /** Most sequences in a step, most tokens in a step. */
  maxSequences: number;
  maxBatchedTokens: number;
  prefixCaching: boolean;
  chunkedPrefill: boolean;
  /** CUDA graphs or an equivalent: launches of a decode step cost next to nothing each. */
  graphs: boolean;
  /** Speculation that the deployment already has on: catalogue id, or null. */
  speculation: string | null;
  /** The one thing that a server of two pools does; absent where it does both, or where nothing says. */
  pool?: 'prefill' | 'decode';
}
