import type { Tensor } from './tensor';

type Test = (tensor: Tensor) => boolean;

/**
 * Reads what is typed into the filter: words that a name must hold, and `layer:12`, `layer:3-7`, `type:f16`, `part:attention`, all of which
 * must be true of a tensor. Types and parts may be cut short. A layer that is no number finds nothing.
 */
export function tensorFilter(typed: string): Test {
  const tests = typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(testOf);
  return (tensor) => tests.every((test) => test(tensor));
}

function testOf(word: string): Test {
  const [, key, value = ''] = /^(layer|type|part):(.*)$/.exec(word) ?? [];
  // Half-typed: nothing is asked yet.
  if (key !== undefined && value === '') return () => true;
  switch (key) {
    case 'layer':
      return layerTest(value);
    case 'type': {
      const wanted = plainType(value);
      return ({ type }) => type.startsWith(wanted);
    }
    case 'part':
      return ({ part }) => part.startsWith(value.replace(/-/g, ''));
    default:
      return ({ search }) => search.includes(word);
  }
}

function layerTest(value: string): Test {
  if (value === 'none') return ({ row }) => row.layer === null;
  const found = /^(\d+)(?:-(\d*))?$/.exec(value);
  if (!found) return () => false;
  const from = Number(found[1]);
  const to = found[2] === undefined ? from : found[2] === '' ? Infinity : Number(found[2]);
  return ({ row: { layer } }) => layer !== null && layer >= from && layer <= to;
}

/** One spelling for what formats spell differently: ONNX says float16 where GGUF and safetensors say F16. */
export function plainType(type: string): string {
  return type
    .toLowerCase()
    .replace(/^bfloat(?=\d)/, 'bf')
    .replace(/^float(?=\d)/, 'f');
}
