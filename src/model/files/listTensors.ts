import { statSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { readJson } from '../../syntax/json';
import { isObject } from '../config';
import { ReadFailure } from '../readFailure';
import { withFile } from './byteSource';
import { MAX_SHARDS } from './fileLimits';
import { readGguf } from './gguf';
import { readOnnx } from './onnx';
import { readSafetensors } from './safetensors';
import type { TensorListing } from './tensorListing';

/**
 * Lists the tensors of a weights file, or of all files that an index names, from headers alone: a file of any size costs
 * what its header costs. Throws ReadFailure for what is no such file, and what the file system throws.
 */
export async function listTensors(path: string): Promise<TensorListing> {
  switch (extname(path).toLowerCase()) {
    case '.gguf':
      return readGguf({ path, size: statSync(path).size });
    case '.onnx':
      return withFile(path, (source) => readOnnx(source).listing);
    case '.json':
      return joined(path);
    default:
      return withFile(path, readSafetensors);
  }
}

function joined(index: string): TensorListing {
  const text = withFile(index, (source) => new TextDecoder().decode(source.read(0, source.size)));
  const { value } = readJson(text);
  const map = isObject(value) && isObject(value.weight_map) ? value.weight_map : {};
  // Names only: a path would let an index reach outside its folder.
  const shards = [...new Set(Object.values(map))].filter(
    (name): name is string => typeof name === 'string' && /^[\w.-]+\.safetensors$/.test(name),
  );
  if (shards.length === 0 || shards.length > MAX_SHARDS)
    throw new ReadFailure('unsupported', 'The index names no safetensors files that can be read.');
  const listings = shards.map((name) => withFile(join(dirname(index), name), readSafetensors));
  return {
    format: 'safetensors',
    tensors: listings.flatMap((listing) => listing.tensors),
    metadata: listings[0]?.metadata ?? {},
    fileBytes: listings.reduce((sum, listing) => sum + listing.fileBytes, 0),
    remarks: listings.flatMap((listing) => listing.remarks),
  };
}
