import type { FamilyModel } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { convolution, matrix, norm, vector } from '../../parts/tensors';
import { encoderModel } from '../../parts/vitStack';
import type { WeightTensor } from '../../spec';

/** A vision transformer of the timm library, by its own names. */
export interface TimmVit {
  path: string;
  hidden: number;
  layers: number;
  heads: number;
  width: number;
  patch: number;
  /** Positions that are learned, class and register tokens apart. */
  positions: number;
  /** Class and register tokens. */
  tokens: number;
  layerScale?: boolean;
  /** One learned query that looks at all patches behind the last norm. */
  pooled?: boolean;
}

function pool(v: TimmVit): WeightTensor[] {
  const p = `${v.path}attn_pool`;
  return [
    vector(`${p}.latent`, [1, 1, v.hidden], 'other'),
    ...matrix(`${p}.q`, v.hidden, v.hidden, 'other', { bias: true }),
    ...matrix(`${p}.kv`, 2 * v.hidden, v.hidden, 'other', { bias: true }),
    ...matrix(`${p}.proj`, v.hidden, v.hidden, 'other', { bias: true }),
    ...norm(`${p}.norm`, v.hidden, 'layer'),
    ...matrix(`${p}.mlp.fc1`, v.width, v.hidden, 'other', { bias: true }),
    ...matrix(`${p}.mlp.fc2`, v.hidden, v.width, 'other', { bias: true }),
  ];
}

export function timmVit(v: TimmVit): FamilyModel {
  const block = `${v.path}blocks.{layer}.`;
  return encoderModel(
    v.hidden,
    encoderStack({
      path: block,
      layers: v.layers,
      hidden: v.hidden,
      heads: v.heads,
      width: v.width,
      qkvBias: true,
      outBias: true,
      mlpBias: true,
      attention: 'attn',
      fused: 'qkv',
      attentionNames: { output: 'proj' },
      blockNorms: ['norm1', 'norm2'],
      others: () =>
        v.layerScale === true
          ? ['ls1.gamma', 'ls2.gamma'].map((name) => vector(block + name, v.hidden, 'other'))
          : [],
    }),
    [
      ...(v.tokens > 0 ? [vector(`${v.path}tokens`, [1, v.tokens, v.hidden], 'embedding')] : []),
      vector(`${v.path}pos_embed`, [1, v.positions, v.hidden], 'embedding'),
      ...convolution(`${v.path}patch_embed.proj`, [v.hidden, 3, v.patch, v.patch], 'embedding', {
        bias: true,
      }),
      ...norm(`${v.path}norm`, v.hidden, 'layer'),
      ...(v.pooled === true ? pool(v) : []),
    ],
  );
}

/** SigLIP's "shape-optimised" transformer as timm has it, at a given number of pixels a side. */
export function so400m(path: string, pixels: number): FamilyModel {
  return timmVit({
    path,
    hidden: 1152,
    layers: 27,
    heads: 16,
    width: 4304,
    patch: 14,
    positions: Math.floor(pixels / 14) ** 2,
    tokens: 0,
    pooled: true,
  });
}
