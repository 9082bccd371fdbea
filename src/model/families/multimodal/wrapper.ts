import { classDefaults } from '../../classDefaults';
import { isObject, type Config, type JsonObject } from '../../config';
import type { FamilyContext, FamilyModel } from '../../family';
import { matrix } from '../../parts/tensors';
import { MAX_ROWS } from '../../limits';
import { quoted, ReadFailure } from '../../readFailure';
import type { Tower, WeightTensor } from '../../spec';
import { asTower } from '../vision/clip';

/** Where a file keeps its language model and its tower, and which families read them where it does not say. */
export interface Sections {
  text: string;
  tower: string;
  textKey?: string;
  towerKey?: string;
}

/** Keys of the outer file that shape nothing there: tokens, features taken, sizes repeated from the parts. */
const OUTER_KEYS = [
  'image_seq_length',
  'image_token_index',
  'video_token_index',
  'vision_feature_layer',
  'vision_feature_select_strategy',
  'projector_hidden_act',
  'vocab_size',
  'ignore_index',
];

/** Families that came with the releases in which the wrapper's word alone decides whether the head is tied. */
const OUTER_DECIDES = new Set([
  'audioflamingo3',
  'deepseek_ocr2',
  'exaone4_5',
  'fast_vlm',
  'gemma4_unified',
  'glm46v',
  'glm_image',
  'glm_ocr',
  'glmasr',
  'granite4_vision',
  'granite_docling',
  'hyperclovax_vision_v2',
  'lfm3_vl',
  'lighton_ocr',
  'minicpm_ocr',
  'minicpmv4_6',
  'minicpmv4_7',
  'minimax_m3_vl',
  'modernvbert',
  'molmo2',
  'qianfan_ocr',
  'qwen3_asr',
  'unlimited_ocr',
  'vibevoice',
  'video_llama_3',
]);

/** What the wrapper's class takes for a part that the file leaves out, in place of the part's own defaults. */
function partDefaults(config: Config, key: string): JsonObject {
  return isObject(config.raw[key]) ? {} : (config.object(key) ?? {});
}

/**
 * Whether the head of the language model inside a wrapper is tied. Releases of the public library disagree on whose
 * word counts, the wrapper's or the language model's: where the two differ the inner one is taken, and the doubt told.
 */
function tieOf(
  { config, notes, modelType }: FamilyContext,
  key: string,
  type: string,
  fallbacks: JsonObject,
): boolean | undefined {
  const raw = config.raw[key];
  const section = isObject(raw) ? raw : {};
  const named = typeof section.model_type === 'string' ? section.model_type : type;
  const inner = section.tie_word_embeddings ?? fallbacks.tie_word_embeddings;
  const outer = config.value('tie_word_embeddings');
  const said = typeof inner === 'boolean' ? inner : undefined;
  if (OUTER_DECIDES.has(modelType)) return outer === true;
  if (typeof outer !== 'boolean') return said;
  const own = said ?? classDefaults(named).tie_word_embeddings;
  if (typeof own !== 'boolean' || own === outer) return outer;
  notes.doubt(
    'tied-head-unclear',
    `The wrapper and ${key} disagree on whether the head is tied to the embedding.`,
  );
  return own;
}

/** What a language model inside a wrapper is called with its head: an encoder-decoder is whole only with both halves. */
export function wholeArchitecture(section: unknown, type: string): string {
  const said = isObject(section) && typeof section.model_type === 'string' ? section.model_type : type;
  return /t5|bart/.test(said) ? 'ForConditionalGeneration' : 'ForCausalLM';
}

/** The language model of a wrapper: with its head where the wrapper generates, without where it is a bare trunk. */
export function readText(context: FamilyContext, key: string, type: string): FamilyModel {
  const { config, nested, architecture, notes } = context;
  const bare = /Model$/.test(architecture);
  if (/ForSequenceClassification|ForTokenClassification|ForImageClassification/.test(architecture))
    notes.doubt(
      'unknown-head',
      'The head of this architecture is not known; that of a language model is counted.',
    );
  const fallbacks = partDefaults(config, key);
  config.understood('tie_word_embeddings');
  const tied = bare ? undefined : tieOf(context, key, type, fallbacks);
  const text = nested(key, type, {
    architecture: bare ? 'Model' : wholeArchitecture(config.raw[key], type),
    evenIfAbsent: true,
    inherited: { ...fallbacks, ...(tied === undefined ? {} : { tie_word_embeddings: tied }) },
  });
  if (text === undefined) throw new ReadFailure('contradiction', `${key} is no configuration.`);
  return tied === undefined || !OUTER_DECIDES.has(context.modelType) ? text : withTie(text, tied);
}

