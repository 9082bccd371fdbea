import type { Bytes } from '../units/quantities';
import type { DiffusionShape } from './diffusionShape';
import type { Place, Work } from './workSum';
import type { Operation } from './operation';

/** How much of a step one device does, and in which format activations are. */
export interface DiffusionContext {
  /** Evaluations in one batch: pictures, doubled where guidance runs beside. */
  samples: number;
  /** Devices that share each operation. */
  split: number;
  activationElement: Bytes;
}

/** Places of a picture at a number of halvings, or of the text, of one sample. */
export function placesOf({ stream, level }: Place, shape: DiffusionShape): number {
  if (stream === 'sample') return 1;
  if (stream === 'text') return shape.contextTokens;
  const scale = 2 ** level;
  const { frames, height, width } = shape.grid;
  const picture = frames * Math.max(1, Math.ceil(height / scale)) * Math.max(1, Math.ceil(width / scale));
  return stream === 'both' ? picture + shape.contextTokens : picture;
}

/**
 * What one evaluation of a network does, on one device, folded over identical layers.
 *
 * FLOP of a matrix or a convolution: 2 × elements × places that it makes. Attention: 4 × queries × keys × width of all heads
 * together; where it is linear in its tokens a key is replaced by the width of a head.
 */
export function diffusionOperations(
  work: Work,
  shape: DiffusionShape,
  { samples, split, activationElement }: DiffusionContext,
): Operation[] {
  const operations: Operation[] = [];
  for (const product of work.products) {
    const rows = placesOf(product.place, shape) * samples;
    if (rows === 0) continue;
    operations.push({
      kind: 'weights',
      name: product.kind === 'convolutions' ? 'convolutions' : 'matrices',
      layers: product.layers,
      weightBytes: product.storedBytes / split,
      plainElements: (product.elements - product.packedElements) / split,
      packedElements: product.packedElements / split,
      superblockElements: product.superblockElements / split,
      cacheBytes: 0,
      activationBytes: (product.edgeElements * rows * activationElement) / split,
      scores: 0,
      flop: (2 * product.activeElements * rows) / split,
      rows,
    });
  }
  for (const site of work.sites) {
    const queries = placesOf(site.queries, shape);
    const keys = placesOf(site.keys, shape);
    if (queries * keys === 0) continue;
    const seen = site.linear ? Math.min(keys, site.headWidth) : keys;
    operations.push({
      kind: 'kv',
      name: 'attention',
      layers: site.layers,
      weightBytes: 0,
      plainElements: 0,
      packedElements: 0,
      superblockElements: 0,
      cacheBytes: (2 * samples * keys * site.width * activationElement) / split,
      activationBytes: (2 * samples * queries * site.width * activationElement) / split,
      scores: site.linear ? 0 : (samples * queries * keys * (site.width / site.headWidth)) / split,
      flop: (4 * samples * queries * seen * site.width) / split,
      rows: queries,
    });
  }
  for (const pass of work.passes) {
    const rows = placesOf(pass.place, shape) * samples;
    operations.push({
      kind: 'activations',
      name: 'element-wise',
      layers: pass.layers,
      weightBytes: 0,
      plainElements: 0,
      packedElements: 0,
      superblockElements: 0,
      cacheBytes: 0,
      activationBytes: (pass.elements * rows * activationElement) / split,
      scores: 0,
      flop: (pass.elements * rows) / split,
      rows,
    });
  }
  return operations;
}

/** The largest bytes of activations that one evaluation holds at once. */
export function aliveBytes(work: Work, shape: DiffusionShape, samples: number, element: Bytes): Bytes {
  let most = 0;
  for (const pass of work.passes) {
    most = Math.max(most, pass.alive * placesOf(pass.place, shape) * samples * element);
  }
  return most;
}
