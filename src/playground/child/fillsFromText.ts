import * as z from 'zod/mini';
import { CHILD_LIMITS, type InputFill } from '../childProtocol';
import { InputError } from './feeds';

const HINT =
  'This model takes numbers: write JSON such as {"input": [[1, 2]]}, or nothing to run it on zeros.';

/** Deeper than any tensor that a runtime takes. */
const MAX_DEPTH = 16;

const object = z.record(z.string(), z.unknown());

/** Nested arrays of one shape, row by row. */
function flatten(value: unknown, name: string): { values: number[]; dimensions: number[] } {
  const dimensions: number[] = [];
  for (let inner = value; Array.isArray(inner); inner = (inner as unknown[])[0]) {
    dimensions.push(inner.length);
    if (dimensions.length > MAX_DEPTH)
      throw new InputError(`"${name}" is nested deeper than ${MAX_DEPTH} arrays.`);
  }
  const values: number[] = [];
  const take = (item: unknown, depth: number): void => {
    const length = dimensions[depth];
    if (length === undefined) {
      if (typeof item !== 'number' && typeof item !== 'boolean')
        throw new InputError(`"${name}" holds more than numbers. ${HINT}`);
      values.push(Number(item));
      if (values.length > CHILD_LIMITS.elements) throw new InputError(`"${name}" is too large.`);
      return;
    }
    if (!Array.isArray(item) || item.length !== length)
      throw new InputError(`The rows of "${name}" are not of one length.`);
    for (const part of item as unknown[]) take(part, depth + 1);
  };
  take(value, 0);
  return { values, dimensions };
}

/** What a person wrote for a model that takes numbers: JSON with an array for each input; nothing means zeros. */
export function fillsFromText(text: string): Record<string, InputFill> {
  if (text.trim() === '') return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new InputError(HINT);
  }
  const inputs = object.safeParse(parsed);
  if (!inputs.success || Array.isArray(parsed)) throw new InputError(HINT);
  return Object.fromEntries(
    Object.entries(inputs.data).map(([name, value]) => [
      name,
      { kind: 'values' as const, ...flatten(value, name) },
    ]),
  );
}
