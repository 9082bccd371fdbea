import type { Config } from '../config';
import type { FamilyModel } from '../family';
import type { WeightTensor } from '../spec';
import { denseFeedForward, type DenseNames } from './feedForward';
import { planLayers } from './foldLayers';
import { groupedAttention, type AttentionNames } from './groupedAttention';
import { headOf } from './head';
import type { Sizes } from './sizes';
import { lookup, norm, type NormKind } from './tensors';

/** A decoder of the GPT line: one plain block, described by its biases, norms and positions. */
export interface GptLike {
  sizes: Sizes;
  width: number;
  maxContext: number | null;
  qkvBias: boolean;
  outBias: boolean;
  mlpBias: boolean;
  gated?: boolean;
  norm?: NormKind;
  /** Norms of a block, and those outside; full names below the layer and below the root. */
  blockNorms: readonly string[];
  outerNorms: readonly string[];
  /** Rows of a learned position table; 0 for rotary or ALiBi. */
  positions?: number;
  positionTable?: string;
  embedding?: string;
  /** Width of the embedding where it is not the model's. */
  headBias?: boolean;
  headAbsent?: boolean;
  /** First of `architectures`: decides what sits on top. */
  architecture?: string;
  headModule?: string;
  tiedFallback?: boolean;
  /** Path of the layers with `{layer}` and a trailing dot. */
  layer: string;
  attention: string;
  feedForward: string;
  fused?: string;
  /** Query, key and value are matrices of their own, whatever `fused` says. */
  apart?: boolean;
  attentionNames?: Partial<AttentionNames>;
  feedForwardNames?: Partial<DenseNames>;
  /** Tokens that layer `index` looks back at. */
  window?: (index: number) => number | undefined;
  qkNorm?: 'none' | 'head' | 'full';
  qkNormKind?: NormKind;
  outside?: readonly WeightTensor[];
}

export function gptLike(config: Config, g: GptLike): FamilyModel {
  const { sizes } = g;
  const { hidden, vocabulary } = sizes;
  const kind = g.norm ?? 'layer';
  const head = headOf(config, hidden, vocabulary, {
    bias: g.headBias ?? false,
    absent: g.headAbsent ?? false,
    module: g.headModule ?? 'lm_head',
    tiedFallback: g.tiedFallback ?? false,
    ...(g.architecture === undefined ? {} : { architecture: g.architecture }),
  });
  const layers = planLayers(
    sizes.layers,
    (index) => String(g.window?.(index)),
    (index) => {
      const window = g.window?.(index);
      return {
        mixer: groupedAttention({
          module: g.layer + g.attention,
          hidden,
          queryHeads: sizes.heads,
          kvHeads: sizes.kvHeads,
          headDim: sizes.headDim,
          qkvBias: g.qkvBias,
          outBias: g.outBias,
          qkNorm: g.qkNorm ?? 'none',
          qkNormKind: g.qkNormKind ?? 'layer',
          names: g.attentionNames ?? {},
          ...(g.fused === undefined || g.apart === true ? {} : { fused: g.fused }),
          ...(window === undefined ? {} : { window }),
        }),
        feedForward: denseFeedForward({
          module: g.layer + g.feedForward,
          hidden,
          width: g.width,
          gated: g.gated ?? false,
          bias: g.mlpBias,
          names: g.feedForwardNames ?? {},
        }),
        others: g.blockNorms.flatMap((name) => norm(g.layer + name, hidden, kind)),
      };
    },
  );
  const positions = g.positions ?? 0;
  return {
    kind: 'decoder',
    hidden,
    vocabulary,
    maxContext: g.maxContext,
    layers,
    outside: [
      lookup(g.embedding ?? 'transformer.wte', vocabulary, hidden),
      ...(positions > 0 ? [lookup(g.positionTable ?? 'transformer.wpe', positions, hidden)] : []),
      ...g.outerNorms.flatMap((name) => norm(name, hidden, kind)),
      ...(g.outside ?? []),
      ...head.weights,
    ],
    tiedHead: head.tied,
    headKnown: head.known,
  };
}
