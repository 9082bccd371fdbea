import type { Warning } from '../units/quantities';
import { formatInteger } from '../units/format';
import { totalParameters } from './count';
import { storedWeights, type StoredWeights } from './files/storedWeights';
import { TensorLists } from './files/tensorLists';
import { weightsBeside } from './files/weightsBeside';
import { quoted, ReadFailure } from './readFailure';
import type { ModelSpec } from './spec';

/**
 * Where the weights lie beside the configuration, holds it to them: a disagreement is a warning and the model is no longer
 * exact. Packed weights (4-bit in 32-bit words) cannot be counted so; of them the layers alone are compared.
 */
export async function compareWithWeights(
  spec: ModelSpec,
  configPath: string,
  lists = new TensorLists(),
): Promise<ModelSpec> {
  try {
    const beside = await weightsBeside(configPath);
    if (beside === null) return spec;
    const warning = disagreement(spec, await storedWeights(beside, lists));
    return warning === null
      ? spec
      : {
          ...spec,
          exact: false,
          warnings: [...spec.warnings, { code: warning.code, message: warning.message }],
        };
  } catch (fault) {
    return { ...spec, warnings: [...spec.warnings, unreadable(fault)] };
  }
}

/** A disagreement, and what of the configuration it is about. */
export interface Disagreement extends Warning {
  about: 'layers' | 'vocabulary' | 'hidden' | 'all';
}

/** Where weights contradict what a configuration describes; null where they do not, or where it cannot be told. */
export function disagreement(spec: ModelSpec, stored: StoredWeights): Disagreement | null {
  if (stored.remark !== null)
    return { code: 'cut-short', message: `${stored.file}: ${stored.remark}`, about: 'all' };
  const expected = totalParameters(spec);
  const detail = difference(spec, stored);
  const counted = spec.quantisation === null || stored.format === 'gguf' ? stored.parameters : null;
  if (counted === null || isFree(spec, stored, counted, expected)) {
    if (detail === null || detail.about !== 'layers') return null;
    return told(`The weights disagree with the configuration: ${detail.words}.`, detail.about);
  }
  if (counted === expected) return null;
  const example = stored.examples.get(Math.abs(counted - expected));
  const hint = detail?.words ?? (example === undefined ? null : `as many as ${quoted(example)} has`);
  return told(
    `The weights hold ${formatInteger(counted)} parameters, the configuration describes ${formatInteger(expected)}${hint === null ? '' : `: ${hint}`}.`,
    detail?.about ?? 'all',
  );
}

/** What is said of weights that cannot be compared. */
export function unreadable(fault: unknown): Warning {
  const why = fault instanceof ReadFailure ? fault.message : 'a file that belongs to them cannot be read.';
  return { code: 'weights-unreadable', message: `The weights beside it were not compared: ${why}` };
}

function told(message: string, about: Disagreement['about']): Disagreement {
  return { code: 'weights-disagree', message, about };
}

/** Conversion to GGUF leaves out or adds small tensors and whole towers: a count within this share is none of its business. */
const GGUF_TOLERANCE = 0.001;

/** Whether the count of weights says nothing about the configuration. */
function isFree(spec: ModelSpec, stored: StoredWeights, counted: number, expected: number): boolean {
  if (stored.format !== 'gguf') return false;
  if (spec.kind !== 'decoder' || spec.towers.length > 0) return true;
  return Math.abs(counted - expected) <= expected * GGUF_TOLERANCE;
}

function difference(
  spec: ModelSpec,
  { layers, embedding }: StoredWeights,
): { words: string; about: Disagreement['about'] } | null {
  const described = spec.groups.reduce((sum, { indices }) => sum + indices.length, 0);
  const single = spec.kind === 'decoder' || spec.kind === 'encoder';
  if (single && layers !== null && described > 0 && layers !== described)
    return {
      words: `${formatInteger(layers)} layers are stored, ${formatInteger(described)} described`,
      about: 'layers',
    };
  if (embedding !== null && spec.hiddenSize > 0 && embedding.columns !== spec.hiddenSize)
    return {
      words: `the embedding is ${formatInteger(embedding.columns)} wide, not ${formatInteger(spec.hiddenSize)}`,
      about: 'hidden',
    };
  if (embedding !== null && spec.vocabularySize > 0 && embedding.rows !== spec.vocabularySize)
    return {
      words: `the embedding has ${formatInteger(embedding.rows)} rows, not ${formatInteger(spec.vocabularySize)}`,
      about: 'vocabulary',
    };
  return null;
}
