import { Notes } from '../notes';
import type { Quantisation } from '../quantisation';
import { findScheme } from '../weightSchemes';
import { metadataNumber } from './ggufMetadata';
import { ggufMixers } from './ggufMixers';
import type { SpecFrame } from './specFromTensors';
import type { TensorListing } from './tensorListing';

/** Names of `general.file_type`, by number: llama.h, enum llama_ftype. */
const FILE_TYPES: Readonly<Record<number, string>> = {
  0: 'f32',
  1: 'f16',
  2: 'q4_0',
  3: 'q4_1',
  7: 'q8_0',
  8: 'q5_0',
  9: 'q5_1',
  10: 'q2_k',
  11: 'q3_k_s',
  12: 'q3_k_m',
  13: 'q3_k_l',
  14: 'q4_k_s',
  15: 'q4_k_m',
  16: 'q5_k_s',
  17: 'q5_k_m',
  18: 'q6_k',
  19: 'iq2_xxs',
  20: 'iq2_xs',
  23: 'iq3_xxs',
  24: 'iq1_s',
  25: 'iq4_nl',
  26: 'iq3_s',
  28: 'iq2_s',
  30: 'iq4_xs',
  31: 'iq1_m',
  32: 'bf16',
  36: 'tq1_0',
  37: 'tq2_0',
  38: 'mxfp4',
};

/**
 * What a GGUF file's header says the model is: every tensor as listed, attention from the header's keys. A vocabulary-only
 * file has no tensors and is said to be one.
 */
export function ggufFrame(listing: TensorListing, name: string): SpecFrame {
  const { metadata } = listing;
  const architecture = text(metadata['general.architecture']) ?? '';
  const key = (suffix: string): unknown => metadata[`${architecture}.${suffix}`];
  const notes = new Notes();
  for (const remark of listing.remarks) notes.doubt('cut-short', remark);
  if (listing.tensors.length === 0) notes.doubt('no-weights', 'The file holds a vocabulary and no weights.');
  if (architecture === '') notes.doubt('missing-key', 'general.architecture is not said.');
  const shards = metadataNumber(metadata['split.count']);
  if (shards !== undefined && shards > 1)
    notes.doubt(
      'one-shard',
      `This is one of ${String(shards)} files of the model; the others are not counted.`,
    );
  const encoder = /bert|t5encoder|gemma-embedding/.test(architecture);
  const hidden = metadataNumber(key('embedding_length')) ?? 0;
  return {
    name: text(metadata['general.name']) ?? name,
    modelType: architecture === '' ? 'gguf' : architecture,
    architecture: 'gguf',
    kind: encoder ? 'encoder' : 'decoder',
    hiddenSize: hidden,
    vocabularySize: vocabularyOf(listing, metadataNumber(key('vocab_size'))),
    maxContext: metadataNumber(key('context_length')) ?? null,
    quantisation: quantisationOf(metadataNumber(metadata['general.file_type'])),
    notes,
    mixers: ggufMixers(listing, key, { architecture, hidden, encoder }, notes),
  };
}

function vocabularyOf(listing: TensorListing, said: number | undefined): number {
  const table = listing.tensors.find((tensor) => tensor.name === 'token_embd.weight');
  const tokens = listing.metadata['tokenizer.ggml.tokens'];
  return table?.shape[0] ?? said ?? (Array.isArray(tokens) ? tokens.length : 0);
}

function quantisationOf(fileType: number | undefined): Quantisation | null {
  const id = fileType === undefined ? undefined : FILE_TYPES[fileType];
  const scheme = id === undefined ? undefined : findScheme(id);
  if (scheme === undefined || scheme.bits >= 16) return null;
  return { scheme: scheme.id, bits: scheme.bits, group: scheme.group, ignored: [], source: 'gguf' };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
