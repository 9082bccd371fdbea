import { elementBytes } from '../units/numberFormat';
import type { Bytes } from '../units/quantities';
import type { Scenario } from './scenario';
import { isPlainScheme, schemeOf } from './tensorStorage';

/**
 * Bytes of an element of activations and cache: those of plain weights where a deployment loads them in another format than the
 * file's (`torch_dtype`, `--dtype`), else those of the model's compute format. llama.cpp keeps its own, whatever the weights' are.
 */
export function workingElement({ model, setup }: Scenario): Bytes {
  const own = elementBytes(model.format);
  if (setup.weights === null || setup.engine === 'llama.cpp') return own;
  const scheme = schemeOf(model, setup.weights);
  return scheme && isPlainScheme(scheme) ? scheme.bits / 8 : own;
}
