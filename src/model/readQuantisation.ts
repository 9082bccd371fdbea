import { isObject, type JsonObject } from './config';
import type { Notes } from './notes';
import type { Quantisation, QuantisedPart } from './quantisation';
import { quoted } from './readFailure';

/** Files beside a config.json that may say how its weights are stored, as text. */
export interface QuantisationFiles {
  /** `quantize_config.json`, as AutoGPTQ and AutoAWQ write it. */
  quantizeConfig?: string;
  /** `hf_quant_config.json`, as NVIDIA ModelOpt writes it. */
  hfQuantConfig?: string;
}

/** How a module's weights are stored. */
interface Stored {
  scheme: string;
  bits: number;
  group: Quantisation['group'];
}

type Method = (section: JsonObject, source: string, notes: Notes) => Quantisation | null;

/**
 * What one quantisation section says. Null where it says that nothing is quantised; a method that is not known is told
 * as a doubt, since the bytes cannot be reckoned then.
 */
export function quantisationOf(section: JsonObject, source: string, notes: Notes): Quantisation | null {
  const name = methodName(section);
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (method !== undefined) return method(section, source, notes);
  notes.doubt(
    'unknown-quantisation',
    `Quantisation "${quoted(name)}" in ${source} is not known: weight bytes are those of the plain format.`,
  );
  return null;
}

function methodName(section: JsonObject): string {
  // ModelOpt names its algorithm; where no tool is named beside it, the section is ModelOpt's.
  if (section.quant_method === undefined && typeof section.quant_algo === 'string') return 'modelopt';
  const said = section.quant_method;
  if (typeof said === 'string') return said.toLowerCase().replaceAll('_', '-');
  if (section.config_groups !== undefined) return 'compressed-tensors';
  if (section.load_in_4bit !== undefined || section.load_in_8bit !== undefined) return 'bitsandbytes';
  if (isObject(section.quantization)) return 'modelopt';
  if (typeof section.w_bit === 'number' || section.zero_point !== undefined) return 'awq';
  if (section.desc_act !== undefined || section.damp_percent !== undefined) return 'gptq';
  if (typeof section.bits === 'number') return 'mlx';
  return 'unnamed';
}

const METHODS: Readonly<Record<string, Method>> = {
  gptq: (s, source) => integerScheme('gptq', s, source),
  marlin: (s, source) => integerScheme('gptq', s, source),
  'auto-round': (s, source) => integerScheme('gptq', s, source),
  'intel/auto-round': (s, source) => integerScheme('gptq', s, source),
  awq: (s, source) => integerScheme('awq', s, source),
  mlx: (s, source) => mlx(s, source),
  fp8: (s, source) => fp8(s, source),
  'fbgemm-fp8': (s, source) => ({
    scheme: 'w8a8-fp8',
    bits: 8,
    group: 0,
    ignored: strings(s.modules_to_not_convert),
    source,
  }),
  mxfp4: (s, source) => ({
    scheme: 'mxfp4',
    bits: 4,
    group: 32,
    ignored: strings(s.modules_to_not_convert),
    source,
  }),
  bitsandbytes,
  'compressed-tensors': (s, source) => compressedTensors(s, source),
  modelopt,
  'modelopt-fp4': modelopt,
};

function integerScheme(tool: 'gptq' | 'awq', s: JsonObject, source: string): Quantisation {
  const bits = number(s.bits) ?? number(s.w_bit) ?? 4;
  const group = number(s.group_size) ?? number(s.q_group_size) ?? 128;
  return {
    scheme: tool === 'awq' ? 'awq-int4' : bits === 8 ? 'gptq-int8' : 'gptq-int4',
    bits,
    group: group === -1 ? 0 : group,
    ignored: strings(s.modules_to_not_convert ?? s.modules_in_block_to_not_quantize),
    source,
  };
}

/** Settings for all modules, and for some their own under their names; `false` leaves a module as it is. */
function mlx(s: JsonObject, source: string): Quantisation {
  const settings = (section: JsonObject): Stored => {
    const bits = number(section.bits) ?? 4;
    return { scheme: bits === 8 ? 'mlx-8bit' : 'mlx-4bit', bits, group: number(section.group_size) ?? 64 };
  };
  const parts = Object.entries(s).flatMap(([module, value]): QuantisedPart[] => {
    if (value === false) return [{ targets: [module], scheme: null, bits: 0, group: 0 }];
    return isObject(value) && typeof value.bits === 'number'
      ? [{ targets: [module], ...settings(value) }]
      : [];
  });
  return { ...settings(s), ignored: [], source, ...(parts.length > 0 ? { parts } : {}) };
}

function fp8(s: JsonObject, source: string): Quantisation {
  const block = s.weight_block_size;
  const group: Quantisation['group'] =
    Array.isArray(block) && typeof block[0] === 'number' && typeof block[1] === 'number'
      ? [Math.max(1, block[0]), Math.max(1, block[1])]
      : -1;
  const ignored = strings(s.modules_to_not_convert ?? s.ignored_layers);
  return { scheme: 'w8a8-fp8', bits: 8, group, ignored, source };
}

