import type { ModelSpec, WeightTensor } from '../model/spec';
import type { WeightScheme } from '../model/weightScheme';
import { isPlainFormat, weightChoice } from '../model/weightChoice';
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
 * How one copy of each tensor is kept under a scheme; null: as the file itself says, its ignore list and its parts respected. Where
 * the layers of a group differ, bytes are their mean.
 */
export function tensorStorage(
  model: ModelSpec,
  schemeId: string | null,
): (tensor: WeightTensor, layers: readonly number[] | null) => TensorStorage {
  const given = schemeId === null ? null : schemeOf(model, schemeId);
  const choose = weightChoice(model, given ?? undefined, schemeId === null);
  const width = given && isPlainFormat(given) ? given.bits / 8 : elementBytes(model.format);
  return (tensor, layers) => {
    let elements = 1;
    for (const size of tensor.shape) elements *= size;
    const rows = tensor.shape[0] ?? 1;
    const stored = (scheme: WeightScheme | undefined): TensorStorage => {
      const plain = elements * width;
      if (!scheme) return { bytes: plain, packed: false, superblock: false };
      const bytes = storedBytes(scheme, rows, elements / Math.max(1, rows));
      return {
        bytes,
        packed: bytes < plain && scheme.computes === null,
        superblock: SUPERBLOCK.test(scheme.id),
      };
    };
    if (layers === null) return stored(choose(tensor, tensor.name, false));
    let known: { scheme: WeightScheme | undefined; storage: TensorStorage } | undefined;
    const mean = { bytes: 0, packed: false, superblock: false };
    for (const layer of layers) {
      const scheme = choose(tensor, tensor.name.replaceAll('{layer}', String(layer)), true);
      if (!known || known.scheme !== scheme) known = { scheme, storage: stored(scheme) };
      mean.bytes += known.storage.bytes / layers.length;
      mean.packed ||= known.storage.packed;
      mean.superblock ||= known.storage.superblock;
    }
    return mean;
  };
}
