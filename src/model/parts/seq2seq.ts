import type { FamilyContext, FamilyModel } from '../family';
import type { WeightTensor } from '../spec';
import type { FeedForwardBlock } from './block';
import { denseFeedForward } from './feedForward';
import { planLayers, type LayerPlan } from './foldLayers';
import { groupedAttention, type AttentionNames } from './groupedAttention';
import { labelCount } from './head';
import { lookup, matrix, norm, type NormKind } from './tensors';
import { towerOf } from './tower';

/** One stack of an encoder-decoder in the manner of BART. */
export interface SeqStack {
  /** Path of a layer with `{layer}` and a trailing dot. */
  path: string;
  layers: number;
  hidden: number;
  heads: number;
  kvHeads?: number;
  headDim?: number;
  width: number;
  qkvBias?: boolean;
  keyBias?: boolean;
  outBias?: boolean;
  mlpBias?: boolean;
  norm?: NormKind;
  /** The stack is a decoder: its own attention is causal. */
  decoder: boolean;
  /** The decoder looks at an encoder; true in decoders if absent. */
  crosses?: boolean;
  /** Width that the encoder hands to the decoder, where it is not `hidden`. */
  encoderWidth?: number;
  selfAttention?: string;
  crossAttention?: string;
  names?: Partial<AttentionNames>;
  crossNames?: Partial<AttentionNames>;
  /** Norms of a block; those of BART if absent. */
  blockNorms?: readonly string[];
  feedForward?: (index: number) => FeedForwardBlock;
  others?: (index: number) => readonly WeightTensor[];
  describe?: (index: number) => string;
}

/** Layers of one stack: attention to itself, to the encoder where it is a decoder, two matrices. */
export function seqLayers(s: SeqStack): LayerPlan[] {
  const crosses = s.decoder && s.crosses !== false;
  const headDim = s.headDim ?? s.hidden / s.heads;
  const attention = (
    name: string,
    causal: boolean,
    names: Partial<AttentionNames> | undefined,
    input?: number,
  ): ReturnType<typeof groupedAttention> =>
    groupedAttention({
      module: s.path + name,
      hidden: s.hidden,
      queryHeads: s.heads,
      kvHeads: s.kvHeads ?? s.heads,
      headDim,
      qkvBias: s.qkvBias ?? true,
      keyBias: s.keyBias ?? s.qkvBias ?? true,
      outBias: s.outBias ?? true,
      causal,
      ...(input === undefined ? {} : { kvInput: input }),
      names: { output: 'out_proj', ...names },
    });
  const norms = s.blockNorms ?? [
    'self_attn_layer_norm',
    ...(crosses ? ['encoder_attn_layer_norm'] : []),
    'final_layer_norm',
  ];
  return planLayers(
    s.layers,
    (index) => s.describe?.(index) ?? '',
    (index) => ({
      mixer: attention(s.selfAttention ?? 'self_attn', s.decoder, s.names),
      ...(crosses
        ? {
            second: attention(
              s.crossAttention ?? 'encoder_attn',
              false,
              s.crossNames ?? s.names,
              s.encoderWidth,
            ),
          }
        : {}),
      feedForward:
        s.feedForward?.(index) ??
        denseFeedForward({
          module: s.path.slice(0, -1),
          hidden: s.hidden,
          width: s.width,
          gated: false,
          bias: s.mlpBias ?? true,
          names: { up: 'fc1', down: 'fc2' },
        }),
      others: [
        ...norms.flatMap((name) => norm(s.path + name, s.hidden, s.norm ?? 'layer')),
        ...(s.others?.(index) ?? []),
      ],
    }),
  );
}

/** What sets one encoder-decoder of the BART line apart from the next. */
export interface Seq2Seq {
  encoder?: Partial<SeqStack>;
  decoder?: Partial<SeqStack>;
  /** Rows of the learned position tables; 0 for sinusoids that store nothing. */
  encoderPositions: number;
  decoderPositions: number;
  /** A norm on the embeddings of both sides. */
  embeddingNorm: boolean;
  /** A norm after the last layer of both sides. */
  finalNorm: boolean;
  encoderOutside?: readonly WeightTensor[];
  decoderOutside?: readonly WeightTensor[];
  /** The decoder alone, as a language model, has a head that is not tied. */
  aloneUntied?: boolean;
}

