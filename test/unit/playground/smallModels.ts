import {
  type Graph,
  type ModelFile,
  type Node,
  int64Tensor,
  writeOnnx,
} from '../../../src/playground/onnxWriter';

/** Small models for tests, made in memory: honest ones and those that mean harm. */
function model(graph: Graph, operatorSets: ModelFile['operatorSets'] = { '': 18 }): Uint8Array {
  return writeOnnx({ graph, operatorSets, irVersion: 8, producer: 'tests' });
}

const TRUE = { name: 'yes', type: 'bool', dimensions: [], bytes: Uint8Array.of(1) } as const;

/** y = x + x, any length. */
export function doubling(): Uint8Array {
  return model({
    name: 'doubling',
    nodes: [{ operator: 'Add', inputs: ['x', 'x'], outputs: ['y'] }],
    inputs: [{ name: 'x', type: 'float32', dimensions: ['n'] }],
    outputs: [{ name: 'y', type: 'float32', dimensions: ['n'] }],
  });
}

/** A Loop without a trip count whose condition stays true. */
export function endlessLoop(): Uint8Array {
  const body: Graph = {
    name: 'body',
    nodes: [
      { operator: 'Identity', inputs: ['go'], outputs: ['goOn'] },
      { operator: 'Identity', inputs: ['value'], outputs: ['valueOn'] },
    ],
    inputs: [
      { name: 'turn', type: 'int64', dimensions: [] },
      { name: 'go', type: 'bool', dimensions: [] },
      { name: 'value', type: 'float32', dimensions: [1] },
    ],
    outputs: [
      { name: 'goOn', type: 'bool', dimensions: [] },
      { name: 'valueOn', type: 'float32', dimensions: [1] },
    ],
  };
  return model({
    name: 'endless',
    nodes: [
      { operator: 'Loop', inputs: ['', 'yes', 'x'], outputs: ['y'], attributes: { body: { graph: body } } },
    ],
    inputs: [{ name: 'x', type: 'float32', dimensions: [1] }],
    outputs: [{ name: 'y', type: 'float32', dimensions: [1] }],
    initializers: [TRUE],
  });
}

/** Widens one number to `elements` of them at run time: four bytes each. */
export function greedy(elements: number): Uint8Array {
  return model({
    name: 'greedy',
    nodes: [
      { operator: 'Expand', inputs: ['x', 'shape'], outputs: ['wide'] },
      { operator: 'ReduceSum', inputs: ['wide'], outputs: ['y'] },
    ],
    inputs: [{ name: 'x', type: 'float32', dimensions: [1] }],
    outputs: [{ name: 'y', type: 'float32', dimensions: [1] }],
    initializers: [int64Tensor('shape', [1], [elements])],
  });
}

/** One node as it is given, from x to y. */
export function single(
  node: Omit<Node, 'inputs' | 'outputs'>,
  inputs: readonly string[] = ['x'],
): Uint8Array {
  return model({
    name: 'single',
    nodes: [{ ...node, inputs, outputs: ['y'] }],
    inputs: [{ name: 'x', type: 'float32', dimensions: [2, 3] }],
    outputs: [{ name: 'y', type: 'float32', dimensions: ['a', 'b'] }],
  });
}
