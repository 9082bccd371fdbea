import { readJson } from '../syntax/json';
import type { NumberFormat } from '../units/numberFormat';
import { doubtArchitecture } from './architectureNames';
import { classDefaults } from './classDefaults';
import { Config, isObject, type Evidence, type JsonObject } from './config';
import { countedTensors, totalParameters } from './count';
import { draft, isDraft } from './families/decoders/draft';
import { FAMILIES } from './families/table';
import { denoiserOf } from './diffusion/denoiser';
import { DIFFUSION_FAMILIES } from './diffusion/table';
import type { Family, FamilyContext, FamilyModel } from './family';
import { formatOf } from './format';
import { Notes } from './notes';
import { foldLayers } from './parts/foldLayers';
import { pictureRuleOf } from './pictures/pictureRule';
import { tableName } from './otherNames';
import { isParamsJson, translateParams, untranslated } from './paramsJson';
import { quoted, ReadFailure } from './readFailure';
import { quantisationOf, type QuantisationFiles } from './readQuantisation';
import type { Quantisation } from './quantisation';
import type { Denoiser, ModelReading, ModelSpec, Unreadable } from './spec';
import { architectureRefusal, refusal } from './refusals';
import { inPlaceOfJson } from './strangeFile';
import { doubtUnknownKeys } from './unknownKeys';

export interface ReadOptions extends QuantisationFiles {
  /** What to call the model where the file does not say. */
  name?: string;
  /** What kind of model this is, where another file says so: a pipeline names the classes of its parts. */
  architecture?: string;
  /** What the weights beside the configuration show. */
  evidence?: Evidence;
  /** Reads half-typed text as far as it goes, as an editor needs it, in place of refusing it. */
  tolerant?: boolean;
}

/**
 * Reads the text of a config.json or params.json. Never throws: what is no model, or none that is known, comes back
 * as an error in words.
 */
export function readModel(text: string, options: ReadOptions = {}): ModelReading {
  const document = readJson(text);
  const error = document.errors[0];
  const strange = error === undefined ? null : inPlaceOfJson(text);
  if (strange !== null) return failed('syntax', strange.message, { line: strange.line, column: 1 });
  if (error !== undefined && (options.tolerant !== true || !isObject(document.value))) {
    return failed('syntax', `Not valid JSON: ${error.message}`, { line: error.line, column: error.column });
  }
  return readModelValue(document.value, options);
}

/** The same for a value that is parsed already, as an editor has it of a half-typed file. */
export function readModelValue(value: unknown, options: ReadOptions = {}): ModelReading {
  if (!isObject(value)) return failed('not-a-model', 'A model configuration is a JSON object; this is none.');
  try {
    return { ok: true, model: readConfig(value, options) };
  } catch (failure) {
    if (failure instanceof ReadFailure) return failed(failure.code, failure.message);
    throw failure;
  }
}

function failed(
  code: Unreadable['code'],
  message: string,
  at: { line?: number; column?: number } = {},
): ModelReading {
  return { ok: false, error: { code, message, ...at } };
}

function readConfig(given: JsonObject, options: ReadOptions): ModelSpec {
  const notes = new Notes();
  // Diffusers components have sizes by the same names (Z-Image), and say their class.
  const params = given._class_name === undefined && isParamsJson(given);
  const raw = params ? translateParams(given) : given;
  const saidType = typeOf(raw);
  const modelType = tableName(saidType);
  const config = new Config(raw, classDefaults(modelType), notes, '', options.evidence ?? {});
  const said = config.texts('architectures')?.[0];
  const architecture = said ?? options.architecture ?? '';
  if (params) doubtParams(given, notes);
  const model = readFamily(config, modelType, architecture, 0);
  if (said !== undefined) doubtArchitecture(modelType, said, model, notes);
  const quantisation = readQuantisation(config, options, notes);
  const format = readFormat(config, notes);
  const denoiser = model.kind === 'diffusion' ? denoiserOf(modelType, config) : undefined;
  config.understood(...ROOT_KEYS);
  doubtUnknownKeys(config, notes);
  const path = config.text('_name_or_path');
  return checked(
    assemble(withPictures(model, modelType, raw), {
      name: options.name ?? path ?? saidType,
      modelType: saidType,
      architecture,
      format,
      quantisation,
      ...(denoiser === undefined ? {} : { denoiser }),
      notes,
    }),
  );
}