/** Encoder and decoder of the BART line with one table of words for both and a tied head. */
export function seq2seq(context: FamilyContext, o: Seq2Seq): FamilyModel {
  const { config, architecture, notes } = context;
  const hidden = config.integer('d_model', 'hidden_size');
  const vocabulary = config.integer('vocab_size');
  const alone = architecture.endsWith('ForCausalLM');
  const tied = config.flag(true, 'tie_word_embeddings');
  config.understood(
    'encoder_layerdrop',
    'decoder_layerdrop',
    'scale_embedding',
    'num_hidden_layers',
    'classif_dropout',
    'init_std',
    'add_bias_logits',
    'add_final_layer_norm',
    'normalize_before',
    'normalize_embedding',
    'static_position_embeddings',
    'extra_pos_embeddings',
    'force_bos_token_to_be_generated',
  );
  if (!tied)
    notes.doubt(
      'tied-head-unclear',
      'The head is said not to be tied; which tables are then apart is not known.',
    );
  const outside = (name: 'encoder' | 'decoder', rows: number): WeightTensor[] => [
    ...(rows > 0 ? [lookup(`model.${name}.embed_positions`, rows, hidden)] : []),
    ...(o.embeddingNorm ? norm(`model.${name}.layernorm_embedding`, hidden, 'layer') : []),
    ...(o.finalNorm ? norm(`model.${name}.layer_norm`, hidden, 'layer') : []),
  ];
  const stack = (name: 'encoder' | 'decoder'): LayerPlan[] => {
    const changes = o[name];
    return seqLayers({
      path: `model.${name}.layers.{layer}.`,
      layers: config.integer(`${name}_layers`),
      hidden,
      heads: config.integer(`${name}_attention_heads`),
      width: config.integer(`${name}_ffn_dim`),
      decoder: name === 'decoder',
      ...changes,
    });
  };
  config.understood('encoder_layers', 'encoder_attention_heads', 'encoder_ffn_dim');
  return {
    kind: alone ? 'decoder' : 'encoder-decoder',
    hidden,
    vocabulary,
    maxContext: config.optional('max_position_embeddings', 'max_decoder_position_embeddings') ?? null,
    layers: stack('decoder'),
    outside: [
      lookup(alone ? 'model.decoder.embed_tokens' : 'model.shared', vocabulary, hidden),
      ...outside('decoder', o.decoderPositions),
      ...(o.decoderOutside ?? []),
      ...seqTop(context, hidden),
      ...(tied && !(alone && o.aloneUntied === true) ? [] : matrix('lm_head', vocabulary, hidden, 'head')),
    ],
    tiedHead: tied,
    headKnown: true,
    towers: alone
      ? []
      : [
          towerOf({
            kind: 'text-encoder',
            hidden,
            layers: stack('encoder'),
            outside: [...outside('encoder', o.encoderPositions), ...(o.encoderOutside ?? [])],
          }),
        ],
  };
}

/** What classifiers and span finders put on top of an encoder-decoder. */
function seqTop({ config, architecture, notes }: FamilyContext, hidden: number): WeightTensor[] {
  const classes = labelCount(config);
  if (architecture.endsWith('ForSequenceClassification')) {
    return [
      ...matrix('classification_head.dense', hidden, hidden, 'head', { bias: true }),
      ...matrix('classification_head.out_proj', classes, hidden, 'head', { bias: true }),
    ];
  }
  if (architecture.endsWith('ForQuestionAnswering'))
    return matrix('qa_outputs', 2, hidden, 'head', { bias: true });
  if (!/(?:ForConditionalGeneration|ForCausalLM|Model)$/.test(architecture))
    notes.doubt('unknown-head', 'The architecture is not said or may have a head that is not counted.');
  return [];
}
