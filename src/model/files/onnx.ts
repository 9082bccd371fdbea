import { ReadFailure } from '../readFailure';
import { inPlaceOfWeights } from '../strangeFile';
import type { ByteSource } from './byteSource';
import { MAX_DIMENSIONS, MAX_NAME_BYTES, MAX_ONNX_DEPTH, MAX_ONNX_NODES, MAX_TENSORS } from './fileLimits';
import type { ListedTensor, TensorListing } from './tensorListing';

/** Names and bits of ONNX element types, by their number in `TensorProto.DataType`. */
const TYPES: Readonly<Record<number, readonly [string, number]>> = {
  1: ['float32', 32],
  2: ['uint8', 8],
  3: ['int8', 8],
  4: ['uint16', 16],
  5: ['int16', 16],
  6: ['int32', 32],
  7: ['int64', 64],
  9: ['bool', 8],
  10: ['float16', 16],
  11: ['float64', 64],
  12: ['uint32', 32],
  13: ['uint64', 64],
  16: ['bfloat16', 16],
  17: ['float8e4m3fn', 8],
  19: ['float8e5m2', 8],
  21: ['uint4', 4],
  22: ['int4', 4],
  23: ['float4e2m1', 4],
};

/** Enough of a file to tell what else it may be. */
const START_BYTES = 512;

export interface OnnxInput {
  name: string;
  dtype: string;
  /** Sizes, or the names of sizes that are open. */
  shape: readonly (number | string)[];
}

export interface OnnxGraph {
  listing: TensorListing;
  opset: number;
  producer: string;
  inputs: readonly OnnxInput[];
  outputs: readonly OnnxInput[];
  /** How often each operator occurs, subgraphs included. */
  operators: Readonly<Record<string, number>>;
}

interface Field {
  number: number;
  wire: number;
  /** Value of a varint; for the others where the bytes start and how many there are. */
  value: number;
  start: number;
  length: number;
}

/**
 * Walks an ONNX file's messages and skips the weights' own bytes, so that reading costs the graph, not the file. Throws
 * ReadFailure for what is no such message, nests too deep or claims more than the file holds.
 */
export function readOnnx(source: ByteSource): OnnxGraph {
  const strange = inPlaceOfWeights(source.read(0, START_BYTES));
  if (strange !== null) throw new ReadFailure('not-a-model', strange);
  const walker = new Walker(source);
  walker.model();
  if (!walker.sawGraph) throw new ReadFailure('not-a-model', 'No graph: this is no ONNX model.');
  return {
    listing: {
      format: 'onnx',
      tensors: walker.tensors,
      metadata: { producer: walker.producer, opset: walker.opset },
      fileBytes: source.size,
      remarks: walker.external ? ['Weights are in a file beside this one.'] : [],
    },
    opset: walker.opset,
    producer: walker.producer,
    inputs: walker.inputs,
    outputs: walker.outputs,
    operators: Object.fromEntries(walker.operators),
  };
}

class Walker {
  readonly tensors: ListedTensor[] = [];
  readonly inputs: OnnxInput[] = [];
  readonly outputs: OnnxInput[] = [];
  readonly operators = new Map<string, number>();
  opset = 0;
  producer = '';
  external = false;
  sawGraph = false;
  private nodes = 0;

  constructor(private readonly source: ByteSource) {}

  model(): void {
    this.each(0, this.source.size, 0, (field) => {
      if (field.number === 2 && field.wire === 2) this.producer = this.text(field);
      else if (field.number === 7 && field.wire === 2) this.graph(field, 1, true);
      else if (field.number === 8 && field.wire === 2) this.opsetImport(field);
    });
  }

  private opsetImport(message: Field): void {
    let domain = '';
    let version = 0;
    this.each(message.start, message.length, 1, (field) => {
      if (field.number === 1 && field.wire === 2) domain = this.text(field);
      else if (field.number === 2 && field.wire === 0) version = field.value;
    });
    if (domain === '' || domain === 'ai.onnx') this.opset = version;
  }

  private graph(message: Field, depth: number, outer: boolean): void {
    this.sawGraph = true;
    this.each(message.start, message.length, depth, (field) => {
      if (field.wire !== 2) return;
      if (field.number === 1) this.node(field, depth + 1);
      else if (field.number === 5) this.tensor(field, depth + 1);
      else if (field.number === 11 && outer) this.inputs.push(this.valueInfo(field, depth + 1));
      else if (field.number === 12 && outer) this.outputs.push(this.valueInfo(field, depth + 1));
    });
  }

  private node(message: Field, depth: number): void {
    this.nodes += 1;
    if (this.nodes > MAX_ONNX_NODES)
      throw new ReadFailure('too-large', 'The graph has more nodes than are read.');
    let type = '';
    let output = '';
    const attributes: Field[] = [];
    this.each(message.start, message.length, depth, (field) => {
      if (field.wire !== 2) return;
      if (field.number === 4) type = this.text(field);
      else if (field.number === 2 && output === '') output = this.text(field);
      else if (field.number === 5) attributes.push(field);
    });
    this.operators.set(type, (this.operators.get(type) ?? 0) + 1);
    for (const attribute of attributes) this.attribute(attribute, depth + 1, output);
  }

