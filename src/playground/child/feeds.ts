import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-node';
import { CHILD_LIMITS, type InputFill, type TensorShape } from '../childProtocol';
import { seededRandom } from '../seededRandom';

/** The input cannot be made: the message is for the person. */
export class InputError extends Error {}

/** What the runtime says about inputs or outputs, in the protocol's words. */
export function shapesOf(metadata: readonly InferenceSession.ValueMetadata[]): TensorShape[] {
  return metadata.map((value) => ({
    name: value.name,
    type: value.isTensor ? value.type : 'other',
    dimensions: value.isTensor
      ? value.shape.map((extent) => (typeof extent === 'number' && extent < 0 ? '' : extent))
      : [],
  }));
}

/** Extents for names left open: what was asked for, nothing for what is past, else one. */
export function resolveDimensions(shape: TensorShape, given: Readonly<Record<string, number>>): number[] {
  const isPast = /^past/.test(shape.name);
  return shape.dimensions.map((extent, index) => {
    if (typeof extent === 'number') return extent;
    return given[extent] ?? (isPast && index > 0 ? 0 : 1);
  });
}

const FILLERS: Readonly<
  Record<string, (count: number, value: (index: number) => number) => Tensor.DataType>
> = {
  float32: (count, value) => Float32Array.from({ length: count }, (_, index) => value(index)),
  float64: (count, value) => Float64Array.from({ length: count }, (_, index) => value(index)),
  int64: (count, value) =>
    BigInt64Array.from({ length: count }, (_, index) => BigInt(Math.trunc(value(index)))),
  int32: (count, value) => Int32Array.from({ length: count }, (_, index) => value(index)),
  int16: (count, value) => Int16Array.from({ length: count }, (_, index) => value(index)),
  int8: (count, value) => Int8Array.from({ length: count }, (_, index) => value(index)),
  uint64: (count, value) =>
    BigUint64Array.from({ length: count }, (_, index) => BigInt(Math.trunc(value(index)))),
  uint32: (count, value) => Uint32Array.from({ length: count }, (_, index) => value(index)),
  uint16: (count, value) => Uint16Array.from({ length: count }, (_, index) => value(index)),
  uint8: (count, value) => Uint8Array.from({ length: count }, (_, index) => value(index)),
  bool: (count, value) => Uint8Array.from({ length: count }, (_, index) => (value(index) !== 0 ? 1 : 0)),
};

/**
 * One input's tensor. Random numbers lie in [0, 1); for whole-number types that makes zeros, which every table of
 * embeddings has a row for. Throws InputError for types that cannot be filled and for shapes past the limit.
 */
export function feedFor(
  shape: TensorShape,
  fill: InputFill,
  given: Readonly<Record<string, number>>,
  makeTensor: TensorConstructor,
): Tensor {
  const dimensions = fill.kind === 'values' ? fill.dimensions : resolveDimensions(shape, given);
  const count = dimensions.reduce((product, extent) => product * extent, 1);
  if (count > CHILD_LIMITS.elements) {
    throw new InputError(
      `Input "${shape.name}" would have ${count} elements; the limit is ${CHILD_LIMITS.elements}.`,
    );
  }
  if (fill.kind === 'values' && fill.values.length !== count) {
    throw new InputError(
      `Input "${shape.name}" has ${fill.values.length} values for the shape ${dimensions.join('×')}, which holds ${count}.`,
    );
  }
  const make = FILLERS[shape.type];
  if (make === undefined)
    throw new InputError(`Input "${shape.name}" is of type ${shape.type}, which cannot be filled here.`);
  const random = fill.kind === 'random' ? seededRandom(fill.seed) : () => 0;
  const data = make(count, fill.kind === 'values' ? (index) => fill.values[index] ?? 0 : random);
  return new makeTensor(shape.type as Tensor.Type, data, dimensions);
}
