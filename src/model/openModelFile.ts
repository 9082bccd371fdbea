import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { MAX_JSON_LENGTH, readJson } from '../syntax/json';
import { compareWithWeights } from './compareWithWeights';
import { isObject, type JsonObject } from './config';
import { readPipeline } from './files/readPipeline';
import { specOfListingInTurns } from './files/specOfListing';
import { TensorLists } from './files/tensorLists';
import { optionsBeside, readText, stemOf } from './optionsBeside';
import { readModel, readModelValue } from './readModel';
import { ReadFailure } from './readFailure';
import type { ModelReading, Unreadable } from './spec';

/** Files that a folder is looked through for, the telling ones first. */
const TELLING = ['model_index.json', 'config.json', 'params.json'];

const WEIGHTS = new Set(['.gguf', '.safetensors', '.onnx']);

/**
 * Reads a model file (config.json, params.json, model_index.json, an index, .gguf, .safetensors, .onnx) or the folder that
 * holds one, with what stands beside it: quantisation files, and weights to compare with. Only headers of weight files
 * are read, each once: `lists` holds those that the caller has asked for already. Never throws: what cannot be read comes
 * back as an error in words.
 */
export async function openModel(path: string, lists = new TensorLists()): Promise<ModelReading> {
  try {
    return await read(path, lists);
  } catch (fault) {
    if (fault instanceof ReadFailure) return failed(fault.code, fault.message);
    return failed('not-a-model', `${basename(path)} cannot be read: ${reason(fault)}.`);
  }
}

async function read(path: string, lists: TensorLists): Promise<ModelReading> {
  if (statSync(path).isDirectory()) return read(tellingFile(path), lists);
  const extension = extname(path).toLowerCase();
  if (WEIGHTS.has(extension)) return readWeights(path, lists);
  if (/^\.(bin|pt|pth|ckpt|pkl)$/.test(extension)) {
    return failed(
      'unsupported',
      'Pickled weights can run code when they are opened; they are not read. Open the config.json beside them.',
    );
  }
  return readConfigFile(path, lists);
}

function tellingFile(folder: string): string {
  const names = readdirSync(folder);
  const found =
    TELLING.find((name) => names.includes(name)) ??
    names.find((name) => name.endsWith('.gguf')) ??
    names.find((name) => name.endsWith('.safetensors')) ??
    names.find((name) => name.endsWith('.onnx'));
  if (found === undefined)
    throw new ReadFailure('not-a-model', 'The folder holds no config.json and no weights.');
  return join(folder, found);
}

async function readWeights(path: string, lists: TensorLists): Promise<ModelReading> {
  const folder = dirname(path);
  const config = extname(path) === '.gguf' ? null : readText(join(folder, 'config.json'));
  // A configuration beside the weights knows what the model is; the weights alone know only their sizes.
  if (config !== null && extname(path) !== '.onnx') return readConfigFile(join(folder, 'config.json'), lists);
  return { ok: true, model: await specOfListingInTurns(await lists.of(path), stemOf(path), lists.turns) };
}

async function readConfigFile(path: string, lists: TensorLists): Promise<ModelReading> {
  const text = readText(path);
  if (text === null)
    return failed(
      'not-a-model',
      `${basename(path)} cannot be read as text, or is larger than ${String(MAX_JSON_LENGTH / 1024 / 1024)} MB.`,
    );
  const { value, errors } = readJson(text);
  const options = optionsBeside(path);
  if (errors.length > 0 || !isObject(value)) return readModel(text, options);
  if (isObject(value.weight_map)) return readIndexFile(path, value.weight_map, lists);
  if (typeof value._class_name === 'string' && value._class_name.endsWith('Pipeline'))
    return readPipeline(value, dirname(path), options.name ?? '', readText);
  const reading = readModelValue(value, options);
  return reading.ok ? { ok: true, model: await compareWithWeights(reading.model, path, lists) } : reading;
}

/** An index names tensors and shards; the configuration beside it, or the shards' headers, say the rest. */
async function readIndexFile(path: string, weightMap: JsonObject, lists: TensorLists): Promise<ModelReading> {
  const folder = dirname(path);
  const config = join(folder, 'config.json');
  if (readText(config) !== null) return readConfigFile(config, lists);
  const shards = [...new Set(Object.values(weightMap))].filter(
    (name): name is string => typeof name === 'string' && /^[\w.-]+$/.test(name),
  );
  const present = shards.filter(
    (name) => name.endsWith('.safetensors') && readdirSync(folder).includes(name),
  );
  if (shards.length === 0 || present.length < shards.length) {
    return failed(
      'unsupported',
      'An index names tensors, not their sizes: open it with its config.json or all of its files beside it.',
    );
  }
  return { ok: true, model: await specOfListingInTurns(await lists.of(path), stemOf(path), lists.turns) };
}

function failed(code: Unreadable['code'], message: string): ModelReading {
  return { ok: false, error: { code, message } };
}

function reason(fault: unknown): string {
  const code = fault instanceof Error && 'code' in fault ? String(fault.code) : '';
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'access is denied';
  return code === '' ? 'it is not what it seems' : code;
}