/** A params.json names no architecture: what it leaves to the code that reads it is told. */
function doubtParams(given: JsonObject, notes: Notes): void {
  const unknown = untranslated(given);
  if (unknown.length > 0)
    notes.doubt('unknown-key', `Not understood in params.json: ${quoted(unknown.join(', '))}.`);
  if (typeof given.tied_embeddings !== 'boolean') {
    notes.doubt('tied-head-unclear', 'params.json does not say whether the head is tied to the embedding.');
  }
}

/** Nesting of configurations that is followed: a multimodal file holds a text part, which may hold one more. */
const MAX_NESTING = 4;

function readFamily(config: Config, modelType: string, architecture: string, depth: number): FamilyModel {
  const family = familyOf(modelType);
  if (family === undefined || depth > MAX_NESTING) {
    throw new ReadFailure('unknown-architecture', refusal(modelType, quoted(modelType)));
  }
  const context: FamilyContext = {
    config,
    notes: config.notes,
    modelType,
    architecture,
    nested: (key, fallback, options = {}) => {
      const raw = config.raw[key];
      if (!isObject(raw) && options.evenIfAbsent !== true) return undefined;
      const said = isObject(raw) && typeof raw.model_type === 'string' ? tableName(raw.model_type) : '';
      // A section that repeats the outer file's type is that family's own part of the kind asked for.
      const type = said === '' || said === modelType ? fallback : said;
      const section = config.section(
        key,
        { ...classDefaults(type), ...options.inherited },
        options.overrides,
      );
      if (section === undefined) return undefined;
      section.understood('model_type');
      const own = section.texts('architectures')?.[0] ?? '';
      return readFamily(section, type, options.architecture ?? own, depth + 1);
    },
    as: (type, other = architecture) =>
      readFamily(config.withDefaults(classDefaults(type)), type, other, depth + 1),
  };
  return depth === 0 && isDraft(architecture, (key) => config.says(key)) ? draft(context) : family(context);
}

function familyOf(modelType: string): Family | undefined {
  if (Object.hasOwn(FAMILIES, modelType)) return FAMILIES[modelType];
  return Object.hasOwn(DIFFUSION_FAMILIES, modelType) ? DIFFUSION_FAMILIES[modelType] : undefined;
}

/** What the file calls its own kind: `model_type`, or `_class_name` in a diffusers component. */
function typeOf(raw: JsonObject): string {
  for (const key of ['model_type', '_class_name']) {
    const said = raw[key];
    if (typeof said === 'string' && said !== '') return said;
  }
  throw new ReadFailure('not-a-model', otherFile(raw));
}

/** What a file that is no model's configuration most likely is. */
function otherFile(raw: JsonObject): string {
  if (isObject(raw.weight_map))
    return 'This is an index of weight files: it names tensors, not their sizes. Open its folder or its config.json.';
  if (raw.quant_method !== undefined || raw.bits !== undefined || isObject(raw.quantization))
    return 'This describes a quantisation; the model is in the config.json beside it.';
  if (Array.isArray(raw.architectures)) {
    const [first] = raw.architectures as unknown[];
    const known = typeof first === 'string' ? architectureRefusal(first) : undefined;
    return known ?? `No model_type, and ${quoted(first)} is read by its model_type.`;
  }
  return 'No model_type: this does not look like a model configuration.';
}

const ROOT_KEYS = ['model_type', 'quantization_config', 'quantization', 'compression_config'];

