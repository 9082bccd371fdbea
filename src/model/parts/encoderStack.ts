import { ReadFailure } from '../readFailure';
import type { WeightTensor } from '../spec';
import { denseFeedForward, type DenseNames } from './feedForward';
import { planLayers, type LayerPlan } from './foldLayers';
import { groupedAttention, type AttentionNames } from './groupedAttention';
import { norm, type NormKind } from './tensors';

/** A stack of alike blocks that attend in both directions, as vision, audio and text encoders have. */
export interface EncoderStack {
  /** Path of a layer with `{layer}` and a trailing dot. */
  path: string;
  layers: number;
  hidden: number;
  heads: number;
  kvHeads?: number;
  headDim?: number;
  width: number;
  qkvBias: boolean;
  keyBias?: boolean;
  valueBias?: boolean;
  outBias: boolean;
  mlpBias: boolean;
  gated?: boolean;
  norm?: NormKind;
  blockNorms?: readonly string[];
  qkNorm?: 'none' | 'head' | 'full';
  qkNormKind?: NormKind;
  attention?: string;
  feedForward?: string;
  fused?: string;
  attentionNames?: Partial<AttentionNames>;
  feedForwardNames?: Partial<DenseNames>;
  others?: (index: number) => readonly WeightTensor[];
  /** Tells layers apart where `others` depends on the index. */
  describe?: (index: number) => string;
}

/** @throws ReadFailure where the width does not divide over the heads and no head's width is given. */
export function encoderStack(e: EncoderStack): LayerPlan[] {
  if (e.headDim === undefined && (e.heads < 1 || e.hidden % e.heads !== 0)) {
    throw new ReadFailure(
      'contradiction',
      `${String(e.hidden)} does not divide over ${String(e.heads)} heads in ${e.path}`,
    );
  }
  return planLayers(
    e.layers,
    (index) => e.describe?.(index) ?? '',
    (index) => ({
      mixer: groupedAttention({
        module: `${e.path}${e.attention ?? 'self_attn'}`,
        hidden: e.hidden,
        queryHeads: e.heads,
        kvHeads: e.kvHeads ?? e.heads,
        headDim: e.headDim ?? e.hidden / e.heads,
        qkvBias: e.qkvBias,
        keyBias: e.keyBias ?? e.qkvBias,
        valueBias: e.valueBias ?? e.qkvBias,
        outBias: e.outBias,
        qkNorm: e.qkNorm ?? 'none',
        qkNormKind: e.qkNormKind ?? 'rms',
        causal: false,
        names: { output: 'out_proj', ...e.attentionNames },
        ...(e.fused === undefined ? {} : { fused: e.fused }),
      }),
      feedForward: denseFeedForward({
        module: `${e.path}${e.feedForward ?? 'mlp'}`,
        hidden: e.hidden,
        width: e.width,
        gated: e.gated ?? false,
        bias: e.mlpBias,
        names: e.feedForwardNames ?? (e.gated === true ? {} : { up: 'fc1', down: 'fc2' }),
      }),
      others: [
        ...(e.blockNorms ?? ['layer_norm1', 'layer_norm2']).flatMap((name) =>
          norm(e.path + name, e.hidden, e.norm ?? 'layer'),
        ),
        ...(e.others?.(index) ?? []),
      ],
    }),
  );
}
