import { decoderLevels, decoderPlace, levelCount, unetPlace } from '../model/diffusion/levels';
import { denoisingNetwork, type DenoisingNetwork } from '../model/diffusion/networks';
import { attentionSites, streamOf, type Stream } from '../model/diffusion/streams';
import type { Denoiser, Layer, ModelSpec, Tower, WeightTensor } from '../model/spec';
import { elementsOf } from './modelAggregate';
import { ScenarioError } from './scenarioError';
import { tensorStorage } from './tensorStorage';

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

export interface DiffusionWork {
  denoiser: Denoiser;
  network: DenoisingNetwork;
  step: Work;
  /** Null where the autoencoder is not in the folder, or is of a kind whose sizes are not known. */
  decode: Work | null;
}

/*
 * Passes of a block over its activations where nothing is fused, as PyTorch runs it, in reads and writes of one vector each;
 * counted in diffusers 0.42.1, models/normalization.py, models/embeddings.py, models/transformers/transformer_flux.py.
 */
/** Of each half: norm 2, scale and shift 4, gate and residual addition 6. */
const MODULATED_HALVES = 24;
/** Queries and keys: norms 2 each; rotation in 32 bits, by halves that are put together again, 22 each. */
const HEAD_NORMS = 4;
const ROTATIONS = 44;
/** An activation function reads and writes; a gated one has two halves to read and one more product. */
const ACTIVATION = 2;
const GATED_ACTIVATION = 5;
/** Three norms and three residual additions of a U-Net's block, and a gated network of four times the width. */
const UNET_BLOCK = 15 + 20;
/** Before a convolution a group norm and an activation function, each read and written; after it bias, time step, shortcut. */
const BEFORE_CONVOLUTION = 4;
const AFTER_CONVOLUTION = 3;
/** Hidden vectors alive at once: residual, normed, queries, keys, values, both rotated, what attention gives. */
const ALIVE = 8;

const known = new WeakMap<ModelSpec, Map<string, DiffusionWork>>();

/**
 * The work of a denoising network under a weight scheme (null: the file's own weights), kept for as long as the model is.
 *
 * @throws ScenarioError `unsupported-kind` where it is not known what the network's weights are applied to.
 */
export function diffusionWork(model: ModelSpec, schemeId: string | null): DiffusionWork {
  const byScheme = known.get(model) ?? new Map<string, DiffusionWork>();
  known.set(model, byScheme);
  const key = schemeId ?? '';
  const work = byScheme.get(key) ?? addUp(model, schemeId);
  byScheme.set(key, work);
  return work;
}

function addUp(model: ModelSpec, schemeId: string | null): DiffusionWork {
  const { denoiser } = model;
  const network = denoiser === undefined ? undefined : denoisingNetwork(denoiser.network);
  if (denoiser === undefined || network === undefined) {
    throw new ScenarioError(
      'unsupported-kind',
      `What a step of ${model.modelType} computes is not known: it is inspected, its time is not estimated.`,
    );
  }
  const sum = new Sum(tensorStorage(model, schemeId));
  if (network.attends === 'unet') unetWork(model, sum);
  else transformerWork(model, network, sum);
  const vae = model.towers.find((tower) => tower.kind === 'diffusion');
  return {
    denoiser,
    network,
    step: sum.work(),
    decode: vae === undefined ? null : decodeWork(vae, new Sum(tensorStorage(model, schemeId))),
  };
}

/** Adds up products by place, and keeps what else there is. */
class Sum {
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
    fold(this.sites, JSON.stringify({ ...site, layers: 0 }), site);
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

function transformerWork(model: ModelSpec, network: DenoisingNetwork, sum: Sum): void {
  const flat = (stream: Stream): Place => ({ stream, level: 0 });
  for (const tensor of model.outside) sum.add(tensor, null, flat(streamOf(tensor, network)), 'outside');
  model.groups.forEach(({ indices, layer }, index) => {
    for (const tensor of layer.weights) {
      sum.add(tensor, indices, flat(streamOf(tensor, network)), String(index));
    }
    const layers = indices.length;
    sum.blocks += layers;
    const sites = attentionSites(layer, network);
    for (const { queries, keys, ...site } of sites) {
      sum.attends({ ...site, queries: flat(queries), keys: flat(keys), layers });
    }
    const [own] = sites;
    if (own)
      sum.passesOver({
        ...blockPasses(layer, model.hiddenSize, own.width, network),
        layers,
        place: flat(own.queries),
      });
  });
}

function blockPasses(
  layer: Layer,
  hidden: number,
  width: number,
  network: DenoisingNetwork,
): { elements: number; alive: number } {
  const ffn = layer.feedForward.kind === 'none' ? 0 : layer.feedForward.width;
  const gated = layer.feedForward.kind !== 'none' && layer.feedForward.matrices === 3;
  const normed = layer.weights.some(({ name }) => /(norm_q|q_norm)\b/.test(name));
  return {
    elements:
      MODULATED_HALVES * hidden +
      ((network.rotary ? ROTATIONS : 0) + (normed ? HEAD_NORMS : 0)) * width +
      (gated ? GATED_ACTIVATION : ACTIVATION) * ffn,
    alive: Math.max(ALIVE * hidden, 2 * hidden + (gated ? 3 : 2) * ffn),
  };
}

function unetWork(model: ModelSpec, sum: Sum): void {
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
  sum: Sum,
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
function decodeWork(vae: Tower, sum: Sum): Work | null {
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
