import type { Config } from '../config';
import type { FamilyContext, FamilyModel } from '../family';
import type { WeightTensor } from '../spec';
import type { FeedForwardBlock, MixerBlock } from './block';
import { denseFeedForward } from './feedForward';
import { planLayers, type LayerPlan } from './foldLayers';
import { groupedAttention } from './groupedAttention';
import { classifier, isTied, topOf } from './head';
import { contextLimit, transformerSizes, type Sizes } from './sizes';
import { lookup, matrix, norm, vector, type NormKind } from './tensors';
import { windows, type WindowOf, type WindowRule } from './window';

/** What sets one llama-like family apart from the next. Everything absent is as in Llama. */
export interface LlamaLike {
  qkvBias?: boolean;
  keyBias?: boolean;
  outBias?: boolean;
  mlpBias?: boolean;
  gated?: boolean;
  qkNorm?: 'none' | 'head' | 'full';
  qkNormKind?: NormKind;
  norm?: NormKind;
  /** Norms of one block, by name. */
  blockNorms?: readonly string[];
  window?: WindowRule;
  /** Width of the dense feed-forward part; `intermediate_size` if absent. */
  width?: number;
  headBias?: boolean;
  sizes?: Sizes;
  /** Path before `layers`, `model.` if absent. */
  prefix?: string;
  finalNorm?: string;
  /** Names of the list of layers and of the embedding, where they are not Llama's. */
  layersName?: string;
  embedding?: string;
  tied?: boolean;
  attention?: (index: number, base: BlockContext) => MixerBlock;
  feedForward?: (index: number, base: BlockContext) => FeedForwardBlock;
  /** Further weights of a block. */
  others?: (index: number, base: BlockContext) => readonly WeightTensor[];
  /** Tells unlike layers apart, where `attention` or `feedForward` depend on the index. */
  describe?: (index: number) => string;
  outside?: readonly WeightTensor[];
  /** No language-model head at all (an encoder, a classifier's trunk). */
  noHead?: boolean;
}

export interface BlockContext {
  config: Config;
  sizes: Sizes;
  /** `model.layers.{layer}.` */
  path: string;
  window: WindowOf;
}

/** A decoder of the usual build: embedding, blocks of attention and feed-forward with norms before, norm, head. */
export function llamaLike(context: FamilyContext, options: LlamaLike = {}): FamilyModel {
  const { config } = context;
  const sizes = options.sizes ?? transformerSizes(config);
  const prefix = options.prefix ?? 'model.';
  const base: BlockContext = {
    config,
    sizes,
    path: `${prefix}${options.layersName ?? 'layers'}.{layer}.`,
    window: windows(config, options.window),
  };
  const layers = planLayers(
    sizes.layers,
    (index) => `${String(base.window(index))} ${options.describe?.(index) ?? ''}`,
    (index) => block(index, base, options),
  );
  const normKind = options.norm ?? 'rms';
  const head = headWeights(context, sizes, options);
  const outside = [
    lookup(`${prefix}${options.embedding ?? 'embed_tokens'}`, sizes.vocabulary, sizes.hidden),
    ...norm(`${prefix}${options.finalNorm ?? 'norm'}`, sizes.hidden, normKind),
    ...(options.outside ?? []),
    ...head.weights,
  ];
  return {
    kind: 'decoder',
    hidden: sizes.hidden,
    vocabulary: sizes.vocabulary,
    maxContext: contextLimit(config),
    layers,
    outside,
    tiedHead: head.tied,
    headKnown: true,
  };
}

function headWeights(
  context: FamilyContext,
  sizes: Sizes,
  options: LlamaLike,
): { weights: readonly WeightTensor[]; tied: boolean } {
  const { config, architecture, notes } = context;
  if (options.noHead === true) return { weights: [], tied: false };
  const top = topOf(architecture);
  if (top === undefined) {
    notes.doubt(
      'unknown-head',
      'The architecture has a head that is not known; a language-model head is counted.',
    );
  } else if (top !== 'language') {
    config.understood('tie_word_embeddings');
    return { weights: classifier(config, top, sizes.hidden), tied: false };
  }
  const bias = options.headBias ?? false;
  if (options.tied ?? isTied(config)) {
    return { weights: bias ? [vector('lm_head.bias', sizes.vocabulary, 'head')] : [], tied: true };
  }
  return { weights: matrix('lm_head', sizes.vocabulary, sizes.hidden, 'head', { bias }), tied: false };
}

function block(index: number, base: BlockContext, options: LlamaLike): LayerPlan {
  const names = options.blockNorms ?? ['input_layernorm', 'post_attention_layernorm'];
  return {
    mixer: options.attention?.(index, base) ?? plainAttention(index, base, options),
    feedForward: options.feedForward?.(index, base) ?? plainFeedForward(base, options),
    others: [
      ...names.flatMap((name) => norm(`${base.path}${name}`, base.sizes.hidden, options.norm ?? 'rms')),
      ...(options.others?.(index, base) ?? []),
    ],
  };
}

/** Grouped attention with the family's biases, norms and window. */
export function plainAttention(index: number, base: BlockContext, options: LlamaLike = {}): MixerBlock {
  const { sizes } = base;
  const window = base.window(index);
  const qkvBias = options.qkvBias ?? false;
  return groupedAttention({
    module: `${base.path}self_attn`,
    hidden: sizes.hidden,
    queryHeads: sizes.heads,
    kvHeads: sizes.kvHeads,
    headDim: sizes.headDim,
    qkvBias,
    keyBias: options.keyBias ?? qkvBias,
    outBias: options.outBias ?? false,
    qkNorm: options.qkNorm ?? 'none',
    qkNormKind: options.qkNormKind ?? 'rms',
    ...(window === undefined ? {} : { window }),
  });
}

export function plainFeedForward(base: BlockContext, options: LlamaLike = {}): FeedForwardBlock {
  return denseFeedForward({
    module: `${base.path}mlp`,
    hidden: base.sizes.hidden,
    width: options.width ?? base.config.integer('intermediate_size'),
    gated: options.gated ?? true,
    bias: options.mlpBias ?? false,
  });
}
