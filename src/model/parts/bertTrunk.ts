import type { FamilyContext, FamilyModel } from '../family';
import type { AttentionMixer, WeightTensor } from '../spec';
import { encoderStack } from './encoderStack';
import { encoderTop, type EncoderTop } from './encoderTop';
import { transformerSizes, type Sizes } from './sizes';
import { lookup, norm } from './tensors';

/** What sets one encoder of the BERT build apart from the next. */
export interface BertTrunk {
  /** What stands before every name, `deberta.`. */
  prefix: string;
  top: Omit<EncoderTop, 'hidden' | 'vocabulary'>;
  /** Rows of the learned position table; `max_position_embeddings` if absent, 0 for none. */
  positions?: number;
  /** Rows of the segment table; `type_vocab_size` if absent, 0 for none. */
  segments?: number;
  /** Width of the tables and of their norm, where it is not the hidden width. */
  embedding?: number;
  /** The embeddings have no norm. */
  noEmbeddingNorm?: boolean;
  /** Norms of a block, in place of those after each half. */
  blockNorms?: readonly string[];
  /** Whatever else a block stores. */
  others?: (sizes: Sizes) => readonly WeightTensor[];
  /** Weights outside the blocks beside tables, norm and head. */
  extra?: (sizes: Sizes) => readonly WeightTensor[];
}

/** How BERT and its kin name what a block is made of. */
export const BERT_BLOCK = {
  attention: 'attention',
  attentionNames: { query: 'self.query', key: 'self.key', value: 'self.value', output: 'output.dense' },
  feedForward: '',
  feedForwardNames: { up: 'intermediate.dense', down: 'output.dense' },
  blockNorms: ['attention.output.LayerNorm', 'output.LayerNorm'],
  qkvBias: true,
  outBias: true,
  mlpBias: true,
} as const;

/** Learned positions and segments, biases everywhere, norms after each half: BERT, with what a family changes. */
export function bertTrunk(context: FamilyContext, b: BertTrunk): FamilyModel {
  const { config } = context;
  const sizes = transformerSizes(config);
  const { hidden, vocabulary } = sizes;
  const positions = b.positions ?? config.integer('max_position_embeddings');
  const segments = b.segments ?? config.integerOr(0, 'type_vocab_size');
  const embedding = b.embedding ?? hidden;
  doubtVariants(context);
  const top = encoderTop(context, { ...b.top, hidden, vocabulary });
  const e = `${b.prefix}embeddings`;
  return {
    kind: 'encoder',
    hidden,
    vocabulary,
    maxContext: positions > 0 ? positions : (config.optional('max_position_embeddings') ?? null),
    layers: encoderStack({
      ...BERT_BLOCK,
      path: `${b.prefix}encoder.layer.{layer}.`,
      layers: sizes.layers,
      hidden,
      heads: sizes.heads,
      headDim: sizes.headDim,
      width: config.integer('intermediate_size'),
      ...(b.blockNorms === undefined ? {} : { blockNorms: b.blockNorms }),
      others: () => b.others?.(sizes) ?? [],
    }),
    outside: [
      lookup(`${e}.word_embeddings`, vocabulary, embedding),
      ...(positions > 0 ? [lookup(`${e}.position_embeddings`, positions, embedding)] : []),
      ...(segments > 0 ? [lookup(`${e}.token_type_embeddings`, segments, embedding)] : []),
      ...(b.noEmbeddingNorm === true ? [] : norm(`${e}.LayerNorm`, embedding, 'layer')),
      ...(b.extra?.(sizes) ?? []),
      ...top.weights,
    ],
    tiedHead: top.tied,
    headKnown: true,
  };
}

/** Variants of the line that store more than is counted: told, so that the count is not called exact. */
export function doubtVariants({ config, notes }: FamilyContext): void {
  if (config.text('position_embedding_type')?.startsWith('relative_key') === true) {
    notes.doubt(
      'relative-positions',
      'Relative position embeddings are learned in each layer; they are not counted.',
    );
  }
  if (config.flag(false, 'add_cross_attention'))
    notes.doubt('unknown-key', 'Attention to another model (add_cross_attention) is not counted.');
}

/** Attention in both directions with as many key as query heads. */
export function attends(heads: number, headDim: number): AttentionMixer {
  return {
    kind: 'attention',
    queryHeads: heads,
    kvHeads: heads,
    keyHeadDim: headDim,
    valueHeadDim: headDim,
    causal: false,
  };
}
