import type { Config } from '../config';
import type { FamilyModel } from '../family';
import { ReadFailure } from '../readFailure';
import type { WeightTensor } from '../spec';
import { encoderStack, type EncoderStack } from './encoderStack';
import type { LayerPlan } from './foldLayers';
import { convolution, lookup, norm } from './tensors';

/** A model of blocks alone, as towers are: nothing is generated, nothing cached. */
export function encoderModel(
  hidden: number,
  layers: readonly LayerPlan[],
  outside: readonly WeightTensor[],
): FamilyModel {
  return { kind: 'encoder', hidden, vocabulary: 0, maxContext: null, layers, outside, tiedHead: false };
}

/** The blocks of a vision transformer whose sizes stand under the usual keys; SigLIP's names unless said otherwise. */
export function vitStack(config: Config, path: string, options: Partial<EncoderStack> = {}): LayerPlan[] {
  return encoderStack({
    path,
    layers: options.layers ?? config.integer('num_hidden_layers', 'depth', 'layers'),
    hidden: options.hidden ?? config.integer('hidden_size', 'embed_dim', 'width'),
    heads: options.heads ?? config.integer('num_attention_heads', 'num_heads', 'heads', 'attention_heads'),
    width: options.width ?? config.integer('intermediate_size'),
    qkvBias: true,
    outBias: true,
    mlpBias: true,
    ...options,
  });
}

/** One or both sides of a picture or a patch: files say a number or a list of two. */
export function sides(config: Config, ...keys: string[]): readonly [number, number] {
  const value = config.value(...keys);
  if (Array.isArray(value)) {
    const both = config.integers(...keys) ?? [];
    const [first, second] = both;
    if (both.length !== 2 || first === undefined || second === undefined)
      throw new ReadFailure('contradiction', `${config.path}${keys[0] ?? ''} is no pair of sizes.`);
    return [first, second];
  }
  const side = config.integer(...keys);
  return [side, side];
}

/** Patches of one picture of native size. */
export function patchesOf(config: Config): number {
  const image = sides(config, 'image_size');
  const patch = sides(config, 'patch_size');
  return Math.floor(image[0] / Math.max(1, patch[0])) * Math.floor(image[1] / Math.max(1, patch[1]));
}

export interface VitOptions extends Partial<EncoderStack> {
  /** Path of the tower with a trailing dot. */
  tower: string;
  /** Rows of the position table; the patches of one picture if absent, none if 0. */
  positions?: number;
  outside?: readonly WeightTensor[];
}

/** SigLIP's trunk without its pooling head: patches, learned positions, blocks, a norm. */
export function siglipTrunk(config: Config, o: VitOptions): FamilyModel {
  const hidden = config.integer('hidden_size', 'embed_dim');
  const [height, width] = sides(config, 'patch_size');
  const positions = o.positions ?? patchesOf(config);
  config.understood('image_size');
  return encoderModel(hidden, vitStack(config, `${o.tower}encoder.layers.{layer}.`, o), [
    ...convolution(
      `${o.tower}embeddings.patch_embedding`,
      [hidden, config.integerOr(3, 'num_channels'), height, width],
      'embedding',
      { bias: true },
    ),
    ...(positions > 0 ? [lookup(`${o.tower}embeddings.position_embedding`, positions, hidden)] : []),
    ...norm(`${o.tower}post_layernorm`, hidden, o.norm ?? 'layer'),
    ...(o.outside ?? []),
  ]);
}
