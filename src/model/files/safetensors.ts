import { open } from 'node:fs/promises';
import { isObject } from '../config';
import { quoted, ReadFailure } from '../readFailure';
import { inPlaceOfWeights } from '../strangeFile';
import type { ByteSource } from './byteSource';
import { HEADER_PIECE, MAX_DIMENSIONS, MAX_SAFETENSORS_HEADER } from './fileLimits';
import { SafetensorsHeader } from './safetensorsHeader';
import type { Turns } from './turns';
import type { ListedTensor, TensorListing } from './tensorListing';

const LENGTH_BYTES = 8;

/** Enough of a file to tell what else it may be. */
const START_BYTES = 512;

/** Bits of one element, by the format's own names. */
const BITS: Readonly<Record<string, number>> = {
  F64: 64,
  I64: 64,
  U64: 64,
  C64: 64,
  F32: 32,
  I32: 32,
  U32: 32,
  F16: 16,
  BF16: 16,
  I16: 16,
  U16: 16,
  F8_E4M3: 8,
  F8_E5M2: 8,
  F8_E8M0: 8,
  I8: 8,
  U8: 8,
  BOOL: 8,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F4: 4,
};

/**
 * Lists the tensors of a safetensors file from its header: eight bytes of length, then JSON. Throws ReadFailure for a
 * header that is cut, too long, no JSON, or that lies about its tensors.
 */
export function readSafetensors(source: ByteSource): TensorListing {
  const reading = new Reading(source.size, source.read(0, START_BYTES));
  for (let at = LENGTH_BYTES; at < reading.end; at += HEADER_PIECE)
    reading.take(source.read(at, Math.min(HEADER_PIECE, reading.end - at)));
  return reading.listing();
}

/** The same for a file on disk, in turns: nobody else waits for a long header. Throws also what the file system throws. */
export async function readSafetensorsFile(path: string, turns: Turns): Promise<TensorListing> {
  const file = await open(path, 'r');
  try {
    const read = async (at: number, length: number): Promise<Uint8Array> => {
      const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, at);
      return buffer.subarray(0, bytesRead);
    };
    const reading = new Reading((await file.stat()).size, await read(0, START_BYTES));
    for (let at = LENGTH_BYTES; at < reading.end; at += HEADER_PIECE) {
      await turns.next();
      reading.take(await read(at, Math.min(HEADER_PIECE, reading.end - at)));
    }
    return reading.listing();
  } finally {
    await file.close();
  }
}

/** What has been read of one file so far. */
class Reading {
  /** Where the header ends and the tensors begin. */
  readonly end: number;
  private readonly tensors: ListedTensor[] = [];
  private reach = 0;
  private readonly header = new SafetensorsHeader((name, entry) => {
    const { tensor, end } = listed(name, entry);
    this.tensors.push(tensor);
    this.reach = Math.max(this.reach, end);
  });

  constructor(
    private readonly fileBytes: number,
    start: Uint8Array,
  ) {
    const strange = inPlaceOfWeights(start);
    if (strange !== null) throw new ReadFailure('not-a-model', strange);
    if (start.length < LENGTH_BYTES)
      throw new ReadFailure('not-a-model', 'Too short for a safetensors file.');
    const length = Number(new DataView(start.buffer, start.byteOffset, LENGTH_BYTES).getBigUint64(0, true));
    if (length > MAX_SAFETENSORS_HEADER) {
      throw new ReadFailure(
        'too-large',
        `The header claims ${String(length)} bytes; the format allows ${String(MAX_SAFETENSORS_HEADER)}.`,
      );
    }
    if (length > fileBytes - LENGTH_BYTES) {
      throw new ReadFailure(
        'contradiction',
        `The header claims ${String(length)} bytes and the file ends after ${String(fileBytes - LENGTH_BYTES)}.`,
      );
    }
    this.end = LENGTH_BYTES + length;
  }

  take(piece: Uint8Array): void {
    this.header.take(piece);
  }

  listing(): TensorListing {
    this.header.finish();
    const needed = this.end + this.reach;
    const cut =
      needed > this.fileBytes
        ? [
            `The file is cut short: its tensors need ${String(needed)} bytes, it has ${String(this.fileBytes)}.`,
          ]
        : [];
    return {
      format: 'safetensors',
      tensors: this.tensors,
      metadata: this.header.metadata,
      fileBytes: this.fileBytes,
      remarks: [...cut, ...this.header.remarks],
    };
  }
}

function listed(name: string, entry: unknown): { tensor: ListedTensor; end: number } {
  if (!isObject(entry))
    throw new ReadFailure('contradiction', `The header's entry for ${quoted(name)} is no object.`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (
    typeof dtype !== 'string' ||
    !Array.isArray(shape) ||
    shape.length > MAX_DIMENSIONS ||
    !Array.isArray(offsets)
  ) {
    throw new ReadFailure(
      'contradiction',
      `The header's entry for ${quoted(name)} lacks dtype, shape or offsets.`,
    );
  }
  const sizes = shape.map((size) => whole(size, name));
  const start = whole(offsets[0], name);
  const end = whole(offsets[1], name);
  const bits = Object.hasOwn(BITS, dtype) ? BITS[dtype] : undefined;
  const elements = sizes.reduce((product, size) => product * size, 1);
  if (!Number.isSafeInteger(elements) || end < start) {
    throw new ReadFailure('contradiction', `The header's entry for ${quoted(name)} has impossible sizes.`);
  }
  if (bits !== undefined && Math.ceil((elements * bits) / 8) !== end - start) {
    throw new ReadFailure(
      'contradiction',
      `${quoted(name)} is ${String(end - start)} bytes long, its shape needs ${String(Math.ceil((elements * bits) / 8))}.`,
    );
  }
  return { tensor: { name, dtype, shape: sizes, bytes: end - start }, end };
}

function whole(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new ReadFailure(
    'contradiction',
    `The header's entry for ${quoted(name)} holds ${quoted(value)} for a size.`,
  );
}
