import type { Stream } from '../model/diffusion/streams';
import type { WeightTensor } from '../model/spec';
import { elementsOf } from './modelAggregate';
import type { tensorStorage } from './tensorStorage';

/** What weights are applied to: a stream, at a number of halvings of the latents' side (doublings where negative). */
export interface Place {
  stream: Stream;
  level: number;
}

/** Weights of identical layers that are applied to the same places, added up over one layer. */
export interface Product {
  place: Place;
  layers: number;
  kind: 'matrices' | 'convolutions';
  elements: number;
  /** Elements that one place passes through: fewer than all where experts are chosen among. */
  activeElements: number;
  storedBytes: number;
  packedElements: number;
  superblockElements: number;
  /** Elements of activations read and written a place. */
  edgeElements: number;
}

/** Attention of identical layers. */
export interface Site {
  queries: Place;
  keys: Place;
  layers: number;
  width: number;
  headWidth: number;
  linear: boolean;
}

/** Passes over activations beside the products, in elements a place, of one layer; and elements alive at once. */
export interface Passes {
  place: Place;
  layers: number;
  elements: number;
  alive: number;
}

/** What one evaluation of a network computes, whatever the size of the picture. */
export interface Work {
  products: readonly Product[];
  sites: readonly Site[];
  passes: readonly Passes[];
  /** Blocks that an interpreter launches one after the other. */
  blocks: number;
}

/** Adds up products by place, and keeps what else there is. */
export class WorkSum {
  blocks = 0;
  private readonly sites = new Map<string, Site>();
  private readonly passes = new Map<string, Passes>();
  private readonly products = new Map<string, Product>();

  constructor(private readonly storage: ReturnType<typeof tensorStorage>) {}

  add(tensor: WeightTensor, layers: readonly number[] | null, place: Place, group: string): void {
    if (tensor.role !== 'linear' && tensor.role !== 'convolution') return;
    const kind = tensor.role === 'convolution' && tensor.shape.length > 2 ? 'convolutions' : 'matrices';
    const key = `${group} ${kind} ${place.stream} ${place.level}`;
    const product = this.products.get(key) ?? {
      place,
      layers: layers?.length ?? 1,
      kind,
      elements: 0,
      activeElements: 0,
      storedBytes: 0,
      packedElements: 0,
      superblockElements: 0,
      edgeElements: 0,
    };
    this.products.set(key, product);
    const copies = tensor.copies ?? 1;
    const active = tensor.activeCopies ?? copies;
    const elements = elementsOf(tensor);
    const stored = this.storage(tensor, layers);
    product.elements += elements * copies;
    product.activeElements += elements * active;
    product.storedBytes += stored.bytes * copies;
    if (stored.packed) product.packedElements += elements * copies;
    if (stored.packed && stored.superblock) product.superblockElements += elements * copies;
    product.edgeElements += ((tensor.shape[0] ?? 0) + (tensor.shape[1] ?? 1)) * active;
  }

  attends(site: Site): void {
    if (!(site.width > 0)) return;
    // Heads that a hostile file makes no number of are taken as one.
    const headWidth = site.headWidth >= 1 && site.headWidth <= site.width ? site.headWidth : site.width;
    fold(this.sites, JSON.stringify({ ...site, headWidth, layers: 0 }), { ...site, headWidth });
  }

  passesOver(passes: Passes): void {
    fold(this.passes, JSON.stringify({ ...passes, layers: 0 }), passes);
  }

  work(): Work {
    return {
      products: [...this.products.values()],
      sites: [...this.sites.values()],
      passes: [...this.passes.values()],
      blocks: this.blocks,
    };
  }
}

/** Adds what is alike but for the number of layers. */
function fold<T extends { layers: number }>(known: Map<string, T>, key: string, one: T): void {
  const same = known.get(key);
  known.set(key, same === undefined ? one : { ...same, layers: same.layers + one.layers });
}