const HEAD = 'lm_head.weight';

/** The same language model with its head tied or not, where the wrapper overrules the inner file. */
function withTie(text: FamilyModel, tied: boolean): FamilyModel {
  if (text.tiedHead === tied || text.kind !== 'decoder') return text;
  const outside = text.outside.filter((tensor) => tensor.name !== HEAD);
  if (tied) return { ...text, tiedHead: true, outside };
  return {
    ...text,
    tiedHead: false,
    outside: [...outside, ...matrix('lm_head', text.vocabulary, text.hidden, 'head')],
  };
}

/** One tower of a wrapper, class defaults where the file leaves it out. */
export function readTower(context: FamilyContext, key: string, type: string): FamilyModel {
  const inherited = partDefaults(context.config, key);
  const tower = context.nested(key, type, { evenIfAbsent: true, inherited });
  if (tower === undefined) throw new ReadFailure('contradiction', `${key} is no configuration.`);
  return tower;
}

/** One size of a part, for a projector that needs it: as the file says, as the wrapper's class has it, or `fallback`. */
export function sizeOf(config: Config, key: string, name: string, fallback: number): number {
  const raw = config.raw[key];
  const said = isObject(raw) ? raw[name] : partDefaults(config, key)[name];
  if (said === undefined || said === null) return fallback;
  if (typeof said === 'number' && Number.isInteger(said) && said >= 0 && said <= MAX_ROWS) return said;
  throw new ReadFailure('contradiction', `${key}.${name} is ${quoted(said)}, not a whole number in range.`);
}

/**
 * Positions that one picture of native size becomes: its patches along a side, `merge` neighbours taken as one, squared.
 * Undefined where the file leaves the picture's size or the patch's to the class.
 */
export function squareTokens(config: Config, merge: number, key = 'vision_config'): number | undefined {
  const raw = config.raw[key];
  const said = isObject(raw) ? raw : partDefaults(config, key);
  const { image_size: image, patch_size: patch } = said;
  if (typeof image !== 'number' || typeof patch !== 'number' || patch < 1 || merge < 1) return undefined;
  return Math.floor(Math.floor(image / patch) / merge) ** 2;
}

/** One switch of a part, in the same way. */
export function flagOf(config: Config, key: string, name: string, fallback: boolean): boolean {
  const raw = config.raw[key];
  const said = isObject(raw) ? raw[name] : partDefaults(config, key)[name];
  return typeof said === 'boolean' ? said : fallback;
}

/** A list of whole numbers of a part, such as a kernel's two sizes. */
export function sizesOf(
  config: Config,
  key: string,
  name: string,
  fallback: readonly number[],
): readonly number[] {
  const raw = config.raw[key];
  const said = isObject(raw) ? raw[name] : partDefaults(config, key)[name];
  if (said === undefined || said === null) return fallback;
  if (
    Array.isArray(said) &&
    said.every((one): one is number => typeof one === 'number' && Number.isInteger(one))
  )
    return said;
  throw new ReadFailure('contradiction', `${key}.${name} is ${quoted(said)}, not a list of whole numbers.`);
}

export interface TextAndTower {
  text: FamilyModel;
  tower: FamilyModel;
}

/** The language model and the tower of a wrapper. */
export function readParts(context: FamilyContext, s: Sections): TextAndTower {
  context.config.understood(...OUTER_KEYS);
  return {
    text: readText(context, s.textKey ?? 'text_config', s.text),
    tower: readTower(context, s.towerKey ?? 'vision_config', s.tower),
  };
}

export interface Between {
  /** Weights between tower and language model. */
  projector?: readonly WeightTensor[];
  kind?: Tower['kind'];
  /** Positions handed on for one input of native size. */
  outputTokens?: number | undefined;
}

/** The language model with the tower beside it. */
export function joined({ text, tower }: TextAndTower, between: Between = {}): FamilyModel {
  const { outputTokens } = between;
  const beside = asTower(tower, between.kind ?? 'vision', between.projector ?? []);
  const known = outputTokens !== undefined && Number.isInteger(outputTokens) && outputTokens > 0;
  return {
    ...text,
    headKnown: true,
    towers: [...(text.towers ?? []), known ? { ...beside, outputTokens } : beside],
  };
}
