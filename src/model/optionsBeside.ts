import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { MAX_JSON_LENGTH, readJson } from '../syntax/json';
import { isObject } from './config';
import type { ReadOptions } from './readModel';

/** Bytes that a JSON file may have: every character takes at least one. */
const MAX_JSON_BYTES = MAX_JSON_LENGTH;

/** What stands beside a configuration and bears on it: its name, quantisation files, the names of stored tensors. */
export function optionsBeside(path: string): ReadOptions {
  const folder = dirname(path);
  const stem = stemOf(path);
  const options: ReadOptions = {
    name: ['config', 'params', 'model_index'].includes(stem) ? basename(folder) : stem,
  };
  const quantizeConfig =
    readText(join(folder, 'quantize_config.json')) ?? readText(join(folder, `${stem}.quantize_config.json`));
  const hfQuantConfig =
    readText(join(folder, 'hf_quant_config.json')) ?? readText(join(folder, `${stem}.hf_quant_config.json`));
  if (quantizeConfig !== null) options.quantizeConfig = quantizeConfig;
  if (hfQuantConfig !== null) options.hfQuantConfig = hfQuantConfig;
  const names = tensorNamesBeside(path);
  if (names !== null)
    options.evidence = {
      storesHead: names.some((name) => /(^|\.)(lm_head|embed_out|output_layer)\.weight$/.test(name)),
    };
  return options;
}

/** Names of the stored tensors, where an index lies beside the configuration. */
function tensorNamesBeside(path: string): string[] | null {
  const folder = dirname(path);
  for (const name of [
    'model.safetensors.index.json',
    'pytorch_model.bin.index.json',
    `${stemOf(path)}.safetensors.index.json`,
  ]) {
    const text = readText(join(folder, name));
    if (text === null) continue;
    const { value, errors } = readJson(text);
    if (errors.length === 0 && isObject(value) && isObject(value.weight_map))
      return Object.keys(value.weight_map);
  }
  return null;
}

/** A file's name without the endings of models. */
export function stemOf(path: string): string {
  return basename(path).replace(/\.(json|gguf|safetensors|onnx)$/i, '');
}

/** Null where there is no such file, it is no plain file, or it is too large to be settings. */
export function readText(path: string): string | null {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return null;
  }
  try {
    const found = fstatSync(descriptor);
    return found.isFile() && found.size <= MAX_JSON_BYTES ? readFileSync(descriptor, 'utf8') : null;
  } catch {
    return null;
  } finally {
    closeSync(descriptor);
  }
}
