import { openModel } from '../model/openModelFile';
import { readModel } from '../model/readModel';
import type { ModelReading, ModelSpec } from '../model/spec';
import { isCode } from './codeFile';
import { existingFile } from './existingFile';
import { UsageError } from './usageError';

/** Reads a model file; what cannot be read becomes one clear line with its position. */
export async function loadModel(path: string): Promise<ModelSpec> {
  existingFile(path);
  if (isCode(path)) {
    throw new UsageError(
      `${path}: deployment code; inspect reads it, estimate and recommend take the model’s own file`,
      'not-a-model',
    );
  }
  return modelOf(await openModel(path), path);
}

/** A config.json that came inline, already parsed or as text. */
export function loadInlineModel(config: unknown, name: string): ModelSpec {
  return modelOf(readModel(typeof config === 'string' ? config : textOf(config, name), { name }), name);
}

function textOf(config: unknown, name: string): string {
  try {
    return JSON.stringify(config);
  } catch {
    throw new UsageError(`${name}: nested too deeply`, 'syntax');
  }
}

function modelOf(reading: ModelReading, where: string): ModelSpec {
  if (reading.ok) return reading.model;
  const { line, column, message, code } = reading.error;
  const place = line === undefined ? where : `${where}:${line}:${column ?? 1}`;
  throw new UsageError(`${place}: ${message}`, code);
}
