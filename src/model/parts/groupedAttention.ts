import type { AttentionMixer, Part, WeightTensor } from '../spec';
import type { MixerBlock } from './block';
import { matrix, norm, vector, type NormKind } from './tensors';

export interface GroupedAttention {
  /** Path of the module, `model.layers.{layer}.self_attn`. */
  module: string;
  hidden: number;
  queryHeads: number;
  kvHeads: number;
  headDim: number;
  valueHeadDim?: number;
  /** Width that comes in to keys and values where it is not `hidden` (cross-attention). */
  kvInput?: number;
  qkvBias?: boolean;
  /** Bias of the key alone, where it differs from `qkvBias`. */
  keyBias?: boolean;
  /** Bias of the value alone, where it differs from `qkvBias`. */
  valueBias?: boolean;
  outBias?: boolean;
  /** `head`: one scale a head's element, shared by heads; `full`: one over all heads together; `per-head`: one for each head. */
  qkNorm?: 'none' | 'head' | 'full' | 'per-head';
  qkNormKind?: NormKind;
  /** Query and gate come from one projection of twice the width. */
  outputGate?: boolean;
  /** Learned logits that every head's softmax may sink into. */
  sinks?: boolean;
  /** Keys and values are one projection. */
  sharedKeyValue?: boolean;
  window?: number;
  causal?: boolean;
  sharesCache?: boolean;
  part?: Part;
  names?: Partial<AttentionNames>;
  /** Query, key and value are stored as one matrix. */
  fused?: string;
}

export interface AttentionNames {
  query: string;
  key: string;
  value: string;
  output: string;
  queryNorm: string;
  keyNorm: string;
}

const LLAMA_NAMES: AttentionNames = {
  query: 'q_proj',
  key: 'k_proj',
  value: 'v_proj',
  output: 'o_proj',
  queryNorm: 'q_norm',
  keyNorm: 'k_norm',
};

/** Softmax attention with any number of key and value heads: multi-head, grouped, multi-query. */
export function groupedAttention(a: GroupedAttention): MixerBlock {
  const part = a.part ?? 'attention';
  const valueDim = a.valueHeadDim ?? a.headDim;
  const mixer: AttentionMixer = {
    kind: 'attention',
    queryHeads: a.queryHeads,
    kvHeads: a.kvHeads,
    keyHeadDim: a.headDim,
    valueHeadDim: valueDim,
    causal: a.causal ?? true,
    ...(a.window === undefined ? {} : { window: a.window }),
    ...(a.sharesCache === true ? { sharesCache: true } : {}),
  };
  return { mixer, weights: [...projections(a, part, valueDim), ...norms(a, part)] };
}

function projections(a: GroupedAttention, part: Part, valueDim: number): WeightTensor[] {
  const names = { ...LLAMA_NAMES, ...a.names };
  const bias = a.qkvBias ?? false;
  const queryWidth = a.queryHeads * a.headDim * (a.outputGate === true ? 2 : 1);
  const keyWidth = a.kvHeads * a.headDim;
  const valueWidth = a.kvHeads * valueDim;
  const kvInput = a.kvInput ?? a.hidden;
  const output = matrix(`${a.module}.${names.output}`, a.hidden, a.queryHeads * valueDim, part, {
    bias: a.outBias ?? false,
  });
  if (a.fused !== undefined) {
    const all = queryWidth + keyWidth + valueWidth;
    return [...matrix(`${a.module}.${a.fused}`, all, a.hidden, part, { bias }), ...output];
  }
  const query = matrix(`${a.module}.${names.query}`, queryWidth, a.hidden, part, { bias });
  if (a.sharesCache === true) return [...query, ...output];
  return [
    ...query,
    ...matrix(`${a.module}.${names.key}`, keyWidth, kvInput, part, { bias: a.keyBias ?? bias }),
    ...(a.sharedKeyValue === true
      ? []
      : matrix(`${a.module}.${names.value}`, valueWidth, kvInput, part, { bias: a.valueBias ?? bias })),
    ...output,
  ];
}

function norms(a: GroupedAttention, part: Part): WeightTensor[] {
  const names = { ...LLAMA_NAMES, ...a.names };
  const kind = a.qkNormKind ?? 'rms';
  const weights: WeightTensor[] = [];
  if (a.qkNorm !== undefined && a.qkNorm !== 'none') {
    const width = (heads: number): number => (a.qkNorm === 'head' ? a.headDim : heads * a.headDim);
    weights.push(...norm(`${a.module}.${names.queryNorm}`, width(a.queryHeads), kind));
    if (a.sharesCache !== true) weights.push(...norm(`${a.module}.${names.keyNorm}`, width(a.kvHeads), kind));
  }
  if (a.sinks === true) weights.push(vector(`${a.module}.sinks`, a.queryHeads, part));
  return weights;
}
