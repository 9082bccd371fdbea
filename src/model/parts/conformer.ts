import { ReadFailure } from '../readFailure';
import type { WeightTensor } from '../spec';
import type { FeedForwardBlock } from './block';
import { denseFeedForward } from './feedForward';
import { planLayers, type LayerPlan } from './foldLayers';
import { groupedAttention, type AttentionNames } from './groupedAttention';
import { convolution, lookup, matrix, norm, vector } from './tensors';

/** A stack of conformer blocks: a feed-forward network on each side of attention and convolution. */
export interface Conformer {
  /** Path of a layer with `{layer}` and a trailing dot. */
  path: string;
  layers: number;
  hidden: number;
  heads: number;
  width: number;
  /** Elements of the convolution that slides over frames. */
  kernel: number;
  /** How positions enter attention: a projection with two biases, a table of distances, or nothing that is stored. */
  positions: 'relative' | 'none' | { distances: number };
  names: ConformerNames;
}

/** What the classes call the parts of a block; those of wav2vec 2.0 BERT are given here. */
export interface ConformerNames {
  attention: Partial<AttentionNames>;
  /** Norms of a block with their names. */
  norms: readonly string[];
  feedForwards: readonly [string, string];
  feedForward: { up: string; down: string };
  /** The norm after the sliding convolution. */
  convolutionNorm: string;
  convolution?: string;
  /** The norm before the convolution, a part of its module where it is not among `norms`. */
  innerNorm?: string;
}

export const WAVE_CONFORMER: ConformerNames = {
  attention: { query: 'linear_q', key: 'linear_k', value: 'linear_v', output: 'linear_out' },
  norms: ['ffn1_layer_norm', 'self_attn_layer_norm', 'ffn2_layer_norm', 'final_layer_norm'],
  feedForwards: ['ffn1', 'ffn2'],
  feedForward: { up: 'intermediate_dense', down: 'output_dense' },
  convolutionNorm: 'depthwise_layer_norm',
  innerNorm: 'layer_norm',
};

export function conformerLayers(c: Conformer): LayerPlan[] {
  return planLayers(
    c.layers,
    () => '',
    () => conformerLayer(c),
  );
}

function conformerLayer(c: Conformer): LayerPlan {
  const { path, hidden, names } = c;
  if (c.heads < 1 || hidden % c.heads !== 0)
    throw new ReadFailure(
      'contradiction',
      `${String(hidden)} does not divide over ${String(c.heads)} heads.`,
    );
  const headDim = hidden / c.heads;
  const attention = groupedAttention({
    module: `${path}self_attn`,
    hidden,
    queryHeads: c.heads,
    kvHeads: c.heads,
    headDim,
    qkvBias: true,
    outBias: true,
    causal: false,
    names: names.attention,
  });
  return {
    mixer: { ...attention, weights: [...attention.weights, ...positionWeights(c, headDim)] },
    feedForward: twoFeedForwards(c),
    others: [
      ...names.norms.flatMap((name) => norm(path + name, hidden, 'layer')),
      ...convolutionModule(`${path}${names.convolution ?? 'conv_module'}.`, c),
    ],
  };
}

function positionWeights(c: Conformer, headDim: number): WeightTensor[] {
  if (c.positions === 'none') return [];
  const module = `${c.path}self_attn.`;
  if (c.positions === 'relative') {
    return [
      ...matrix(`${module}linear_pos`, c.hidden, c.hidden, 'attention'),
      vector(`${module}pos_bias_u`, [c.heads, headDim], 'attention'),
      vector(`${module}pos_bias_v`, [c.heads, headDim], 'attention'),
    ];
  }
  return [lookup(`${module}distance_embedding`, c.positions.distances, headDim, 'attention')];
}

/** Both networks of a block, booked as one of twice the width. */
function twoFeedForwards(c: Conformer): FeedForwardBlock {
  const blocks = c.names.feedForwards.map((name) =>
    denseFeedForward({
      module: c.path + name,
      hidden: c.hidden,
      width: c.width,
      gated: false,
      bias: true,
      names: c.names.feedForward,
    }),
  );
  return {
    feedForward: { kind: 'dense', matrices: 2, width: 2 * c.width },
    weights: blocks.flatMap((block) => block.weights),
  };
}

/** A gate, a kernel for each channel with a norm, and a way back; no biases. */
function convolutionModule(module: string, c: Conformer): WeightTensor[] {
  const { hidden, names } = c;
  return [
    ...(names.innerNorm === undefined ? [] : norm(module + names.innerNorm, hidden, 'layer')),
    ...convolution(`${module}pointwise_conv1`, [2 * hidden, hidden, 1], 'other'),
    ...convolution(`${module}depthwise_conv`, [hidden, 1, c.kernel], 'other'),
    ...norm(module + names.convolutionNorm, hidden, 'layer'),
    ...convolution(`${module}pointwise_conv2`, [hidden, hidden, 1], 'other'),
  ];
}
