import type { Config } from '../config';
import type { WeightTensor } from '../spec';
import { matrix, vector } from './tensors';

export interface Head {
  weights: readonly WeightTensor[];
  tied: boolean;
  /** True where the architecture's name has said what sits on top. */
  known: boolean;
}

export interface HeadOptions {
  bias?: boolean;
  module?: string;
  /** True where the architecture has no language-model head (a trunk, a classifier). */
  absent?: boolean;
  /** What is taken where nothing says whether the head is tied. */
  tiedFallback?: boolean;
  /** First of `architectures`: decides whether a language model's head sits on top, a classifier's or none. */
  architecture?: string;
}

/** What sits on a decoder. */
export type Top = 'language' | 'labels' | 'token-labels' | 'answer' | 'none';

/**
 * What sits on a decoder, by its architecture's name; undefined where the name is of none that is known. ChatGLM's
 * first class is called a model and has a head.
 */
export function topOf(architecture: string): Top | undefined {
  if (
    architecture === '' ||
    /ForCausalLM$|LMHeadModel$|ForConditionalGeneration$|ChatGLMModel$/.test(architecture)
  )
    return 'language';
  if (/ForSequenceClassification$/.test(architecture)) return 'labels';
  if (/ForTokenClassification$/.test(architecture)) return 'token-labels';
  if (/ForQuestionAnswering$/.test(architecture)) return 'answer';
  if (/Model$/.test(architecture) && !/For[A-Z]|Heads|Reward|Value/.test(architecture)) return 'none';
  return undefined;
}

/** A classifier's weights on a decoder: a row a label, or one each for the start and the end of an answer. */
export function classifier(config: Config, top: Top, hidden: number): WeightTensor[] {
  if (top === 'labels') return matrix('score', labelCount(config), hidden, 'head');
  if (top === 'token-labels') return matrix('score', labelCount(config), hidden, 'head', { bias: true });
  if (top === 'answer') {
    if (labelCount(config) !== 2)
      config.notes.doubt('unknown-head', 'Classes differ in whether an answer has two rows or one a label.');
    return matrix('qa_outputs', 2, hidden, 'head', { bias: true });
  }
  return [];
}

/**
 * Whether the head multiplies by the embedding. Where neither the file nor the class says so, the fallback is taken and
 * the doubt is told: it is the commonest way to be wrong by a tenth.
 */
export function isTied(config: Config, fallback = false): boolean {
  const said = config.value('tie_word_embeddings');
  if (typeof said === 'boolean') return said;
  // The weights settle what neither the file nor the class does. They do not overrule the class: tied heads are stored twice often.
  const { storesHead } = config.evidence;
  if (storesHead !== undefined) return !storesHead;
  config.notes.doubt(
    'tied-head-unclear',
    `${config.path}tie_word_embeddings is not said, and the default of this class is not known.`,
  );
  return fallback;
}

/** The language-model head: absent where it is tied to the embedding, its bias apart from that. */
export function headOf(config: Config, hidden: number, vocabulary: number, options: HeadOptions = {}): Head {
  if (options.absent === true) return { weights: [], tied: false, known: true };
  const top = options.architecture === undefined ? undefined : topOf(options.architecture);
  const known = top !== undefined;
  if (known && top !== 'language') {
    config.understood('tie_word_embeddings');
    return { weights: classifier(config, top, hidden), tied: false, known };
  }
  const tied = isTied(config, options.tiedFallback);
  const module = options.module ?? 'lm_head';
  const bias = options.bias ?? false;
  if (tied) return { weights: bias ? [vector(`${module}.bias`, vocabulary, 'head')] : [], tied, known };
  return { weights: matrix(module, vocabulary, hidden, 'head', { bias }), tied, known };
}

/** Labels of a classifier: as many as `id2label` names, `num_labels`, or the class's default of two. */
export function labelCount(config: Config): number {
  const labels = config.object('id2label');
  config.understood('label2id');
  const said = config.optional('num_labels', '_num_labels');
  return labels === undefined ? (said ?? 2) : Object.keys(labels).length;
}
