import { readFile, stat } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { MAX_JSON_LENGTH, readJson } from '../../syntax/json';
import { isObject } from '../config';
import { ReadFailure } from '../readFailure';
import { withFile } from './byteSource';
import { MAX_SHARDS, MAX_TENSORS } from './fileLimits';
import { readGguf } from './gguf';
import { readOnnx } from './onnx';
import { readSafetensorsFile } from './safetensors';
import type { TensorListing } from './tensorListing';
import { Turns } from './turns';

/**
 * Tensors of weights files, from headers alone, each file read once however often it is asked for. Made for one question and
 * thrown away after it: files change.
 */
export class TensorLists {
  private readonly known = new Map<string, Promise<TensorListing>>();
  /** For what else is done with the tensors, so that it ends with the reading. */
  readonly turns: Turns;

  /** Reading ends early, by the signal's reason, once the signal is given. */
  constructor(signal?: AbortSignal) {
    this.turns = new Turns(signal);
  }

  /**
   * The tensors of a .safetensors, .gguf or .onnx file, or of all files that an index names. Rejects with ReadFailure for
   * what is no such file, and with what the file system throws.
   */
  of(path: string): Promise<TensorListing> {
    let listing = this.known.get(path);
    if (listing === undefined) {
      listing = this.read(path);
      this.known.set(path, listing);
    }
    return listing;
  }

  private async read(path: string): Promise<TensorListing> {
    switch (extname(path).toLowerCase()) {
      case '.gguf':
        return readGguf({ path, size: (await stat(path)).size });
      case '.onnx':
        return withFile(path, (source) => readOnnx(source).listing);
      case '.json':
        return this.joined(path);
      default:
        return readSafetensorsFile(path, this.turns);
    }
  }

  private async joined(index: string): Promise<TensorListing> {
    const listings: TensorListing[] = [];
    let tensors = 0;
    for (const name of shardsOf((await readIndex(index)).weightMap)) {
      await this.turns.next();
      const listing = await this.of(join(dirname(index), name));
      tensors += listing.tensors.length;
      if (tensors > MAX_TENSORS)
        throw new ReadFailure('too-large', `More than ${String(MAX_TENSORS)} tensors: that is not read.`);
      listings.push(listing);
    }
    return {
      format: 'safetensors',
      tensors: listings.flatMap((listing) => listing.tensors),
      metadata: listings[0]?.metadata ?? {},
      fileBytes: listings.reduce((sum, listing) => sum + listing.fileBytes, 0),
      remarks: listings.flatMap((listing) => listing.remarks),
    };
  }
}

/** What an index of weights files says: the file of each tensor, and what its writer added up. */
export interface WeightIndex {
  weightMap: Readonly<Record<string, unknown>>;
  metadata: Readonly<Record<string, unknown>>;
}

/** Reads an index. Rejects with ReadFailure for what is none, and with what the file system throws. */
export async function readIndex(path: string): Promise<WeightIndex> {
  if ((await stat(path)).size > MAX_JSON_LENGTH)
    throw new ReadFailure('too-large', 'The index is larger than any model needs.');
  const { value } = readJson(await readFile(path, 'utf8'));
  if (!isObject(value) || !isObject(value.weight_map))
    throw new ReadFailure('not-a-model', 'The index names no weights.');
  return { weightMap: value.weight_map, metadata: isObject(value.metadata) ? value.metadata : {} };
}

/** The files that an index names. Throws ReadFailure where they are none that can be read. */
export function shardsOf(weightMap: Readonly<Record<string, unknown>>): string[] {
  // Names only: a path would let an index reach outside its folder.
  const shards = [...new Set(Object.values(weightMap))].filter(
    (name): name is string => typeof name === 'string' && /^[\w.-]+\.safetensors$/.test(name),
  );
  if (shards.length === 0 || shards.length > MAX_SHARDS)
    throw new ReadFailure('unsupported', 'The index names no safetensors files that can be read.');
  return shards;
}
