import type { Config } from '../../config';
import type { Family, FamilyContext, FamilyModel } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers, type LayerPlan } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import { labelCount } from '../../parts/head';
import { lookup, matrix, norm } from '../../parts/tensors';
import { towerOf } from '../../parts/tower';
import type { WeightTensor } from '../../spec';

/** What sets one encoder-decoder of the BART line apart from the next. */
interface BartOptions {
  /** Rows that the learned position table has beyond its positions; null for sinusoids, which store nothing. */
  positionOffset: number | null;
  /** A norm on the embeddings. */
  embeddingNorm: boolean;
  /** A norm after the last layer of each stack. */
  finalNorm: boolean;
  /** Encoder and decoder may have tables of their own. */
  separateTables?: boolean;
}

const NAMES = { output: 'out_proj' };

/** Encoder and decoder of the BART line: biases everywhere, one table for both unless said otherwise, head tied. */
function bartLike(context: FamilyContext, options: BartOptions): FamilyModel {
  const { config, architecture, notes } = context;
  const hidden = config.integer('d_model', 'hidden_size');
  const vocabulary = config.integer('vocab_size');
  const positions = config.integer('max_position_embeddings');
  config.understood(
    'num_hidden_layers',
    'classif_dropout',
    'normalize_before',
    'normalize_embedding',
    'add_final_layer_norm',
    'add_bias_logits',
    'force_bos_token_to_be_generated',
    'output_past',
    'init_std',
    'static_position_embeddings',
    'extra_pos_embeddings',
    'extra_layer_norm',
    'layernorm_variant',
    'add_cross_attention',
    'do_blenderbot_90_layernorm',
    'encoder_layerdrop',
    'decoder_layerdrop',
    'scale_embedding',
    'num_labels',
    '_num_labels',
    'id2label',
    'label2id',
    'share_encoder_decoder_embeddings',
    'decoder_vocab_size',
    'encoder_layers',
    'encoder_ffn_dim',
    'encoder_attention_heads',
  );
  const top = bartTop(context, hidden);
  if (top === undefined) notes.doubt('unknown-head', 'The architecture may have a head that is not counted.');
  // The decoder alone, as a language model: it keeps its attention to an encoder, and the encoder is gone.
  const alone = /ForCausalLM$/.test(architecture);
  const table = options.positionOffset === null ? [] : [positions + options.positionOffset];
  const side = (name: 'encoder' | 'decoder'): WeightTensor[] => [
    ...table.map((rows) => lookup(`model.${name}.embed_positions`, rows, hidden)),
    ...(options.embeddingNorm ? norm(`model.${name}.layernorm_embedding`, hidden, 'layer') : []),
    ...(options.finalNorm ? norm(`model.${name}.layer_norm`, hidden, 'layer') : []),
  ];
  const tied = config.flag(true, 'tie_word_embeddings');
  if (!tied) notes.doubt('untied-tables', 'Releases differ in how many tables an untied model has.');
  return {
    kind: alone ? 'decoder' : 'encoder-decoder',
    hidden,
    vocabulary,
    maxContext: positions,
    layers: decoderLayers(config, hidden),
    outside: [
      lookup('model.shared', vocabulary, hidden),
      ...side('decoder'),
      ...(tied ? [] : matrix('lm_head', vocabulary, hidden, 'head')),
      ...(top ?? []),
    ],
    tiedHead: tied,
    headKnown: top !== undefined,
    towers: alone
      ? []
      : [
          towerOf({
            kind: 'text-encoder',
            hidden,
            layers: encoderStack({
              path: 'model.encoder.layers.{layer}.',
              layers: config.integer('encoder_layers'),
              hidden,
              heads: config.integer('encoder_attention_heads'),
              width: config.integer('encoder_ffn_dim'),
              qkvBias: true,
              outBias: true,
              mlpBias: true,
              feedForward: '',
              feedForwardNames: { up: 'fc1', down: 'fc2' },
              blockNorms: ['self_attn_layer_norm', 'final_layer_norm'],
            }),
            outside: side('encoder'),
          }),
        ],
  };
}

