import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Warning } from '../units/quantities';
import { formatInteger } from '../units/format';
import { totalParameters } from './count';
import { listedElements, type ListedTensor } from './files/tensorListing';
import { quoted, ReadFailure } from './readFailure';
import type { ModelSpec } from './spec';

/** Stored beside weights, or drafts of later tokens: neither counts. */
const UNCOUNTED = /inv_freq|position_ids|masked_bias|(^|\.)mtp\.|rotary_emb|nextn/;

/** Types that hold parameters one by one; packed ones hold several in an element. */
const PLAIN = /^(F64|F32|F16|BF16|F8_E4M3|F8_E5M2)$/;

/**
 * Where the weights lie beside the configuration, counts them too: a disagreement is a warning and the model is no longer
 * exact. Packed weights (4-bit in 32-bit words) cannot be counted so and are left alone.
 */
export async function compareWithWeights(spec: ModelSpec, configPath: string): Promise<ModelSpec> {
  const file = weightsBeside(configPath);
  if (file === null) return spec;
  try {
    const { listTensors } = await import('./files/listTensors');
    const { tensors, remarks } = await listTensors(file);
    const warning =
      remarks[0] === undefined ? disagreement(spec, tensors) : { code: 'cut-short', message: remarks[0] };
    return warning === null ? spec : { ...spec, exact: false, warnings: [...spec.warnings, warning] };
  } catch (fault) {
    const message =
      fault instanceof ReadFailure ? fault.message : 'a file that the index names cannot be read.';
    return {
      ...spec,
      warnings: [
        ...spec.warnings,
        { code: 'weights-unreadable', message: `The weights beside it were not compared: ${message}` },
      ],
    };
  }
}

function weightsBeside(configPath: string): string | null {
  const folder = dirname(configPath);
  if (!configPath.endsWith('config.json')) return null;
  const single = join(folder, 'model.safetensors');
  if (existsSync(single)) return single;
  const index = join(folder, 'model.safetensors.index.json');
  return existsSync(index) && readdirSync(folder).some((name) => /^model-.*\.safetensors$/.test(name))
    ? index
    : null;
}

function disagreement(spec: ModelSpec, tensors: readonly ListedTensor[]): Warning | null {
  const counted = tensors.filter((tensor) => !UNCOUNTED.test(tensor.name));
  if (counted.some((tensor) => !PLAIN.test(tensor.dtype)) || spec.quantisation !== null) return null;
  const stored = counted.reduce((sum, tensor) => sum + listedElements(tensor), 0);
  const expected = totalParameters(spec);
  if (stored === expected) return null;
  const largest = [...counted].sort(
    (a, b) =>
      Math.abs(listedElements(a) - Math.abs(stored - expected)) -
      Math.abs(listedElements(b) - Math.abs(stored - expected)),
  )[0];
  const hint =
    largest !== undefined && listedElements(largest) === Math.abs(stored - expected)
      ? `: as many as ${quoted(largest.name)} has`
      : '';
  return {
    code: 'weights-disagree',
    message: `The weights hold ${formatInteger(stored)} parameters, the configuration describes ${formatInteger(expected)}${hint}.`,
  };
}
