/**
 * Writes ONNX model files: the few protobuf messages that a graph needs, from plain data.
 * Field numbers and enumerations: onnx/onnx.proto (ONNX IR), https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
 */

/** TensorProto.DataType. */
export const ELEMENT_TYPE = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9 } as const;
export type ElementType = keyof typeof ELEMENT_TYPE;

/** A number is a fixed extent, a string the name of one that is known only at run time. */
export type Dimension = number | string;

export interface TensorData {
  name: string;
  type: ElementType;
  dimensions: readonly number[];
  /** Row-major, little endian. */
  bytes: Uint8Array;
}

export interface ValueShape {
  name: string;
  type: ElementType;
  dimensions: readonly Dimension[];
}

export type Attribute =
  | { int: number }
  | { float: number }
  | { string: string }
  | { ints: readonly number[] }
  | { tensor: TensorData }
  | { graph: Graph };

export interface Node {
  operator: string;
  inputs: readonly string[];
  outputs: readonly string[];
  name?: string;
  /** Empty for the standard operators. */
  domain?: string;
  attributes?: Readonly<Record<string, Attribute>>;
}

export interface Graph {
  name: string;
  nodes: readonly Node[];
  inputs: readonly ValueShape[];
  outputs: readonly ValueShape[];
  initializers?: readonly TensorData[];
}

export interface ModelFile {
  graph: Graph;
  /** Operator-set version by domain; the standard operators' domain is the empty string. */
  operatorSets: Readonly<Record<string, number>>;
  irVersion: number;
  producer: string;
  metadata?: Readonly<Record<string, string>>;
}

type Part = Uint8Array;

function varint(value: number | bigint): Part {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

const integer = (field: number, value: number): Part => Buffer.concat([varint(field << 3), varint(value)]);

function bytes(field: number, value: Uint8Array): Part {
  return Buffer.concat([varint((field << 3) | 2), varint(value.byteLength), value]);
}

const text = (field: number, value: string): Part => bytes(field, Buffer.from(value, 'utf8'));
const message = (field: number, parts: readonly Part[]): Part => bytes(field, Buffer.concat(parts));

function float(field: number, value: number): Part {
  const data = Buffer.alloc(4);
  data.writeFloatLE(value);
  return Buffer.concat([varint((field << 3) | 5), data]);
}

function tensor(value: TensorData): Part[] {
  return [
    ...value.dimensions.map((extent) => integer(1, extent)),
    integer(2, ELEMENT_TYPE[value.type]),
    text(8, value.name),
    bytes(9, value.bytes),
  ];
}

function valueInfo(value: ValueShape): Part[] {
  const shape = value.dimensions.map((extent) =>
    message(1, [typeof extent === 'number' ? integer(1, extent) : text(2, extent)]),
  );
  return [
    text(1, value.name),
    message(2, [message(1, [integer(1, ELEMENT_TYPE[value.type]), message(2, shape)])]),
  ];
}

/** AttributeProto: the value's field, and its AttributeType in field 20. */
function attribute(name: string, value: Attribute): Part[] {
  const named = text(1, name);
  if ('float' in value) return [named, float(2, value.float), integer(20, 1)];
  if ('int' in value) return [named, integer(3, value.int), integer(20, 2)];
  if ('string' in value) return [named, text(4, value.string), integer(20, 3)];
  if ('tensor' in value) return [named, message(5, tensor(value.tensor)), integer(20, 4)];
  if ('graph' in value) return [named, message(6, graph(value.graph)), integer(20, 5)];
  return [named, ...value.ints.map((item) => integer(8, item)), integer(20, 7)];
}

function node(value: Node): Part[] {
  return [
    ...value.inputs.map((name) => text(1, name)),
    ...value.outputs.map((name) => text(2, name)),
    text(3, value.name ?? value.outputs[0] ?? ''),
    text(4, value.operator),
    ...Object.entries(value.attributes ?? {}).map(([name, item]) => message(5, attribute(name, item))),
    text(7, value.domain ?? ''),
  ];
}

function graph(value: Graph): Part[] {
  return [
    ...value.nodes.map((item) => message(1, node(item))),
    text(2, value.name),
    ...(value.initializers ?? []).map((item) => message(5, tensor(item))),
    ...value.inputs.map((item) => message(11, valueInfo(item))),
    ...value.outputs.map((item) => message(12, valueInfo(item))),
  ];
}

/** The bytes of a ModelProto. Nothing is checked: what the graph says wrongly, the runtime will refuse. */
export function writeOnnx(model: ModelFile): Uint8Array {
  return Buffer.concat([
    integer(1, model.irVersion),
    text(2, model.producer),
    message(7, graph(model.graph)),
    ...Object.entries(model.operatorSets).map(([domain, version]) =>
      message(8, [text(1, domain), integer(2, version)]),
    ),
    ...Object.entries(model.metadata ?? {}).map(([key, value]) =>
      message(14, [text(1, key), text(2, value)]),
    ),
  ]);
}

/** A float32 tensor from numbers. */
export function float32Tensor(name: string, dimensions: readonly number[], values: Float32Array): TensorData {
  return {
    name,
    type: 'float32',
    dimensions,
    bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  };
}

/** An int64 tensor from numbers; no dimensions make a scalar. */
export function int64Tensor(
  name: string,
  dimensions: readonly number[],
  values: readonly number[],
): TensorData {
  return {
    name,
    type: 'int64',
    dimensions,
    bytes: new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer),
  };
}
