import { open, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { MAX_JSON_LENGTH } from '../syntax/json';
import { readModel, type ReadOptions } from './readModel';
import type { ModelReading } from './spec';

/**
 * Reads a model file or a folder that holds a config.json, with the quantisation files beside it. Never throws: a path
 * that cannot be read comes back as an error in words.
 */
export async function openModel(path: string): Promise<ModelReading> {
  const found = await stat(path).catch(() => null);
  if (found === null) return unreadable('not-a-model', 'There is no such file.');
  const file = found.isDirectory() ? join(path, 'config.json') : path;
  const text = await readText(file);
  if (text === null) return unreadable('not-a-model', `${basename(file)} cannot be read.`);
  const folder = dirname(file);
  const options: ReadOptions = { name: basename(folder) };
  const quantizeConfig = await readText(join(folder, 'quantize_config.json'));
  const hfQuantConfig = await readText(join(folder, 'hf_quant_config.json'));
  if (quantizeConfig !== null) options.quantizeConfig = quantizeConfig;
  if (hfQuantConfig !== null) options.hfQuantConfig = hfQuantConfig;
  return readModel(text, options);
}

function unreadable(code: 'not-a-model' | 'too-large', message: string): ModelReading {
  return { ok: false, error: { code, message } };
}

async function readText(path: string): Promise<string | null> {
  const file = await open(path, 'r').catch(() => null);
  if (file === null) return null;
  try {
    const { size } = await file.stat();
    if (size > MAX_JSON_LENGTH) return null;
    return await file.readFile('utf8');
  } catch {
    return null;
  } finally {
    await file.close();
  }
}
