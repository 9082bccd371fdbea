import { basename } from 'node:path';
import { listTensors } from './files/listTensors';
import type { TensorListing } from './files/tensorListing';
import { ReadFailure } from './readFailure';
import type { Unreadable } from './spec';

export type TensorReading = { ok: true; listing: TensorListing } | { ok: false; error: Unreadable };

/**
 * Lists the tensors of a .safetensors, .gguf or .onnx file, or of all files that an index names, from headers alone.
 * Never throws: what cannot be read comes back as an error in words.
 */
export async function openTensors(path: string): Promise<TensorReading> {
  try {
    return { ok: true, listing: await listTensors(path) };
  } catch (fault) {
    if (fault instanceof ReadFailure)
      return { ok: false, error: { code: fault.code, message: fault.message } };
    return { ok: false, error: { code: 'not-a-model', message: `${basename(path)} cannot be read.` } };
  }
}
