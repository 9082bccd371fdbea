import { resolve } from 'node:path';
import { quoted, ReadFailure } from '../readFailure';
import { inPlaceOfWeights } from '../strangeFile';
import { withFile } from './byteSource';
import { MAX_GGUF_MILLISECONDS, MAX_TENSORS } from './fileLimits';
import type { ListedTensor, TensorListing } from './tensorListing';

/** Elements and bytes of one block of each ggml type, by number: ggml-common.h and ggml.c. */
const BLOCKS: Readonly<Record<number, readonly [name: string, elements: number, bytes: number]>> = {
  0: ['F32', 1, 4],
  1: ['F16', 1, 2],
  2: ['Q4_0', 32, 18],
  3: ['Q4_1', 32, 20],
  6: ['Q5_0', 32, 22],
  7: ['Q5_1', 32, 24],
  8: ['Q8_0', 32, 34],
  9: ['Q8_1', 32, 36],
  10: ['Q2_K', 256, 84],
  11: ['Q3_K', 256, 110],
  12: ['Q4_K', 256, 144],
  13: ['Q5_K', 256, 176],
  14: ['Q6_K', 256, 210],
  15: ['Q8_K', 256, 292],
  16: ['IQ2_XXS', 256, 66],
  17: ['IQ2_XS', 256, 74],
  18: ['IQ3_XXS', 256, 98],
  19: ['IQ1_S', 256, 50],
  20: ['IQ4_NL', 32, 18],
  21: ['IQ3_S', 256, 110],
  22: ['IQ2_S', 256, 82],
  23: ['IQ4_XS', 256, 136],
  24: ['I8', 1, 1],
  25: ['I16', 1, 2],
  26: ['I32', 1, 4],
  27: ['I64', 1, 8],
  28: ['F64', 1, 8],
  29: ['IQ1_M', 256, 56],
  30: ['BF16', 1, 2],
  34: ['TQ1_0', 256, 54],
  35: ['TQ2_0', 256, 66],
  39: ['MXFP4', 32, 17],
  40: ['NVFP4', 64, 36],
};

/** Magic, version and two counts. */
const HEADER_BYTES = 24;

/** Enough of a file to tell what else it may be. */
const START_BYTES = 512;

/** Bytes of the shortest tensor entry (lengths, type and offset, no name) and key (length, type and one byte). */
const LEAST_TENSOR = 24;
const LEAST_KEY = 13;

/** A GGUF file on disk, or its bytes in memory. */
export type GgufSource = { path: string; size: number } | { bytes: Uint8Array };

/** Lists the tensors of a GGUF file from its header; throws ReadFailure for what is none, or lies. */
export async function readGguf(source: GgufSource): Promise<TensorListing> {
  const fileBytes = 'bytes' in source ? source.bytes.length : source.size;
  const claims = readClaims('bytes' in source ? source.bytes.subarray(0, START_BYTES) : startOf(source.path));
  if (claims.tensors > MAX_TENSORS)
    throw new ReadFailure('too-large', 'The file lists more tensors than are read.');
  if (claims.tensors * LEAST_TENSOR + claims.keys * LEAST_KEY > fileBytes) {
    throw new ReadFailure(
      'contradiction',
      `The header claims ${String(claims.tensors)} tensors and ${String(claims.keys)} keys: more than ${String(fileBytes)} bytes hold.`,
    );
  }
  if (claims.tensors === 0 && claims.keys === 0)
    throw new ReadFailure('not-a-model', 'The GGUF file is empty: its header names no keys and no tensors.');
  const parsed = await parse(source).catch((fault: unknown) => {
    throw new ReadFailure(
      'not-a-model',
      `Not a readable GGUF file: ${quoted(fault instanceof Error ? fault.message : String(fault))}.`,
    );
  });
  // Past the end of a file that is cut in its header the library reads zeros: names without a letter.
  if (parsed.tensorInfos.some((info) => info.name === '')) {
    throw new ReadFailure('not-a-model', 'The file is cut short in its header.');
  }
  const tensors = parsed.tensorInfos.map((info) => listed(info.name, info.dtype, info.shape));
  const listedTotal = tensors.reduce((sum, tensor) => sum + tensor.bytes, 0);
  const remarks =
    listedTotal > fileBytes
      ? [`The file is cut short: its tensors need ${String(listedTotal)} bytes, it has ${String(fileBytes)}.`]
      : [];
  return { format: 'gguf', tensors, metadata: parsed.metadata, fileBytes, remarks };
}

function startOf(path: string): Uint8Array {
  return withFile(path, (source) => source.read(0, START_BYTES));
}

/** How many tensors and keys the header says there are: magic, version, two counts (32-bit ones in version 1). */
function readClaims(start: Uint8Array): { tensors: number; keys: number } {
  const magic = new TextDecoder('latin1').decode(start.subarray(0, 4));
  if (magic !== 'GGUF')
    throw new ReadFailure(
      'not-a-model',
      inPlaceOfWeights(start) ?? 'Not a readable GGUF file: no GGUF header.',
    );
  if (start.length < HEADER_BYTES)
    throw new ReadFailure('not-a-model', 'The file is cut short in its header.');
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  // The version is a small number in the file's own byte order.
  const little = view.getUint32(4, true) < 0x10000;
  if (view.getUint32(4, little) === 1)
    return { tensors: view.getUint32(8, little), keys: view.getUint32(12, little) };
  return { tensors: Number(view.getBigUint64(8, little)), keys: Number(view.getBigUint64(16, little)) };
}

async function parse(source: GgufSource): Promise<{
  metadata: Record<string, unknown>;
  tensorInfos: { name: string; dtype: number; shape: bigint[] }[];
}> {
  const { gguf } = await import('@huggingface/gguf');
  const reading =
    'bytes' in source
      ? gguf('https://memory.invalid/model.gguf', { fetch: memoryFetch(source.bytes) })
      : gguf(resolve(source.path), { allowLocalFile: true });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error('reading its header takes too long'));
    }, MAX_GGUF_MILLISECONDS);
  });
  try {
    const { metadata, tensorInfos } = await Promise.race([reading, late]);
    return { metadata: { ...metadata }, tensorInfos };
  } finally {
    clearTimeout(timer);
  }
}

/** The library reads by ranges over fetch; bytes in memory answer in its place, and nothing goes out. */
function memoryFetch(bytes: Uint8Array): typeof fetch {
  return (_input, init) => {
    const range = /bytes=(\d+)-(\d+)/.exec(new Headers(init?.headers).get('range') ?? '');
    const start = Number(range?.[1] ?? 0);
    const end = Number(range?.[2] ?? bytes.length - 1);
    return Promise.resolve(new Response(new Uint8Array(bytes.subarray(start, end + 1)), { status: 206 }));
  };
}

function listed(name: string, type: number, shape: readonly bigint[]): ListedTensor {
  const sizes = shape.map(Number).reverse();
  const elements = sizes.reduce((product, size) => product * size, 1);
  if (!Number.isSafeInteger(elements))
    throw new ReadFailure('contradiction', `${quoted(name)} has impossible sizes.`);
  const [dtype, block, bytes] = BLOCKS[type] ?? [`type ${String(type)}`, 1, 0];
  return { name, dtype, shape: sizes, bytes: Math.ceil(elements / block) * bytes };
}
