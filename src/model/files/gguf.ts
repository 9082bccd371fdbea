import { resolve } from 'node:path';
import { quoted, ReadFailure } from '../readFailure';
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

/** A GGUF file on disk, or its bytes in memory. */
export type GgufSource = { path: string; size: number } | { bytes: Uint8Array };

/** Lists the tensors of a GGUF file from its header; throws ReadFailure for what is none, or lies. */
export async function readGguf(source: GgufSource): Promise<TensorListing> {
  const parsed = await parse(source).catch((fault: unknown) => {
    throw new ReadFailure(
      'not-a-model',
      `Not a readable GGUF file: ${quoted(fault instanceof Error ? fault.message : String(fault))}.`,
    );
  });
  if (parsed.tensorInfos.length > MAX_TENSORS)
    throw new ReadFailure('too-large', 'The file lists more tensors than are read.');
  // Past the end of a file that is cut in its header the library reads zeros: names without a letter.
  if (parsed.tensorInfos.some((info) => info.name === '')) {
    throw new ReadFailure('not-a-model', 'The file is cut short in its header.');
  }
  const fileBytes = 'bytes' in source ? source.bytes.length : source.size;
  const tensors = parsed.tensorInfos.map((info) => listed(info.name, info.dtype, info.shape));
  const listedTotal = tensors.reduce((sum, tensor) => sum + tensor.bytes, 0);
  const remarks =
    listedTotal > fileBytes
      ? [`The file is cut short: its tensors need ${String(listedTotal)} bytes, it has ${String(fileBytes)}.`]
      : [];
  return { format: 'gguf', tensors, metadata: parsed.metadata, fileBytes, remarks };
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
