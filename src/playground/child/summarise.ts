import type { Tensor } from 'onnxruntime-node';
import { CHILD_LIMITS, type OutputSummary } from '../childProtocol';

/** An IEEE 754 half-precision number from its bits. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Outputs past these are not described, and these many values are shown of all outputs together: a message stays small. */
const MAX_OUTPUTS = 200;
const MAX_SHOWN = 20_000;
const MAX_STRING = 200;

/** Shapes, ranges and first values of the outputs: what a person can read, however large and many the tensors are. */
export function summariseAll(results: Readonly<Record<string, Tensor>>): OutputSummary[] {
  const outputs = Object.entries(results).slice(0, MAX_OUTPUTS);
  const shown = Math.min(CHILD_LIMITS.shown, Math.floor(MAX_SHOWN / Math.max(1, outputs.length)));
  return outputs.map(([name, tensor]) => summarise(name, tensor, shown));
}

function summarise(name: string, tensor: Tensor, shown: number): OutputSummary {
  const summary = { name, type: tensor.type, dimensions: [...tensor.dims] };
  const data = tensor.data;
  if (Array.isArray(data)) {
    const first = data.slice(0, shown).map((value) => String(value).slice(0, MAX_STRING));
    return { ...summary, statistics: null, notFinite: 0, first };
  }
  const half = tensor.type === 'float16' && data instanceof Uint16Array;
  const at = (index: number): number => (half ? halfToNumber(Number(data[index])) : Number(data[index]));
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let notFinite = 0;
  for (let index = 0; index < data.length; index += 1) {
    const value = at(index);
    if (!Number.isFinite(value)) {
      notFinite += 1;
      continue;
    }
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
    sum += value;
  }
  const finite = data.length - notFinite;
  return {
    ...summary,
    statistics: finite > 0 ? { minimum, maximum, mean: sum / finite } : null,
    notFinite,
    first: Array.from({ length: Math.min(data.length, shown) }, (_, index) => at(index)),
  };
}

/** The `count` largest of a row of probabilities, best first, with their labels. */
export function topClasses(
  probabilities: ArrayLike<number>,
  labels: readonly string[],
  count: number,
): { label: string; probability: number }[] {
  return Array.from(probabilities, (value, index) => ({
    label: labels[index] ?? `class ${index}`,
    // Softmax in float32 may pass one by a rounding.
    probability: Math.min(1, Math.max(0, Number.isNaN(value) ? 0 : value)),
  }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, count);
}
