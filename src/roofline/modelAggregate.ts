import type { LayerGroup, Mixer, ModelSpec, WeightTensor } from '../model/spec';
import type { Bytes } from '../units/quantities';
import { tensorStorage } from './tensorStorage';

/** Linear weights that a step streams together, added up: elements, stored bytes, and the widths of what goes in and out. */
export interface LinearBlock {
  elements: number;
  storedBytes: Bytes;
  /** Sum over the matrices of rows + columns: elements of activations read and written a token. */
  edgeElements: number;
  matrices: number;
  /** Elements that need unpacking before they can be multiplied (stored in fewer bits than computed in). */
  packedElements: number;
  superblockElements: number;
}

/** Identical layers, added up once. */
export interface GroupAggregate {
  layers: number;
  mixers: readonly Mixer[];
  attention: LinearBlock;
  feedForward: LinearBlock;
  /** One routed expert; `experts` is null where there are none. */
  expert: LinearBlock;
  experts: { count: number; perToken: number } | null;
  /** Norm weights and biases. */
  vectorBytes: Bytes;
  /** All weights of one layer as stored. */
  storedBytes: Bytes;
}

/** What a step needs to know of a model under a weight scheme: a few sums, reckoned once. */
export interface ModelAggregate {
  groups: readonly GroupAggregate[];
  layers: number;
  /** Matrices in the layers, a token's own experts included, and experts in them: what eager code launches one by one. */
  matrices: number;
  experts: number;
  expertLayers: number;
  /** Positions enter by rotation of queries and keys, as in most models; not where they are learned or biases. */
  rotary: boolean;
  head: LinearBlock;
  /** Bytes of one row of the embedding. */
  lookupRowBytes: Bytes;
  outsideStoredBytes: Bytes;
  towers: readonly TowerAggregate[];
  /** All weights as stored, towers included. */
  storedBytes: Bytes;
  /** Elements of all weights but the towers', and of the largest matrix of a layer. */
  elements: number;
  largestMatrix: number;
}

export interface TowerAggregate {
  kind: ModelSpec['towers'][number]['kind'];
  hiddenSize: number;
  groups: readonly GroupAggregate[];
  outside: LinearBlock;
  outputTokens: number | null;
  storedBytes: Bytes;
}

/** Model types with learned positions or attention biases. */
const NOT_ROTARY: ReadonlySet<string> = new Set([
  'gpt2',
  'opt',
  'gpt_neo',
  'xglm',
  'bloom',
  'mpt',
  'gpt_bigcode',
  't5',
  'bart',
  'whisper',
  'bert',
  'roberta',
]);

const cache = new WeakMap<ModelSpec, Map<string, ModelAggregate>>();

/**
 * The sums of a model under a weight scheme (null: the file's own weights), kept for as long as the model is.
 *
 * @throws ScenarioError `unknown-scheme` where the scheme is not in the table.
 */
export function modelAggregate(model: ModelSpec, schemeId: string | null): ModelAggregate {
  let byScheme = cache.get(model);
  if (!byScheme) {
    byScheme = new Map();
    cache.set(model, byScheme);
  }
  const key = schemeId ?? '';
  let aggregate = byScheme.get(key);
  if (!aggregate) {
    aggregate = addUp(model, schemeId);
    byScheme.set(key, aggregate);
  }
  return aggregate;
}

type Storage = ReturnType<typeof tensorStorage>;

