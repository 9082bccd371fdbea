import { isIgnored } from '../model/ignoreList';
import type { ModelSpec, WeightTensor } from '../model/spec';
import type { WeightScheme } from '../model/weightScheme';
import { findScheme, storedBytes } from '../model/weightSchemes';
import { elementBytes } from '../units/numberFormat';
import type { Bytes } from '../units/quantities';
import { ScenarioError } from './scenarioError';

/** How one copy of a tensor is kept: bytes, and whether its elements need unpacking before they are multiplied. */
export interface TensorStorage {
  bytes: Bytes;
  packed: boolean;
  /** Packed in blocks that nest scales in scales: the costliest to unpack. */
  superblock: boolean;
}

/**
 * The scheme that a scenario serves with; null for plain weights in the model's own format.
 *
 * @throws ScenarioError `unknown-scheme` where the table has no such row.
 */
export function schemeOf(model: ModelSpec, schemeId: string | null): WeightScheme | null {
  if (schemeId === null) {
    const own = model.quantisation;
    if (own === null) return null;
    const base = findScheme(own.scheme);
    return base ? { ...base, bits: own.bits, group: own.group } : null;
  }
  const scheme = findScheme(schemeId);
  if (!scheme) throw new ScenarioError('unknown-scheme', `No weight scheme is called ${schemeId}.`);
  return scheme;
}

/** A number format rather than a quantisation: every weight is in it alike. */
export function isPlainScheme(scheme: WeightScheme): boolean {
  return scheme.bits >= 16 && scheme.scaleBits === 0;
}

/** GGUF's K, IQ and ternary types. */
const SUPERBLOCK = /^(q\d_k|iq|tq)/;

/**
 * Bytes of one copy of each tensor under a scheme (null: the file's own weights, its ignore list respected). Where an
 * ignore list leaves out some layers of a group, the mean over the group's layers is taken.
 */
export function tensorStorage(
  model: ModelSpec,
  schemeId: string | null,
): (tensor: WeightTensor, layers: readonly number[] | null) => TensorStorage {
  const scheme = schemeOf(model, schemeId);
  const width = elementBytes(model.format);
  const ignored =
    schemeId === null && model.quantisation ? isIgnored(model.quantisation.ignored) : (): boolean => false;
  return (tensor, layers) => {
    let elements = 1;
    for (const size of tensor.shape) elements *= size;
    if (scheme && isPlainScheme(scheme))
      return { bytes: (elements * scheme.bits) / 8, packed: false, superblock: false };
    const plain = elements * width;
    if (!scheme || !covers(scheme, tensor, layers !== null))
      return { bytes: plain, packed: false, superblock: false };
    const rows = tensor.shape[0] ?? 1;
    const stored = storedBytes(scheme, rows, elements / Math.max(1, rows));
    const share =
      layers === null ? (ignored(tensor.name) ? 1 : 0) : ignoredShare(tensor.name, layers, ignored);
    return {
      bytes: share * plain + (1 - share) * stored,
      packed: share < 1 && stored < plain && scheme.computes === null,
      superblock: SUPERBLOCK.test(scheme.id),
    };
  };
}

function covers(scheme: WeightScheme, tensor: WeightTensor, inLayer: boolean): boolean {
  if (tensor.role === 'lookup') return scheme.covers.embedding && tensor.part === 'embedding';
  if (tensor.role !== 'linear') return false;
  return tensor.part === 'head' ? scheme.covers.head : inLayer;
}

function ignoredShare(name: string, layers: readonly number[], ignored: (name: string) => boolean): number {
  if (layers.length === 0) return 0;
  let count = 0;
  for (const layer of layers) if (ignored(name.replaceAll('{layer}', String(layer)))) count += 1;
  return count / layers.length;
}
