import { isObject, type JsonObject } from './config';
import type { Notes } from './notes';
import type { Quantisation } from './quantisation';
import { quoted } from './readFailure';

/** Files beside a config.json that may say how its weights are stored, as text. */
export interface QuantisationFiles {
  /** `quantize_config.json`, as AutoGPTQ and AutoAWQ write it. */
  quantizeConfig?: string;
  /** `hf_quant_config.json`, as NVIDIA ModelOpt writes it. */
  hfQuantConfig?: string;
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
  const said = section.quant_method ?? section.quant_algo;
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
  'compressed-tensors': compressedTensors,
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

function mlx(s: JsonObject, source: string): Quantisation {
  const bits = number(s.bits) ?? 4;
  return {
    scheme: bits === 8 ? 'mlx-8bit' : 'mlx-4bit',
    bits,
    group: number(s.group_size) ?? 64,
    ignored: [],
    source,
  };
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
    return { scheme: 'bnb-nf4', bits: 4, group: 64, ignored, source };
  }
  if (s.load_in_8bit === true || s._load_in_8bit === true) {
    return { scheme: 'bnb-int8', bits: 8, group: 0, ignored, source };
  }
  return null;
}

function compressedTensors(s: JsonObject, source: string, notes: Notes): Quantisation | null {
  const ignored = strings(s.ignore);
  const groups = isObject(s.config_groups) ? Object.values(s.config_groups).filter(isObject) : [];
  const first = groups.find((group) => isObject(group.weights));
  const weights = first !== undefined && isObject(first.weights) ? first.weights : undefined;
  if (weights === undefined) return null;
  if (groups.filter((group) => isObject(group.weights)).length > 1) {
    notes.doubt(
      'mixed-quantisation',
      `${source} quantises several groups of modules differently; the first is reckoned with.`,
    );
  }
  const bits = number(weights.num_bits) ?? 8;
  const floats = weights.type === 'float';
  const activations = first !== undefined && isObject(first.input_activations);
  return {
    scheme: tensorScheme(bits, floats, activations),
    bits,
    group: groupOf(weights),
    ignored,
    source,
  };
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
    return s.config_groups === undefined ? null : compressedTensors(s, source, notes);
  }
  const group = number(inner.group_size);
  switch (String(algorithm).toUpperCase()) {
    case 'FP8':
    case 'FP8_PER_TENSOR':
      return { scheme: 'w8a8-fp8', bits: 8, group: -1, ignored, source };
    case 'FP8_PER_CHANNEL_PER_TOKEN':
      return { scheme: 'w8a8-fp8', bits: 8, group: 0, ignored, source };
    case 'FP8_BLOCK_SCALES':
    case 'FP8_PB_WO':
      return { scheme: 'w8a8-fp8', bits: 8, group: [128, 128], ignored, source };
    case 'NVFP4':
    case 'W4A16_NVFP4':
      return { scheme: 'nvfp4', bits: 4, group: group ?? 16, ignored, source };
    case 'W4A16_AWQ':
    case 'W4A8_AWQ':
    case 'INT4_AWQ':
      return { scheme: 'awq-int4', bits: 4, group: group ?? 128, ignored, source };
    case 'W8A16':
    case 'INT8':
      return { scheme: 'int8', bits: 8, group: 0, ignored, source };
    case 'INT8_SQ':
    case 'W8A8_SQ_PER_CHANNEL':
      return { scheme: 'w8a8-int8', bits: 8, group: 0, ignored, source };
    case 'MXFP8':
      return { scheme: 'mxfp8', bits: 8, group: 32, ignored, source };
    default:
      notes.doubt('unknown-quantisation', `Quantisation ${quoted(algorithm)} in ${source} is not known.`);
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
