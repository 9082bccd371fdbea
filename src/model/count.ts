import type { LayerGroup, ModelSpec, Part, WeightTensor } from './spec';

/** Elements of one tensor. */
export function elements(tensor: WeightTensor): number {
  return tensor.shape.reduce((product, size) => product * size, 1);
}

/** One kind of tensor with how often the model holds it. */
export interface CountedTensor {
  tensor: WeightTensor;
  /** Tensors of this kind in the whole model: layers × copies. */
  count: number;
  /** How many of them one token passes through. */
  active: number;
  /** The layers that hold it; null outside layers. */
  layers: readonly number[] | null;
}

/** Every weight of the model, towers included. */
export function* countedTensors(spec: ModelSpec): Generator<CountedTensor> {
  yield* counted(spec.groups, spec.outside);
  for (const tower of spec.towers) yield* counted(tower.groups, tower.outside);
}

function* counted(groups: readonly LayerGroup[], outside: readonly WeightTensor[]): Generator<CountedTensor> {
  for (const group of groups) {
    for (const tensor of group.layer.weights) {
      const copies = tensor.copies ?? 1;
      const layers = group.indices.length;
      yield {
        tensor,
        count: layers * copies,
        active: layers * (tensor.activeCopies ?? copies),
        layers: group.indices,
      };
    }
  }
  for (const tensor of outside) {
    const copies = tensor.copies ?? 1;
    yield { tensor, count: copies, active: tensor.activeCopies ?? copies, layers: null };
  }
}

/** Parameters of the whole model: weights only, a tied head once, buffers not at all. */
export function totalParameters(spec: ModelSpec): number {
  let sum = 0;
  for (const { tensor, count } of countedTensors(spec)) {
    if (tensor.role !== 'buffer') sum += count * elements(tensor);
  }
  return sum;
}

/** Parameters that one token passes through: all but routed experts, and k of the E routed experts. */
export function activeParameters(spec: ModelSpec): number {
  let sum = 0;
  for (const { tensor, active } of countedTensors(spec)) {
    if (tensor.role !== 'buffer') sum += active * elements(tensor);
  }
  return sum;
}

export type ParametersByPart = Record<Part, number>;

/** Total parameters by where they belong; the parts add up to `totalParameters`. */
export function parametersByPart(spec: ModelSpec): ParametersByPart {
  const parts: ParametersByPart = {
    embedding: 0,
    attention: 0,
    feedForward: 0,
    experts: 0,
    norms: 0,
    head: 0,
    vision: 0,
    other: 0,
  };
  for (const { tensor, count } of countedTensors(spec)) {
    if (tensor.role !== 'buffer') parts[tensor.part] += count * elements(tensor);
  }
  return parts;
}

/** Layers of the token stream; towers have their own. */
export function layerTotal(spec: ModelSpec): number {
  return spec.groups.reduce((sum, group) => sum + group.indices.length, 0);
}
