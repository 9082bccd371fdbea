import type { WeightTensor } from '../spec';

/** Where a weight of a network of convolutions works: halvings of the latents' side, or what it is applied to instead. */
export type Place = { level: number } | 'text' | 'sample';

const SAMPLE = /(^|\.)(time_embedding|add_embedding|class_embedding|time_emb_proj)(\.|$)/;

/** How many levels a U-Net has, from the names of its weights. */
export function levelCount(names: Iterable<string>): number {
  let most = 0;
  for (const name of names) {
    const found = /^down_blocks\.(\d+)\./.exec(name);
    if (found) most = Math.max(most, Number(found[1]) + 1);
  }
  return most;
}

/**
 * Where a weight of a U-Net is applied. What changes the size works at the size that it makes: the convolution that halves
 * strides over its input, and the one that doubles follows the doubling.
 */
export function unetPlace(name: string, levels: number): Place {
  if (SAMPLE.test(name)) return 'sample';
  if (/\.attn2\.to_[kv]\./.test(name)) return 'text';
  const down = /^down_blocks\.(\d+)\.(downsamplers)?/.exec(name);
  if (down) return { level: Number(down[1]) + (down[2] === undefined ? 0 : 1) };
  const up = /^up_blocks\.(\d+)\.(upsamplers)?/.exec(name);
  if (up) return { level: levels - 1 - Number(up[1]) - (up[2] === undefined ? 0 : 1) };
  return { level: name.startsWith('mid_block.') ? levels - 1 : 0 };
}

/**
 * Where a weight of a picture autoencoder's decoder is applied, in doublings of the latents' side (as a negative level); undefined
 * for weights that decoding leaves alone.
 */
export function decoderPlace(name: string, levels: number): { level: number } | undefined {
  const own = name.replace(/^\w*vae\w*\./, '');
  if (/^post_quant_conv\./.test(own)) return { level: 0 };
  if (!own.startsWith('decoder.')) return undefined;
  const up = /^decoder\.(up_blocks|upsamplers)\.(\d+)\./.exec(own);
  if (up) return { level: -(Number(up[2]) + (up[1] === 'upsamplers' ? 1 : 0)) };
  return { level: /^decoder\.(conv_out|conv_norm_out)\./.test(own) ? -(levels - 1) : 0 };
}

/** Levels of a decoder: as many as it has blocks on the way up. */
export function decoderLevels(tensors: Iterable<WeightTensor>): number {
  let most = 0;
  for (const { name } of tensors) {
    const found = /decoder\.up_blocks\.(\d+)\./.exec(name);
    if (found) most = Math.max(most, Number(found[1]) + 1);
  }
  return most;
}