function bitsandbytes(s: JsonObject, source: string): Quantisation | null {
  const ignored = strings(s.llm_int8_skip_modules);
  if (s.load_in_4bit === true || s._load_in_4bit === true) {
    const doubly = s.bnb_4bit_use_double_quant === true;
    return {
      scheme: 'bnb-nf4',
      bits: 4,
      group: 64,
      ignored,
      source,
      // Doubly quantised scales take 8 bits, and one more scale of 32 bits for 256 of them, which is lost in the rounding.
      ...(doubly ? { scaleBits: 8 } : {}),
    };
  }
  if (s.load_in_8bit === true || s._load_in_8bit === true) {
    return { scheme: 'bnb-int8', bits: 8, group: 0, ignored, source };
  }
  return null;
}

function compressedTensors(s: JsonObject, source: string): Quantisation | null {
  const ignored = strings(s.ignore);
  const groups = isObject(s.config_groups) ? Object.values(s.config_groups).filter(isObject) : [];
  const parts = groups.flatMap((group): QuantisedPart[] =>
    isObject(group.weights)
      ? [{ targets: strings(group.targets), ...weightsOf(group.weights, isObject(group.input_activations)) }]
      : [],
  );
  const [first] = parts;
  if (first === undefined || first.scheme === null) return null;
  const { scheme, bits, group } = first;
  // One group whose target is the class of all linear modules is the usual case and needs no list.
  const everything = parts.length === 1 && first.targets.every((target) => target === 'Linear');
  return { scheme, bits, group, ignored, source, ...(everything ? {} : { parts, partsOnly: true }) };
}

function weightsOf(weights: JsonObject, activations: boolean): Stored {
  const bits = number(weights.num_bits) ?? 8;
  return { scheme: tensorScheme(bits, weights.type === 'float', activations), bits, group: groupOf(weights) };
}

function tensorScheme(bits: number, floats: boolean, activations: boolean): string {
  if (floats) return bits === 4 ? 'nvfp4' : 'w8a8-fp8';
  if (bits === 8) return activations ? 'w8a8-int8' : 'int8';
  return 'int4';
}

function groupOf(weights: JsonObject): Quantisation['group'] {
  const block = weights.block_structure;
  if (weights.strategy === 'block' && Array.isArray(block)) {
    const [rows, columns] = block as unknown[];
    if (typeof rows === 'number' && typeof columns === 'number')
      return [Math.max(1, rows), Math.max(1, columns)];
  }
  if (weights.strategy === 'tensor') return -1;
  if (weights.strategy === 'channel') return 0;
  return Math.max(0, number(weights.group_size) ?? 0);
}

function modelopt(s: JsonObject, source: string, notes: Notes): Quantisation | null {
  const inner = isObject(s.quantization) ? s.quantization : s;
  const algorithm = inner.quant_algo;
  const ignored = strings(inner.exclude_modules ?? inner.ignore);
  if (algorithm === null || algorithm === undefined) {
    return s.config_groups === undefined ? null : compressedTensors(s, source);
  }
  const stored =
    algorithm === 'MIXED_PRECISION'
      ? mixed(inner.quantized_layers)
      : modeloptAlgorithm(algorithm, number(inner.group_size));
  if (stored === null) {
    notes.doubt('unknown-quantisation', `Quantisation ${quoted(algorithm)} in ${source} is not known.`);
    return null;
  }
  return { ...stored, ignored, source };
}

/** Every module under its own name with its own algorithm; the commonest names the whole. */
function mixed(layers: unknown): (Stored & { parts: QuantisedPart[]; partsOnly: true }) | null {
  if (!isObject(layers)) return null;
  const groups = new Map<string, Stored & { targets: string[] }>();
  for (const [module, value] of Object.entries(layers)) {
    const section = isObject(value) ? value : {};
    const stored = modeloptAlgorithm(section.quant_algo, number(section.group_size));
    if (stored === null) return null;
    const key = JSON.stringify(stored);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { ...stored, targets: [module] });
    else group.targets.push(module);
  }
  const parts = [...groups.values()].sort((a, b) => b.targets.length - a.targets.length);
  const [first] = parts;
  return first === undefined
    ? null
    : { scheme: first.scheme, bits: first.bits, group: first.group, parts, partsOnly: true };
}

/** How ModelOpt's algorithms store weights. */
function modeloptAlgorithm(algorithm: unknown, group: number | undefined): Stored | null {
  switch (String(algorithm).toUpperCase()) {
    case 'FP8':
    case 'FP8_PER_TENSOR':
      return { scheme: 'w8a8-fp8', bits: 8, group: -1 };
    case 'FP8_PER_CHANNEL_PER_TOKEN':
      return { scheme: 'w8a8-fp8', bits: 8, group: 0 };
    case 'FP8_BLOCK_SCALES':
    case 'FP8_PB_WO':
      return { scheme: 'w8a8-fp8', bits: 8, group: [128, 128] };
    case 'NVFP4':
    case 'W4A16_NVFP4':
    case 'NVFP4_AWQ':
      return { scheme: 'nvfp4', bits: 4, group: group ?? 16 };
    case 'W4A16_AWQ':
    case 'W4A8_AWQ':
    case 'INT4_AWQ':
      return { scheme: 'awq-int4', bits: 4, group: group ?? 128 };
    case 'W8A16':
    case 'INT8':
      return { scheme: 'int8', bits: 8, group: 0 };
    case 'INT8_SQ':
    case 'W8A8_SQ_PER_CHANNEL':
      return { scheme: 'w8a8-int8', bits: 8, group: 0 };
    case 'MXFP8':
      return { scheme: 'mxfp8', bits: 8, group: 32 };
    default:
      return null;
  }
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= -1 && value <= 65536
    ? value
    : undefined;
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}