function addUp(model: ModelSpec, schemeId: string | null): ModelAggregate {
  const storage = tensorStorage(model, schemeId);
  const groups = model.groups.map((group) => aggregateGroup(group, storage));
  const towers = model.towers.map((tower) => {
    const towerGroups = tower.groups.map((group) => aggregateGroup(group, storage));
    const outside = emptyBlock();
    let stored = 0;
    for (const tensor of tower.outside) {
      if (tensor.role === 'linear') addTensor(outside, tensor, storage, null);
      stored += storedOf(tensor, storage, null);
    }
    stored += sum(towerGroups.map((group) => group.storedBytes * group.layers));
    return {
      kind: tower.kind,
      hiddenSize: tower.hiddenSize,
      groups: towerGroups,
      outside,
      outputTokens: tower.outputTokens ?? null,
      storedBytes: stored,
    };
  });
  const head = emptyBlock();
  let outsideStoredBytes = 0;
  let lookupRowBytes = 0;
  for (const tensor of model.outside) {
    outsideStoredBytes += storedOf(tensor, storage, null);
    if (tensor.role === 'linear') addTensor(head, tensor, storage, null);
    if (tensor.role === 'lookup') {
      const rows = tensor.shape[0] ?? 1;
      lookupRowBytes += storage(tensor, null).bytes / Math.max(1, rows);
      // A tied head multiplies by the embedding: the same bytes are streamed, nothing more is stored.
      if (model.tiedHead && rows === model.vocabularySize) addTensor(head, tensor, storage, null);
    }
  }
  return {
    groups,
    layers: sum(groups.map((group) => group.layers)),
    matrices: sum(
      groups.map(
        (group) =>
          group.layers *
          (group.attention.matrices +
            group.feedForward.matrices +
            (group.experts ? group.expert.matrices * group.experts.perToken : 0)),
      ),
    ),
    experts: sum(groups.map((group) => group.layers * (group.experts?.count ?? 0))),
    expertLayers: sum(groups.map((group) => (group.experts ? group.layers : 0))),
    rotary: !NOT_ROTARY.has(model.modelType),
    head,
    lookupRowBytes,
    outsideStoredBytes,
    towers,
    // Where the file's own tensors were added up, their bytes are known better than any scheme tells.
    storedBytes:
      (schemeId === null ? model.storedBytes : undefined) ??
      outsideStoredBytes +
        sum(groups.map((group) => group.storedBytes * group.layers)) +
        sum(towers.map((tower) => tower.storedBytes)),
    elements: sum(model.outside.map(allElements)) + sum(model.groups.map(groupElements)),
    largestMatrix: largestMatrix(model),
  };
}

function allElements(tensor: WeightTensor): number {
  return elementsOf(tensor) * (tensor.copies ?? 1);
}

function groupElements(group: LayerGroup): number {
  return sum(group.layer.weights.map(allElements)) * group.indices.length;
}

function largestMatrix({ groups }: ModelSpec): number {
  let most = 0;
  for (const { layer } of groups) {
    for (const tensor of layer.weights) {
      if (tensor.role === 'linear') most = Math.max(most, elementsOf(tensor));
    }
  }
  return most;
}

function aggregateGroup(group: LayerGroup, storage: Storage): GroupAggregate {
  const attention = emptyBlock();
  const feedForward = emptyBlock();
  const expert = emptyBlock();
  let vectorBytes = 0;
  let storedBytes = 0;
  const layers = group.indices;
  const ffn = group.layer.feedForward;
  const experts =
    ffn.kind === 'experts' && ffn.routedExperts > 0
      ? { count: ffn.routedExperts, perToken: Math.min(ffn.expertsPerToken, ffn.routedExperts) }
      : null;
  for (const tensor of group.layer.weights) {
    const copies = tensor.copies ?? 1;
    storedBytes += storedOf(tensor, storage, layers);
    if (tensor.role === 'vector' || tensor.role === 'buffer') {
      vectorBytes += storage(tensor, layers).bytes * copies;
    } else if (
      experts &&
      tensor.part === 'experts' &&
      copies > 1 &&
      (tensor.activeCopies ?? copies) < copies
    ) {
      addTensor(expert, tensor, storage, layers);
    } else {
      const block = tensor.part === 'attention' || tensor.part === 'other' ? attention : feedForward;
      addTensor(block, tensor, storage, layers, copies);
    }
  }
  const mixers = group.layer.secondMixer ? [group.layer.mixer, group.layer.secondMixer] : [group.layer.mixer];
  return {
    layers: group.indices.length,
    mixers,
    attention,
    feedForward,
    expert,
    experts: expert.elements > 0 ? experts : null,
    vectorBytes,
    storedBytes,
  };
}

function emptyBlock(): LinearBlock {
  return {
    elements: 0,
    storedBytes: 0,
    edgeElements: 0,
    matrices: 0,
    packedElements: 0,
    superblockElements: 0,
  };
}

function addTensor(
  block: LinearBlock,
  tensor: WeightTensor,
  storage: Storage,
  layers: readonly number[] | null,
  copies = 1,
): void {
  const elements = elementsOf(tensor);
  const stored = storage(tensor, layers);
  const rows = tensor.shape[0] ?? 1;
  block.elements += elements * copies;
  block.storedBytes += stored.bytes * copies;
  block.edgeElements += (rows + elements / Math.max(1, rows)) * copies;
  block.matrices += copies;
  if (stored.packed) block.packedElements += elements * copies;
  if (stored.packed && stored.superblock) block.superblockElements += elements * copies;
}

function storedOf(tensor: WeightTensor, storage: Storage, layers: readonly number[] | null): Bytes {
  return storage(tensor, layers).bytes * (tensor.copies ?? 1);
}

/** Elements of one copy. */
export function elementsOf(tensor: WeightTensor): number {
  let elements = 1;
  for (const size of tensor.shape) elements *= size;
  return elements;
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
