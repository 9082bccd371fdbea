/**
 * What a technique changes in the terms of the engine, beyond the setup's own fields (weight scheme, KV format,
 * parallelism), which a technique sets directly. Factors are neutral at 1 and multiply when techniques stack.
 */
export interface Modifiers {
  /** Bytes of linear weights that a decode step reads, by where they are. */
  attentionWeightBytes: number;
  feedForwardWeightBytes: number;
  /** Weights kept in memory, relative to what the scheme stores (pruning, low rank, a distilled child). */
  storedWeights: number;
  /** FLOP of the linear layers in prefill and in decode (structured pruning, skipped layers). */
  prefillLinearFlop: number;
  decodeLinearFlop: number;
  /** Score and value FLOP and cache reads of attention. */
  prefillAttentionFlop: number;
  kvReadBytes: number;
  kvStoredBytes: number;
  /** Share of layers that run for a token (early exit, layer skipping). */
  layersRun: number;
  /** Tokens that enter prefill and are cached, relative to the prompt (prompt compression, vision-token dropping). */
  promptTokens: number;
  /** Tokens that have to be generated, relative to the plain answer. */
  outputTokens: number;
  /** Attained fractions of bandwidth and of compute, relative to the engine's own kernels. */
  bandwidthAttained: number;
  computeAttained: number;
  /** Fixed seconds a step and a layer (graphs, fusion, compiled code). */
  fixedSeconds: number;
  /** Seconds of communication that stay visible (overlap, fewer hops). */
  communication: number;
  /** Speculation: null where none. */
  speculation: Speculation | null;
}

/** Draft k tokens, verify them in one pass of the target, keep those that agree. */
export interface Speculation {
  /** Tokens drafted before each pass of the target, tree nodes included. */
  draftTokens: number;
  /** Tokens that a pass emits on average, at least 1. */
  tokensPerPass: number;
  /** Time of drafting for one pass, relative to one plain decode step of the target at batch 1. */
  draftCost: number;
  /** Extra memory of the draft, relative to the target's weights. */
  draftMemory: number;
}

export const NO_MODIFIERS: Modifiers = {
  attentionWeightBytes: 1,
  feedForwardWeightBytes: 1,
  storedWeights: 1,
  prefillLinearFlop: 1,
  decodeLinearFlop: 1,
  prefillAttentionFlop: 1,
  kvReadBytes: 1,
  kvStoredBytes: 1,
  layersRun: 1,
  promptTokens: 1,
  outputTokens: 1,
  bandwidthAttained: 1,
  computeAttained: 1,
  fixedSeconds: 1,
  communication: 1,
  speculation: null,
};
