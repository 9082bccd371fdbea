import { Notes } from '../notes';
import type { ModelSpec } from '../spec';
import { ggufSpec } from './ggufSpec';
import { specFromTensors } from './specFromTensors';
import type { TensorListing } from './tensorListing';

/** What weights alone say a model is: every tensor, and no more than the header tells of how they are used. */
export function specOfListing(listing: TensorListing, name: string): ModelSpec {
  if (listing.format === 'gguf') return ggufSpec(listing, name);
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
  return specFromTensors(listing, {
    name,
    modelType: listing.format,
    architecture: '',
    kind: 'other',
    hiddenSize: table?.shape[1] ?? 0,
    vocabularySize: table?.shape[0] ?? 0,
    maxContext: null,
    quantisation: null,
    notes,
  });
}