interface Frame {
  name: string;
  modelType: string;
  architecture: string;
  format: NumberFormat;
  quantisation: Quantisation | null;
  denoiser?: Denoiser;
  notes: Notes;
}

function assemble(model: FamilyModel, frame: Frame): ModelSpec {
  return {
    name: frame.name,
    modelType: frame.modelType,
    architecture: frame.architecture,
    kind: model.kind,
    hiddenSize: model.hidden,
    vocabularySize: model.vocabulary,
    maxContext: model.maxContext,
    groups: foldLayers(model.layers),
    outside: model.outside,
    tiedHead: model.tiedHead,
    towers: model.towers ?? [],
    ...(frame.denoiser === undefined ? {} : { denoiser: frame.denoiser }),
    format: frame.format,
    quantisation: frame.quantisation,
    exact: frame.notes.exact,
    warnings: frame.notes.warnings,
  };
}

/** The first tower for pictures with what the family makes of their size. */
function withPictures(model: FamilyModel, modelType: string, raw: JsonObject): FamilyModel {
  const at = model.towers?.findIndex((tower) => tower.kind === 'vision') ?? -1;
  const tower = model.towers?.[at];
  if (tower === undefined) return model;
  const pictures = pictureRuleOf(modelType, raw, tower.outputTokens);
  return pictures === undefined
    ? model
    : { ...model, towers: model.towers?.with(at, { ...tower, pictures }) ?? [] };
}

/** Sums that a hostile file drives past 2^53, or sizes below one, are no model. */
function checked(spec: ModelSpec): ModelSpec {
  for (const { tensor } of countedTensors(spec)) {
    if (tensor.shape.some((size) => !Number.isInteger(size) || size < 0)) {
      throw new ReadFailure('contradiction', `${tensor.name} would have the shape ${quoted(tensor.shape)}.`);
    }
  }
  if (!Number.isSafeInteger(totalParameters(spec))) {
    throw new ReadFailure('contradiction', 'The sizes multiply to more parameters than any model can have.');
  }
  return spec;
}

function readFormat(config: Config, notes: Notes): NumberFormat {
  const said = config.value('torch_dtype', 'dtype') ?? nestedDtype(config.raw);
  const format = formatOf(said);
  if (format !== undefined) return format;
  notes.remark(
    'dtype-unstated',
    said === undefined
      ? 'The file does not say which format its weights are in; 16 bits are reckoned with.'
      : `The format ${quoted(said)} is not known; 16 bits are reckoned with.`,
  );
  return 'bf16';
}

function nestedDtype(raw: JsonObject): unknown {
  for (const key of ['text_config', 'llm_config', 'language_config']) {
    const section = raw[key];
    if (isObject(section) && (section.torch_dtype ?? section.dtype) !== undefined) {
      return section.torch_dtype ?? section.dtype;
    }
  }
  return undefined;
}

function readQuantisation(config: Config, beside: QuantisationFiles, notes: Notes): Quantisation | null {
  for (const key of ['quantization_config', 'compression_config', 'quantization']) {
    const section = config.object(key);
    if (section !== undefined) return quantisationOf(section, 'config.json', notes);
  }
  for (const key of ['text_config', 'llm_config', 'language_config']) {
    const outer = config.raw[key];
    if (isObject(outer) && isObject(outer.quantization_config)) {
      return quantisationOf(outer.quantization_config, 'config.json', notes);
    }
  }
  const files = [
    ['hf_quant_config.json', beside.hfQuantConfig],
    ['quantize_config.json', beside.quantizeConfig],
  ] as const;
  for (const [file, text] of files) {
    if (text === undefined) continue;
    const { value, errors } = readJson(text);
    if (isObject(value) && errors.length === 0) return quantisationOf(value, file, notes);
    notes.doubt('unreadable-file', `${file} cannot be read: ${errors[0]?.message ?? 'not an object'}.`);
  }
  return null;
}
