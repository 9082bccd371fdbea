import type { Bytes } from '../../units/quantities';

/** One tensor as a weights file lists it; its data is never read. */
export interface ListedTensor {
  name: string;
  /** As the file spells it: `BF16`, `F8_E4M3`, `Q4_K`, `float16`. */
  dtype: string;
  /** Row-major: [out, in] for linear weights, whatever order the file keeps. */
  shape: readonly number[];
  bytes: Bytes;
}

/** What a weights file holds, from its header alone. */
export interface TensorListing {
  format: 'safetensors' | 'gguf' | 'onnx';
  tensors: readonly ListedTensor[];
  /** Plain facts beside the tensors: architecture, tokenizer, producer. */
  metadata: Readonly<Record<string, unknown>>;
  fileBytes: Bytes;
  /** Things a person should know: cut short, tensors beyond the file's end. */
  remarks: readonly string[];
}

export function listedBytes(listing: TensorListing): Bytes {
  return listing.tensors.reduce((sum, tensor) => sum + tensor.bytes, 0);
}

export function listedElements(tensor: ListedTensor): number {
  return tensor.shape.reduce((product, size) => product * size, 1);
}
