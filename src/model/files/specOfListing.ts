import { Notes } from '../notes';
import type { ModelSpec } from '../spec';
import { ggufFrame } from './ggufFrame';
import { specFromTensors, specFromTensorsInTurns, type SpecFrame } from './specFromTensors';
import type { TensorListing } from './tensorListing';
import type { Turns } from './turns';

/** What weights alone say a model is: every tensor, and no more than the header tells of how they are used. */
export function specOfListing(listing: TensorListing, name: string): ModelSpec {
  return specFromTensors(listing, frameOf(listing, name));
}

/** The same in turns, see `specFromTensorsInTurns`. */
export function specOfListingInTurns(listing: TensorListing, name: string, turns: Turns): Promise<ModelSpec> {
  return specFromTensorsInTurns(listing, frameOf(listing, name), turns);
}

function frameOf(listing: TensorListing, name: string): SpecFrame {
  if (listing.format === 'gguf') return ggufFrame(listing, name);
  const notes = new Notes();
  for (const remark of listing.remarks) notes.doubt('cut-short', remark);
  notes.doubt(
    'architecture-unknown',
    listing.format === 'onnx'
      ? 'A graph says what is computed, not what the model is called: the cache is not known.'
      : 'Weights without a config.json: what the tensors are is known, how they are used is not.',
  );
  const table = listing.tensors.find((tensor) =>
    /embed_tokens\.weight$|wte\.weight$|word_embeddings\.weight$/.test(tensor.name),
  );
  return {
    name,
    modelType: listing.format,
    architecture: '',
    kind: 'other',
    hiddenSize: table?.shape[1] ?? 0,
    vocabularySize: table?.shape[0] ?? 0,
    maxContext: null,
    quantisation: null,
    notes,
  };
}
