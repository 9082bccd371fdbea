import { openModel } from '../model/openModelFile';
import { readModel } from '../model/readModel';
import type { ModelReading, ModelSpec } from '../model/spec';
import { UsageError } from './usageError';

/** Reads a model file; what cannot be read becomes one clear line with its position. */
export async function loadModel(path: string): Promise<ModelSpec> {
  return modelOf(await openModel(path), path);
}

/** A config.json that came inline, already parsed or as text. */
export function loadInlineModel(config: unknown, name: string): ModelSpec {
  return modelOf(readModel(typeof config === 'string' ? config : JSON.stringify(config), { name }), name);
}

function modelOf(reading: ModelReading, where: string): ModelSpec {
  if (reading.ok) return reading.model;
  const { line, column, message, code } = reading.error;
  const place = line === undefined ? where : `${where}:${line}:${column ?? 1}`;
  throw new UsageError(`${place}: ${message}`, code);
}
