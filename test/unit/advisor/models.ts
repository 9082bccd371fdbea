import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readModel } from '../../../src/model/readModel';
import type { ModelSpec } from '../../../src/model/spec';

/** A model of the sample workspace, read as the product reads it. */
export function sampleModel(name: string): ModelSpec {
  const path = join(__dirname, '../../fixtures/workspace/models', name, 'config.json');
  const reading = readModel(readFileSync(path, 'utf8'), { name });
  if (!reading.ok) throw new Error(reading.error.message);
  return reading.model;
}

export const LLAMA = sampleModel('llama-3.1-8b');
export const MIXTRAL_8X7B = sampleModel('mixtral-8x7b');
