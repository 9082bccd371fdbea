import { classDefaults } from '../../classDefaults';
import { isObject, type JsonObject } from '../../config';
import type { FamilyContext, FamilyModel } from '../../family';
import { matrix } from '../../parts/tensors';

/** Outer classes that hand a tie said in the language section outwards (5.x: `__post_init__` of their configurations). */
const FORWARD_INNER_TIE = new Set([
  'glm4v',
  'glm4v_moe',
  'llava',
  'llava_next_video',
  'llava_onevision',
  'qwen2_5_vl',
  'qwen2_vl',
]);

/** Classes that 4.x never had: the outer file alone decides for them. */
const OUTER_ALONE = new Set(['gemma4', 'qwen3_5', 'qwen3_5_moe']);

export interface LanguagePart {
  /** Section that holds the language model; `text_config` if absent. */
  key?: string;
  /** Type that the section has where it does not say one. */
  type: string;
  /** Values that this class's language model has where the section is silent, in place of its own defaults. */
  inherited?: JsonObject;
}

/**
 * The language model of a file with several parts, with the head that the outer architecture names: none for a bare
 * model. Undefined where the section is no configuration.
 */
export function languagePart(context: FamilyContext, part: LanguagePart): FamilyModel | undefined {
  const { nested, notes, architecture } = context;
  const key = part.key ?? 'text_config';
  const tied = tieOf(context, key, part.type);
  const text = nested(key, part.type, {
    architecture: 'ForCausalLM',
    inherited: { ...part.inherited, tie_word_embeddings: tied },
    evenIfAbsent: true,
  });
  if (text === undefined) return undefined;
  if (/(?<!LMHead)Model$/.test(architecture)) return withoutHead(text);
  if (
    architecture !== '' &&
    !/ForConditionalGeneration$|ForCausalLM$|ForImageTextToText$|Chat(Model)?$/.test(architecture)
  )
    notes.doubt(
      'unknown-head',
      'The architecture has a head that is not known; a language-model head is counted.',
    );
  return tied === text.tiedHead ? text : withHead(text, tied);
}

/**
 * Whether the head multiplies by the embedding. Releases 4.x of the public implementation read the switch from the
 * language section, 5.x from the outer file: where the two differ, the release that wrote the file decides, or the weights,
 * and otherwise it is told.
 */
function tieOf(context: FamilyContext, key: string, type: string): boolean {
  const { config, modelType, notes } = context;
  const raw = config.raw[key];
  const section = isObject(raw) ? raw : {};
  const innerType =
    typeof section.model_type === 'string' && section.model_type !== modelType ? section.model_type : type;
  const inner = said(section.tie_word_embeddings) ?? said(classDefaults(innerType).tie_word_embeddings);
  const outerSaid = said(config.raw.tie_word_embeddings);
  const outerValue = said(config.value('tie_word_embeddings')) ?? inner ?? false;
  const outer = outerValue || (FORWARD_INNER_TIE.has(modelType) && inner === true);
  if (inner === undefined || inner === outer || OUTER_ALONE.has(modelType)) return outer;
  const { storesHead } = config.evidence;
  if (storesHead !== undefined) return !storesHead;
  if (Number.parseInt(config.text('transformers_version') ?? '0', 10) >= 5) return outer;
  notes.doubt(
    'tied-head-unclear',
    'Whether the head is tied is said differently by the outer file and its language section; releases differ in which they follow.',
  );
  return outerSaid ?? inner;
}

function said(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

function withoutHead(model: FamilyModel): FamilyModel {
  return { ...model, outside: model.outside.filter((tensor) => tensor.part !== 'head'), tiedHead: false };
}

function withHead(model: FamilyModel, tied: boolean): FamilyModel {
  const outside = tied
    ? model.outside.filter((tensor) => !(tensor.part === 'head' && tensor.role === 'linear'))
    : [...model.outside, ...matrix('lm_head', model.vocabulary, model.hidden, 'head')];
  return { ...model, outside, tiedHead: tied };
}
