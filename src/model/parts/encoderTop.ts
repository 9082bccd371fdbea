import type { FamilyContext } from '../family';
import type { WeightTensor } from '../spec';
import { labelCount } from './head';
import { matrix, norm, vector } from './tensors';

/** Which tops of the BERT line keep a pooler. */
export const BERT_POOLS =
  /(?:ForSequenceClassification|ForMultipleChoice|ForPreTraining|ForNextSentencePrediction|Model)$/;
export const ROBERTA_POOLS = /(?:ForMultipleChoice|Model)$/;
/** Matches no name, the empty one neither. */
export const NEVER_POOLS = /(?!)/;

export interface EncoderTop {
  hidden: number;
  vocabulary: number;
  /** How the masked-language head is built and named: with a transform under `cls` (BERT), flat under `lm_head` (RoBERTa), narrowed (ELECTRA). */
  masked: 'bert' | 'roberta' | 'electra';
  /** Width of the embedding's rows, where it is not `hidden`: what a masked-language head comes back to. */
  embedding?: number;
  /** Width of the untied head's rows, where it is not what the transform gives. */
  decoderWidth?: number;
  /** A sequence classifier of one matrix, or with a dense layer before it. */
  sequence: 'linear' | 'dense';
  /** Rows of the head over answers where the class fixes them, whatever the labels. */
  questionRows?: number;
  /** A choice head with a dense layer of its own before it. */
  choiceDense?: boolean;
  /** Architectures that keep the pooler; a masked-language head does only where `alwaysPools` says so. */
  pools: RegExp;
  alwaysPools?: boolean;
  poolerName?: string;
  /** Heads of the family's own, by the end of the architecture's name; they come before the common ones. */
  own?: Readonly<Record<string, readonly WeightTensor[]>>;
  /** Heads by the end of the architecture's name that multiply by the embedding. */
  ownTied?: readonly string[];
  /** The head multiplies by the embedding whatever the file says. */
  alwaysTied?: boolean;
  /** False where an untied head stores no bias beside the one that the head has anyway. */
  untiedBias?: boolean;
}

export interface Top {
  weights: readonly WeightTensor[];
  tied: boolean;
}

const MASKED = /(?:ForMaskedLM|ForCausalLM|LMHeadModel)$/;

/**
 * What sits on an encoder's trunk by the architecture's name, pooler included. A name that is not known leaves the
 * bare trunk and is told.
 */
export function encoderTop(context: FamilyContext, e: EncoderTop): Top {
  const { architecture } = context;
  const head = headOf(context, e);
  const pools = e.alwaysPools === true || (e.pools.test(architecture) && !MASKED.test(architecture));
  const pooler = pools
    ? matrix(e.poolerName ?? 'pooler.dense', e.hidden, e.hidden, 'other', { bias: true })
    : [];
  return { weights: [...pooler, ...head.weights], tied: head.tied };
}

function headOf(context: FamilyContext, e: EncoderTop): Top {
  const { architecture, config, notes } = context;
  const classes = labelCount(config);
  config.understood('tie_word_embeddings');
  const own = Object.entries(e.own ?? {}).find(([end]) => architecture.endsWith(end));
  if (own !== undefined) return { weights: own[1], tied: e.ownTied?.includes(own[0]) === true };
  const linear = (name: string, rows: number): WeightTensor[] =>
    matrix(name, rows, e.hidden, 'head', { bias: true });
  if (MASKED.test(architecture)) return maskedHead(context, e);
  if (architecture.endsWith('ForPreTraining')) {
    const head = maskedHead(context, e);
    return { weights: [...head.weights, ...linear('cls.seq_relationship', 2)], tied: head.tied };
  }
  if (architecture.endsWith('ForSequenceClassification')) {
    const weights =
      e.sequence === 'dense'
        ? [...linear('classifier.dense', e.hidden), ...linear('classifier.out_proj', classes)]
        : linear('classifier', classes);
    return { weights, tied: false };
  }
  if (architecture.endsWith('ForTokenClassification'))
    return { weights: linear('classifier', classes), tied: false };
  if (architecture.endsWith('ForQuestionAnswering'))
    return { weights: linear('qa_outputs', e.questionRows ?? classes), tied: false };
  if (architecture.endsWith('ForMultipleChoice')) {
    const dense = e.choiceDense === true ? linear('pre_classifier', e.hidden) : [];
    return { weights: [...dense, ...linear('classifier', 1)], tied: false };
  }
  if (architecture.endsWith('ForNextSentencePrediction'))
    return { weights: linear('cls.seq_relationship', 2), tied: false };
  if (!architecture.endsWith('Model')) {
    notes.doubt('unknown-head', 'The architecture is not said or not known: counted is the trunk.');
  }
  return { weights: [], tied: false };
}

/** A masked-language head: a dense layer with its norm, a bias a token, and a matrix where it is not tied. */
export function maskedHead({ config, notes }: FamilyContext, e: EncoderTop): Top {
  const tied = e.alwaysTied === true || config.flag(true, 'tie_word_embeddings');
  const width = e.embedding ?? e.hidden;
  if (!tied && e.masked !== 'electra' && e.untiedBias !== false)
    notes.doubt('untied-head', 'Releases differ in whether an untied head has a second bias; it is counted.');
  const decoder = (name: string): WeightTensor[] =>
    tied ? [] : matrix(name, e.vocabulary, e.decoderWidth ?? width, 'head', { bias: e.untiedBias !== false });
  switch (e.masked) {
    case 'bert':
      return {
        tied,
        weights: [
          ...matrix('cls.predictions.transform.dense', width, e.hidden, 'head', { bias: true }),
          ...norm('cls.predictions.transform.LayerNorm', width, 'layer', 'head'),
          vector('cls.predictions.bias', e.vocabulary, 'head'),
          ...decoder('cls.predictions.decoder'),
        ],
      };
    case 'roberta':
      return {
        tied,
        weights: [
          ...matrix('lm_head.dense', width, e.hidden, 'head', { bias: true }),
          ...norm('lm_head.layer_norm', width, 'layer', 'head'),
          vector('lm_head.bias', e.vocabulary, 'head'),
          ...decoder('lm_head.decoder'),
        ],
      };
    case 'electra':
      return {
        tied,
        weights: [
          ...norm('generator_predictions.LayerNorm', width, 'layer', 'head'),
          ...matrix('generator_predictions.dense', width, e.hidden, 'head', { bias: true }),
          vector('generator_lm_head.bias', e.vocabulary, 'head'),
          ...(tied ? [] : matrix('generator_lm_head', e.vocabulary, width, 'head')),
        ],
      };
  }
}
