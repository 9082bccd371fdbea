import type { Bytes } from '../../units/quantities';
import type { WeightTensor } from '../spec';
import type { MixerBlock } from './block';
import { matrix, norm } from './tensors';

export interface LatentAttention {
  module: string;
  hidden: number;
  heads: number;
  /** Null where queries are projected in one step. */
  queryRank: number | null;
  kvRank: number;
  nopeDim: number;
  ropeDim: number;
  valueDim: number;
  bias?: boolean;
  /** Bias of the first projections alone, where the output has none. */
  outBias?: boolean;
  /** The selection of keys that sparse attention scores first: heads, width, and how many keys it keeps where that is said. */
  indexer?: { heads: number; dim: number; topKeys?: number | undefined };
  window?: number;
}

/** Elements of an indexer's key that share one scale, and the bytes of that scale. */
const INDEX_BLOCK = 128;
const INDEX_SCALE_BYTES = 4;

/**
 * Bytes a token that the indexer's keys take: 8 bits an element and a scale a block, whatever the cache's format.
 * Source: vllm-project/vllm vllm/model_executor/models/deepseek_v2.py (DeepseekV32IndexerCache); deepseek-ai/DeepSeek-V3.2-Exp
 * inference/model.py (k_cache, k_scale_cache).
 */
export function indexKeyBytes(dim: number): Bytes {
  return dim + Math.ceil(dim / INDEX_BLOCK) * INDEX_SCALE_BYTES;
}

/** Attention over a compressed vector a token: one latent and one rotary part are cached, whatever the heads. */
export function latentAttention(a: LatentAttention): MixerBlock {
  const bias = a.bias ?? false;
  const keyDim = a.nopeDim + a.ropeDim;
  const weights: WeightTensor[] = [
    ...queryWeights(a, keyDim, bias),
    ...matrix(`${a.module}.kv_a_proj_with_mqa`, a.kvRank + a.ropeDim, a.hidden, 'attention', { bias }),
    ...norm(`${a.module}.kv_a_layernorm`, a.kvRank, 'rms'),
    ...matrix(`${a.module}.kv_b_proj`, a.heads * (a.nopeDim + a.valueDim), a.kvRank, 'attention'),
    ...matrix(`${a.module}.o_proj`, a.hidden, a.heads * a.valueDim, 'attention', { bias: a.outBias ?? bias }),
    ...indexerWeights(a),
  ];
  return {
    mixer: {
      kind: 'attention',
      queryHeads: a.heads,
      kvHeads: a.heads,
      keyHeadDim: keyDim,
      valueHeadDim: a.valueDim,
      latent: { rank: a.kvRank, ropeDim: a.ropeDim },
      causal: true,
      ...(a.window === undefined ? {} : { window: a.window }),
      ...(a.indexer === undefined
        ? {}
        : { indexKeyBytes: indexKeyBytes(a.indexer.dim), indexWidth: a.indexer.heads * a.indexer.dim }),
      ...(a.indexer?.topKeys === undefined ? {} : { selectedKeys: a.indexer.topKeys }),
    },
    weights,
  };
}

function queryWeights(a: LatentAttention, keyDim: number, bias: boolean): WeightTensor[] {
  if (a.queryRank === null) return matrix(`${a.module}.q_proj`, a.heads * keyDim, a.hidden, 'attention');
  return [
    ...matrix(`${a.module}.q_a_proj`, a.queryRank, a.hidden, 'attention', { bias }),
    ...norm(`${a.module}.q_a_layernorm`, a.queryRank, 'rms'),
    ...matrix(`${a.module}.q_b_proj`, a.heads * keyDim, a.queryRank, 'attention'),
  ];
}

function indexerWeights(a: LatentAttention): WeightTensor[] {
  if (a.indexer === undefined) return [];
  const module = `${a.module}.indexer`;
  const { heads, dim } = a.indexer;
  return [
    ...matrix(`${module}.wq_b`, heads * dim, a.queryRank ?? a.hidden, 'attention'),
    ...matrix(`${module}.wk`, dim, a.hidden, 'attention'),
    ...norm(`${module}.k_norm`, dim, 'layer'),
    ...matrix(`${module}.weights_proj`, heads, a.hidden, 'attention'),
  ];
}