  /** Constants hold tensors, loops and branches hold graphs. */
  private attribute(message: Field, depth: number, name: string): void {
    this.each(message.start, message.length, depth, (field) => {
      if (field.wire !== 2) return;
      if (field.number === 5 || field.number === 10) this.tensor(field, depth + 1, name);
      else if (field.number === 6 || field.number === 11) this.graph(field, depth + 1, false);
    });
  }

  private tensor(message: Field, depth: number, fallbackName = ''): void {
    if (this.tensors.length >= MAX_TENSORS)
      throw new ReadFailure('too-large', 'The graph has more tensors than are read.');
    const shape: number[] = [];
    let type = 0;
    let name = '';
    this.each(message.start, message.length, depth, (field) => {
      if (field.number === 1) this.dimensions(field, shape);
      else if (field.number === 2 && field.wire === 0) type = field.value;
      else if (field.number === 8 && field.wire === 2) name = this.text(field);
      else if (field.number === 14 && field.wire === 0 && field.value === 1) this.external = true;
    });
    const elements = shape.reduce((product, size) => product * size, 1);
    if (!Number.isSafeInteger(elements))
      throw new ReadFailure('contradiction', 'A tensor has impossible sizes.');
    const [dtype, bits] = TYPES[type] ?? [`type ${String(type)}`, 0];
    this.tensors.push({
      name: name === '' ? fallbackName : name,
      dtype,
      shape,
      bytes: Math.ceil((elements * bits) / 8),
    });
  }

  /** Sizes come one by one, or packed into one run of bytes. */
  private dimensions(field: Field, into: number[]): void {
    if (field.wire === 0) into.push(field.value);
    else if (field.wire === 2) {
      let at = field.start;
      while (at < field.start + field.length && into.length <= MAX_DIMENSIONS) {
        const { value, next } = this.varint(at);
        into.push(value);
        at = next;
      }
    }
    if (into.length > MAX_DIMENSIONS)
      throw new ReadFailure('contradiction', 'A tensor has more dimensions than any has.');
  }

  private valueInfo(message: Field, depth: number): OnnxInput {
    let name = '';
    let dtype = '';
    const shape: (number | string)[] = [];
    this.each(message.start, message.length, depth, (field) => {
      if (field.number === 1 && field.wire === 2) name = this.text(field);
      if (field.number !== 2 || field.wire !== 2) return;
      this.each(field.start, field.length, depth + 1, (type) => {
        if (type.number !== 1 || type.wire !== 2) return;
        this.each(type.start, type.length, depth + 2, (part) => {
          if (part.number === 1 && part.wire === 0)
            dtype = TYPES[part.value]?.[0] ?? `type ${String(part.value)}`;
          else if (part.number === 2 && part.wire === 2) this.shapeOf(part, depth + 3, shape);
        });
      });
    });
    return { name, dtype, shape };
  }

  private shapeOf(message: Field, depth: number, into: (number | string)[]): void {
    this.each(message.start, message.length, depth, (dimension) => {
      if (dimension.number !== 1 || dimension.wire !== 2 || into.length >= MAX_DIMENSIONS) return;
      let size: number | string = '';
      this.each(dimension.start, dimension.length, depth + 1, (field) => {
        if (field.number === 1 && field.wire === 0) size = field.value;
        else if (field.number === 2 && field.wire === 2) size = this.text(field);
      });
      into.push(size);
    });
  }

  private each(start: number, length: number, depth: number, visit: (field: Field) => void): void {
    if (depth > MAX_ONNX_DEPTH)
      throw new ReadFailure('contradiction', 'The file nests deeper than any graph does.');
    const end = start + length;
    let at = start;
    while (at < end) {
      const tag = this.varint(at);
      const field = this.field(Math.floor(tag.value / 8), tag.value % 8, tag.next);
      const next = field.start + field.length;
      if (field.number === 0 || next > end || next <= at)
        throw new ReadFailure('not-a-model', 'The file is no ONNX model, or it is cut short.');
      visit(field);
      at = next;
    }
  }

  private field(number: number, wire: number, at: number): Field {
    if (wire === 0) {
      const { value, next } = this.varint(at);
      return { number, wire, value, start: at, length: next - at };
    }
    if (wire === 1) return { number, wire, value: 0, start: at, length: 8 };
    if (wire === 5) return { number, wire, value: 0, start: at, length: 4 };
    if (wire !== 2) throw new ReadFailure('not-a-model', 'The file is no ONNX model.');
    const { value, next } = this.varint(at);
    return { number, wire, value: 0, start: next, length: value };
  }

  private varint(at: number): { value: number; next: number } {
    const bytes = this.source.read(at, 10);
    let value = 0;
    let scale = 1;
    for (let index = 0; index < bytes.length; index += 1) {
      const byte = bytes[index] ?? 0;
      value += (byte & 0x7f) * scale;
      scale *= 128;
      if ((byte & 0x80) === 0) return { value, next: at + index + 1 };
    }
    throw new ReadFailure('not-a-model', 'The file is no ONNX model, or it is cut short.');
  }

  private text(field: Field): string {
    return new TextDecoder().decode(this.source.read(field.start, Math.min(field.length, MAX_NAME_BYTES)));
  }
}
