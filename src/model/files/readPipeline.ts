import { join } from 'node:path';
import { readJson } from '../../syntax/json';
import type { JsonObject } from '../config';
import { autoencoderFile, denoiserInPipeline } from '../diffusion/denoiser';
import { Notes } from '../notes';
import { quoted, ReadFailure } from '../readFailure';
import { readModel } from '../readModel';
import type { ModelReading, ModelSpec, Tower, WeightTensor } from '../spec';

/** Parts of a pipeline that hold no weights. */
const WEIGHTLESS = /scheduler|tokenizer|feature_extractor|image_processor|processor/;

/** The part that runs once a step, by its usual names. */
const DENOISERS = ['transformer', 'unet', 'prior', 'decoder'];

/** Parts of one pipeline that are opened: published ones have under ten. */
const MAX_PARTS = 32;

/**
 * A diffusers folder as one model: the network that runs every step, with text encoders and autoencoder as towers. A part
 * that is missing or not known is told and makes the whole inexact.
 */
export function readPipeline(
  index: JsonObject,
  folder: string,
  name: string,
  readText: (path: string) => string | null,
): ModelReading {
  const notes = new Notes();
  const parts = new Map<string, ModelSpec>();
  let autoencoder: JsonObject | null = null;
  const entries = Object.entries(index)
    .filter(([, value]) => Array.isArray(value))
    .slice(0, MAX_PARTS);
  for (const [part, value] of entries) {
    const [, className] = value as unknown[];
    if (typeof className !== 'string' || WEIGHTLESS.test(part) || !/^[\w-]+$/.test(part)) continue;
    const text = readText(join(folder, part, 'config.json'));
    if (text === null) {
      notes.doubt('missing-part', `${part} has no config.json: it is not counted.`);
      continue;
    }
    if (part === 'vae') autoencoder = autoencoderFile(readJson(text).value);
    const reading = readModel(text, { name: part, architecture: className });
    if (reading.ok) parts.set(part, reading.model);
    else notes.doubt('missing-part', `${part} is not counted: ${reading.error.message}`);
  }
  const main = DENOISERS.find((part) => parts.has(part));
  const network = main === undefined ? undefined : parts.get(main);
  if (main === undefined || network === undefined) {
    throw new ReadFailure(
      'unknown-architecture',
      `The network of ${quoted(index._class_name)} is not known or not there.`,
    );
  }
  parts.delete(main);
  for (const [part, model] of parts)
    if (!model.exact) notes.doubt('part-inexact', `${part}: ${model.warnings[0]?.message ?? 'not exact'}`);
  return {
    ok: true,
    model: {
      ...network,
      name,
      modelType: String(index._class_name),
      architecture: network.modelType,
      kind: 'diffusion',
      ...(network.denoiser === undefined
        ? {}
        : { denoiser: denoiserInPipeline(network.denoiser, index._class_name, autoencoder) }),
      towers: [...parts].flatMap(([part, model]) => towersOf(part, model)),
      exact: network.exact && notes.exact,
      warnings: [...network.warnings, ...notes.warnings],
    },
  };
}

function towersOf(part: string, model: ModelSpec): Tower[] {
  const named = (tensors: readonly WeightTensor[]): WeightTensor[] =>
    tensors.map((tensor) => ({ ...tensor, part: 'other' as const, name: `${part}.${tensor.name}` }));
  const kind = /text_encoder/.test(part) ? 'text-encoder' : /vae/.test(part) ? 'diffusion' : 'other';
  const own: Tower = {
    kind,
    hiddenSize: model.hiddenSize,
    groups: model.groups.map(({ indices, layer }) => ({
      indices,
      layer: { ...layer, weights: named(layer.weights) },
    })),
    outside: named(model.outside),
    ...(model.maxContext === null ? {} : { maxContext: model.maxContext }),
  };
  return [own, ...model.towers];
}
