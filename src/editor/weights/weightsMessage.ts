import type { OpenedWeights } from '../../model/openWeights';
import type { PlacedTensor } from '../../model/placedTensor';
import type { WeightShare } from '../../model/weightShares';
import { LIMITS } from '../../protocol/limits';
import { MAX_ROWS, type WeightsMessage } from '../../protocol/weightsProtocol';

/** Shares listed by name; the rest are added up. Real files have up to eight types. */
const MAX_SHARES = 24;
/** Keys of a header that are shown; lists (vocabularies) are told by their length. */
const MAX_METADATA = 150;

/** Words that the message takes from elsewhere. */
export interface Told {
  facts: readonly string[];
  file: string;
  parts: readonly WeightShare[];
  types: readonly WeightShare[];
}

/** What the page shows above the table; strings are cut to what a message may carry. */
export function weightsMessage(
  weights: OpenedWeights,
  told: Told,
  reading: number,
  inReplyTo: number | null,
): WeightsMessage {
  const { model } = weights;
  const notes = [...weights.remarks, ...model.warnings.map(({ message }) => message)];
  return {
    type: 'weights',
    inReplyTo,
    reading,
    name: label(model.name),
    facts: told.facts.map(label),
    file: cut(told.file, LIMITS.paragraph),
    format: weights.format,
    fileBytes: weights.fileBytes,
    tensors: weights.tensors.length,
    parts: told.parts,
    types: shortened(told.types),
    metadata: metadata(weights.metadata),
    notes: [...new Set(notes)].slice(0, LIMITS.notes).map((note) => cut(note, LIMITS.paragraph)),
  };
}

/** The tensors in pieces that each fit into a message. */
export function* pieces(
  tensors: readonly PlacedTensor[],
): Generator<{ first: number; rows: readonly PlacedTensor[] }> {
  for (let first = 0; first < tensors.length; first += MAX_ROWS) {
    const rows = tensors.slice(first, first + MAX_ROWS).map((tensor) => ({
      ...tensor,
      name: label(tensor.name),
      type: label(tensor.type),
      stack: label(tensor.stack),
    }));
    yield { first, rows };
  }
}

function shortened(shares: readonly WeightShare[]): WeightShare[] {
  const named = shares.slice(0, MAX_SHARES).map((share) => ({ ...share, name: label(share.name) }));
  const rest = shares.slice(MAX_SHARES);
  if (rest.length === 0) return named;
  const sum = rest.reduce(
    (all, { tensors, bytes }) => ({ tensors: all.tensors + tensors, bytes: all.bytes + bytes }),
    { tensors: 0, bytes: 0 },
  );
  return [...named, { name: `${String(rest.length)} more types`, ...sum }];
}

function metadata(values: Readonly<Record<string, unknown>>): { key: string; value: string }[] {
  return Object.entries(values)
    .slice(0, MAX_METADATA)
    .map(([key, value]) => ({ key: label(key), value: label(inWords(value)) }));
}

function inWords(value: unknown): string {
  if (Array.isArray(value)) {
    const few = value.length <= 8 && value.every((each) => typeof each !== 'object');
    return few ? value.map(String).join(', ') : `a list of ${String(value.length)}`;
  }
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}

function label(text: string): string {
  return cut(text, LIMITS.label);
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
