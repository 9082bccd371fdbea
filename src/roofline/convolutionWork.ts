import { decoderLevels, decoderPlace, levelCount, unetPlace } from '../model/diffusion/levels';
import type { ModelSpec, Tower, WeightTensor } from '../model/spec';
import type { Place, Work, WorkSum } from './workSum';

/* Passes over activations beside the products, counted as in transformerWork.ts. */
/** Three norms and three residual additions of a U-Net's block, and a gated network of four times the width. */
const UNET_BLOCK = 15 + 20;
/** Before a convolution a group norm and an activation function, each read and written; after it bias, time step, shortcut. */
const BEFORE_CONVOLUTION = 4;
const AFTER_CONVOLUTION = 3;

/** Adds up the work of one evaluation of a U-Net. */
export function unetWork(model: ModelSpec, sum: WorkSum): void {
  const weights = model.groups.flatMap(({ layer }) => layer.weights);
  const levels = levelCount(weights.map(({ name }) => name));
  const placeOf = ({ name, shape }: WeightTensor): Place => {
    // Blocks that attend to the text alone have keys as wide as the text.
    const ofText = /\.attn1\.to_[kv]\.weight$/.test(name) && shape[0] !== shape[1];
    const place = ofText ? 'text' : unetPlace(name, levels);
    return typeof place === 'string' ? { stream: place, level: 0 } : { stream: 'picture', ...place };
  };
  for (const tensor of model.outside) sum.add(tensor, null, placeOf(tensor), 'outside');
  model.groups.forEach(({ indices, layer }, index) => {
    convolving(layer.weights, indices, placeOf, String(index), sum);
    for (const tensor of layer.weights) {
      const found = /\.attn([12])\.to_q\.weight$/.exec(tensor.name);
      if (!found) continue;
      const width = tensor.shape[0] ?? 0;
      const copies = (tensor.copies ?? 1) * indices.length;
      const place = placeOf(tensor);
      const keys = layer.weights.find(({ name }) => name === tensor.name.replace('to_q', 'to_k'));
      sum.attends({
        queries: place,
        keys: keys === undefined ? place : placeOf(keys),
        layers: copies,
        width,
        headWidth: layer.mixer.kind === 'attention' ? layer.mixer.keyHeadDim : width,
        linear: false,
      });
      if (found[1] === '2') continue;
      sum.blocks += copies;
      sum.passesOver({ place, layers: copies, elements: UNET_BLOCK * width, alive: (8 + 4 + 2) * width });
    }
  });
}

/** Products of a layer of convolutions, and the passes before and after each that slides. */
function convolving(
  weights: readonly WeightTensor[],
  indices: readonly number[],
  placeOf: (tensor: WeightTensor) => Place | undefined,
  group: string,
  sum: WorkSum,
): void {
  for (const tensor of weights) {
    const place = placeOf(tensor);
    if (place === undefined) continue;
    sum.add(tensor, indices, place, group);
    const [out = 0, input = 0, ...kernel] = tensor.shape;
    if (tensor.role !== 'convolution' || kernel.every((size) => size === 1)) continue;
    const layers = (tensor.copies ?? 1) * indices.length;
    sum.blocks += layers / 2;
    sum.passesOver({
      place,
      layers,
      elements: BEFORE_CONVOLUTION * input + AFTER_CONVOLUTION * out,
      alive: 2 * input + out,
    });
  }
}

/** The decoder of an autoencoder of pictures; null for others, whose sizes between latents and frames are not known. */
export function decodeWork(vae: Tower, sum: WorkSum): Work | null {
  const all = [...vae.groups.flatMap(({ layer }) => layer.weights), ...vae.outside];
  const levels = decoderLevels(all);
  const flat = all.every(({ role, shape }) => role !== 'convolution' || shape.length === 4);
  if (levels === 0 || !flat) return null;
  const placeOf = ({ name }: WeightTensor): Place | undefined => {
    const place = decoderPlace(name, levels);
    return place === undefined ? undefined : { stream: 'picture', ...place };
  };
  convolving(vae.outside, [0], placeOf, 'outside', sum);
  vae.groups.forEach(({ indices, layer }, index) => {
    convolving(layer.weights, indices, placeOf, String(index), sum);
    for (const tensor of layer.weights) {
      const place = placeOf(tensor);
      if (place === undefined || !/\.to_q\.weight$/.test(tensor.name)) continue;
      const width = tensor.shape[0] ?? 0;
      sum.attends({
        queries: place,
        keys: place,
        layers: indices.length,
        width,
        headWidth: width,
        linear: false,
      });
    }
  });
  return sum.work();
}