/** Labels of BART's classifier where the file names none; its kin have the usual two. */
const BART_LABELS = 3;

/** What sits on a model of the line beside a tied head; undefined where the architecture's name is not known. */
function bartTop(
  { architecture, config, modelType }: FamilyContext,
  hidden: number,
): WeightTensor[] | undefined {
  if (/ForSequenceClassification$/.test(architecture)) {
    const said = config.object('id2label') !== undefined || config.says('num_labels', '_num_labels');
    const labels = said || modelType !== 'bart' ? labelCount(config) : BART_LABELS;
    return [
      ...matrix('classification_head.dense', hidden, hidden, 'head', { bias: true }),
      ...matrix('classification_head.out_proj', labels, hidden, 'head', { bias: true }),
    ];
  }
  if (/ForQuestionAnswering$/.test(architecture))
    return matrix('qa_outputs', 2, hidden, 'head', { bias: true });
  if (architecture === '' || /ForConditionalGeneration$|ForCausalLM$|Model$/.test(architecture)) return [];
  return undefined;
}

/** Self-attention with a cache, attention to the encoder, two matrices. */
export function decoderLayers(config: Config, hidden: number): LayerPlan[] {
  const heads = config.integer('decoder_attention_heads');
  const width = config.integer('decoder_ffn_dim');
  const path = 'model.decoder.layers.{layer}.';
  const attention = (module: string, causal: boolean): ReturnType<typeof groupedAttention> =>
    groupedAttention({
      module: path + module,
      hidden,
      queryHeads: heads,
      kvHeads: heads,
      headDim: hidden / heads,
      qkvBias: true,
      outBias: true,
      causal,
      names: NAMES,
    });
  return planLayers(
    config.integer('decoder_layers'),
    () => '',
    () => ({
      mixer: attention('self_attn', true),
      second: attention('encoder_attn', false),
      feedForward: denseFeedForward({
        module: path.slice(0, -1),
        hidden,
        width,
        gated: false,
        bias: true,
        names: { up: 'fc1', down: 'fc2' },
      }),
      others: ['self_attn_layer_norm', 'encoder_attn_layer_norm', 'final_layer_norm'].flatMap((name) =>
        norm(path + name, hidden, 'layer'),
      ),
    }),
  );
}

export const bart: Family = (context) =>
  bartLike(context, { positionOffset: 2, embeddingNorm: true, finalNorm: false });

export const mbart: Family = (context) =>
  bartLike(context, { positionOffset: 2, embeddingNorm: true, finalNorm: true });

/** M2M-100 and NLLB: sinusoids, a norm at the end of each stack. */
export const m2m100: Family = (context) =>
  bartLike(context, { positionOffset: null, embeddingNorm: false, finalNorm: true });

/** Blenderbot: learned positions without spare rows, a norm at the end of each stack. */
export const blenderbot: Family = (context) =>
  bartLike(context, { positionOffset: 0, embeddingNorm: false, finalNorm: true });

export const blenderbotSmall: Family = (context) =>
  bartLike(context, { positionOffset: 0, embeddingNorm: true, finalNorm: false });

/** Marian and Pegasus: sinusoids kept among the parameters as a table that is never trained. */
export const marian: Family = (context) => {
  context.notes.remark(
    'sinusoid-table',
    'Sinusoidal positions are stored as a table that is never trained; it is counted.',
  );
  const { config, architecture } = context;
  const vocabulary = config.integer('vocab_size');
  if (/ForCausalLM$/.test(architecture) && config.integerOr(vocabulary, 'decoder_vocab_size') !== vocabulary)
    context.notes.doubt(
      'two-vocabularies',
      'The decoder alone has a vocabulary of its own size; which one its head has is not certain.',
    );
  return bartLike(context, {
    positionOffset: 0,
    embeddingNorm: false,
    finalNorm: context.modelType === 'pegasus',
  });
};
