import { readJson } from '../../syntax/json';
import { isObject } from '../config';
import { quoted, ReadFailure } from '../readFailure';
import type { ByteSource } from './byteSource';
import { MAX_DIMENSIONS, MAX_SAFETENSORS_HEADER, MAX_TENSORS } from './fileLimits';
import type { ListedTensor, TensorListing } from './tensorListing';

const LENGTH_BYTES = 8;

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
  const head = source.read(0, LENGTH_BYTES);
  if (head.length < LENGTH_BYTES) throw new ReadFailure('not-a-model', 'Too short for a safetensors file.');
  const length = Number(new DataView(head.buffer, head.byteOffset, LENGTH_BYTES).getBigUint64(0, true));
  if (length > MAX_SAFETENSORS_HEADER) {
    throw new ReadFailure(
      'too-large',
      `The header claims ${String(length)} bytes; the format allows ${String(MAX_SAFETENSORS_HEADER)}.`,
    );
  }
  const bytes = source.read(LENGTH_BYTES, length);
  if (bytes.length < length) {
    throw new ReadFailure(
      'contradiction',
      `The header claims ${String(length)} bytes and the file ends after ${String(bytes.length)}.`,
    );
  }
  return parseHeader(new TextDecoder().decode(bytes), source.size, LENGTH_BYTES + length);
}

function parseHeader(text: string, fileBytes: number, dataStart: number): TensorListing {
  const { value, errors } = readJson(text);
  if (!isObject(value) || errors.length > 0)
    throw new ReadFailure(
      'not-a-model',
      `The header is no JSON object${errors[0] === undefined ? '' : `: ${errors[0].message}`}.`,
    );
  const entries = Object.entries(value).filter(([name]) => name !== '__metadata__');
  if (entries.length > MAX_TENSORS)
    throw new ReadFailure('too-large', `${String(entries.length)} tensors: more than is read.`);
  const tensors = entries.map(([name, entry]) => listed(name, entry));
  const needed = tensors.reduce((end, tensor) => Math.max(end, tensor.end), 0) + dataStart;
  const metadata = isObject(value.__metadata__) ? value.__metadata__ : {};
  const remarks =
    needed > fileBytes
      ? [`The file is cut short: its tensors need ${String(needed)} bytes, it has ${String(fileBytes)}.`]
      : [];
  return { format: 'safetensors', tensors, metadata, fileBytes, remarks };
}

function listed(name: string, entry: unknown): ListedTensor & { end: number } {
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
  return { name, dtype, shape: sizes, bytes: end - start, end };
}

function whole(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new ReadFailure(
    'contradiction',
    `The header's entry for ${quoted(name)} holds ${quoted(value)} for a size.`,
  );
}
