import type { Config } from '../../config';
import type { Family } from '../../family';
import { conformerLayers, WAVE_CONFORMER } from '../../parts/conformer';
import { denseFeedForward } from '../../parts/feedForward';
import { seqLayers } from '../../parts/seq2seq';
import type { LayerPlan } from '../../parts/foldLayers';
import { convolution, lookup, matrix, norm, vector } from '../../parts/tensors';
import { towerOf } from '../../parts/tower';
import { hifiGan, nestedIntegers } from '../../parts/waveParts';
import type { Tower, WeightTensor } from '../../spec';
import { conformerAdapter, conformerFeedForward } from './wav2vec2Conformer';

/** What goes in and what comes out, by the architecture's name. */
interface Ends {
  text: boolean;
  speech: boolean;
  speaks: boolean;
}

const ENDS: Readonly<Record<string, Ends>> = {
  ForSpeechToText: { text: false, speech: true, speaks: false },
  ForTextToText: { text: true, speech: false, speaks: false },
  ForTextToSpeech: { text: true, speech: false, speaks: true },
  ForSpeechToSpeech: { text: false, speech: true, speaks: true },
  Model: { text: true, speech: true, speaks: true },
};

/** SeamlessM4T: text or speech in, text out, and from the text units of sound and a voice; v2 reckons units all at once. */
export const seamless: Family = (context) => {
  const { config, architecture, notes, modelType } = context;
  const second = modelType === 'seamless_m4t_v2';
  const hidden = config.integer('hidden_size');
  const vocabulary = config.integer('vocab_size');
  const tied = config.flag(true, 'tie_word_embeddings');
  const found = Object.entries(ENDS).find(([end]) => architecture.endsWith(end));
  if (found === undefined)
    notes.doubt('unknown-head', 'The architecture is not said or not known: counted is the whole model.');
  if (!tied) notes.doubt('tied-head-unclear', 'Heads of this family are tied; which are apart is not known.');
  const ends = found?.[1] ?? { text: true, speech: true, speaks: true };
  config.understood(...SHAPELESS, ...Object.keys(config.raw).filter((key) => OF_PARTS.test(key)));
  const towers: Tower[] = [];
  if (ends.text) {
    towers.push(
      towerOf({
        kind: 'text-encoder',
        hidden,
        layers: stack(config, 'text_encoder.', 'encoder', hidden),
        outside: norm('text_encoder.layer_norm', hidden, 'layer'),
      }),
    );
  }
  if (ends.speech) towers.push(speechEncoder(config, hidden, second));
  if (ends.speaks) {
    towers.push(unitModel(config, hidden, second));
    towers.push(towerOf({ kind: 'audio', hidden, layers: [], outside: vocoder(config) }));
  }
  return {
    kind: 'encoder-decoder',
    hidden,
    vocabulary,
    maxContext: config.optional('max_position_embeddings') ?? null,
    layers: stack(config, 'text_decoder.', 'decoder', hidden),
    outside: [
      lookup('shared', vocabulary, hidden),
      ...norm('text_decoder.layer_norm', hidden, 'layer'),
      ...(tied ? [] : matrix('lm_head', vocabulary, hidden, 'head')),
    ],
    tiedHead: tied,
    headKnown: true,
    towers,
  };
};

/** Keys of parts that a model for other ends does not have. */
const OF_PARTS =
  /^(?:t2u_|char_|vocoder_|speech_encoder_|encoder_|unit_|lang_embed|spkr_embed|resblock_|upsample_|variance_|feature_projection_|adaptor_|num_adapter|add_adapter|conv_depthwise|left_max|right_max|position_embeddings_type)/;

/** Keys of generation, positions that turn or are reckoned, and speech that is cut into pieces. */
const SHAPELESS = [
  'adaptor_stride',
  'decoder_layerdrop',
  'encoder_layerdrop',
  'speech_encoder_layerdrop',
  'speech_encoder_chunk_size',
  'speech_encoder_left_chunk_num',
  'num_conv_pos_embeddings',
  'num_conv_pos_embedding_groups',
  'rotary_embedding_base',
  'max_source_positions',
  't2u_max_position_embeddings',
  't2u_max_new_tokens',
  'upsample_rates',
  'vocoder_offset',
  'num_hidden_layers',
  'num_attention_heads',
  'scale_embedding',
  'speech_encoder_dropout',
] as const;

function stack(
  config: Config,
  prefix: string,
  side: 'encoder' | 'decoder',
  hidden: number,
  keys = '',
): LayerPlan[] {
  const path = `${prefix}layers.{layer}.`;
  const width = config.integer(`${keys}${side}_ffn_dim`);
  return seqLayers({
    path,
    layers: config.integer(`${keys}${side}_layers`),
    hidden,
    heads: config.integer(`${keys}${side}_attention_heads`),
    width,
    decoder: side === 'decoder',
    crossAttention: 'cross_attention',
    blockNorms: [
      'self_attn_layer_norm',
      ...(side === 'decoder' ? ['cross_attention_layer_norm'] : []),
      'ffn_layer_norm',
    ],
    feedForward: () =>
      denseFeedForward({
        module: `${path}ffn`,
        hidden,
        width,
        gated: false,
        bias: true,
        names: { up: 'fc1', down: 'fc2' },
      }),
  });
}

function speechEncoder(config: Config, hidden: number, second: boolean): Tower {
  const prefix = 'speech_encoder.';
  const input = config.integer('feature_projection_input_dim');
  const width = config.integer('speech_encoder_intermediate_size');
  const kind = config.text('position_embeddings_type');
  const reach =
    config.integerOr(0, 'left_max_position_embeddings') +
    config.integerOr(0, 'right_max_position_embeddings');
  return towerOf({
    kind: 'audio',
    hidden,
    layers: conformerLayers({
      path: `${prefix}encoder.layers.{layer}.`,
      layers: config.integer('speech_encoder_layers'),
      hidden,
      heads: config.integer('speech_encoder_attention_heads'),
      width,
      kernel: config.integer('conv_depthwise_kernel_size'),
      positions:
        kind === 'relative' && !second
          ? 'relative'
          : kind === 'relative_key' && second
            ? { distances: reach + 1 }
            : 'none',
      names: second ? WAVE_CONFORMER : { ...WAVE_CONFORMER, convolutionNorm: 'batch_norm' },
    }),
    outside: [
      ...norm(`${prefix}feature_projection.layer_norm`, input, 'layer'),
      ...matrix(`${prefix}feature_projection.projection`, hidden, input, 'other', { bias: true }),
      ...norm(`${prefix}encoder.layer_norm`, hidden, 'layer'),
      ...conformerFeedForward(`${prefix}intermediate_ffn`, hidden, width),
      ...(config.flag(true, 'add_adapter')
        ? conformerAdapter({
            prefix,
            layers: config.integer('num_adapter_layers'),
            hidden,
            kernel: config.integer('adaptor_kernel_size'),
            width,
          })
        : []),
      ...norm(`${prefix}inner_layer_norm`, hidden, 'layer'),
    ],
  });
}

/** How long each sound lasts: two convolutions with norms, and one number out. */
function predictor(path: string, input: number, width: number, kernel: number): WeightTensor[] {
  return [
    ...convolution(`${path}conv1`, [width, input, kernel], 'other', { bias: true }),
    ...norm(`${path}ln1`, width, 'layer'),
    ...convolution(`${path}conv2`, [width, width, kernel], 'other', { bias: true }),
    ...norm(`${path}ln2`, width, 'layer'),
    ...matrix(`${path}proj`, 1, width, 'other', { bias: true }),
  ];
}

/** From text to units of sound: a second encoder-decoder, whose decoder in v2 is convolutions with no look back at the text. */
function unitModel(config: Config, hidden: number, second: boolean): Tower {
  const prefix = 't2u_model.model.';
  const units = config.integer('t2u_vocab_size');
  const path = `${prefix}decoder.layers.{layer}.`;
  const decoder = second
    ? seqLayers({
        path,
        layers: config.integer('t2u_decoder_layers'),
        hidden,
        heads: config.integer('t2u_decoder_attention_heads'),
        width: hidden,
        decoder: true,
        crosses: false,
        blockNorms: ['self_attn_layer_norm', 'conv_layer_norm'],
        feedForward: () => ({
          feedForward: { kind: 'dense', matrices: 2, width: hidden },
          weights: ['conv1', 'conv2'].flatMap((name) =>
            convolution(path + name, [hidden, hidden, 7], 'feedForward', { bias: true }),
          ),
        }),
      })
    : stack(config, `${prefix}decoder.`, 'decoder', hidden, 't2u_');
  if (second) config.understood('t2u_decoder_ffn_dim');
  return towerOf({
    kind: 'audio',
    hidden,
    layers: [...stack(config, `${prefix}encoder.`, 'encoder', hidden, 't2u_'), ...decoder],
    outside: [
      ...norm(`${prefix}encoder.layer_norm`, hidden, 'layer'),
      ...norm(`${prefix}decoder.layer_norm`, hidden, 'layer'),
      lookup(`${prefix}decoder.embed_tokens`, units, hidden),
      ...(second
        ? [
            lookup(`${prefix}decoder.embed_char`, config.integer('char_vocab_size'), hidden),
            vector(`${prefix}decoder.pos_emb_alpha_char`, 1, 'other'),
            vector(`${prefix}decoder.pos_emb_alpha`, 1, 'other'),
            ...predictor(
              `${prefix}decoder.duration_predictor.`,
              config.integer('t2u_variance_predictor_embed_dim'),
              config.integer('t2u_variance_predictor_hidden_dim'),
              config.integer('t2u_variance_predictor_kernel_size'),
            ),
          ]
        : []),
    ],
  });
}

function vocoder(config: Config): WeightTensor[] {
  const unit = config.integer('unit_embed_dim');
  const speaker = config.integer('spkr_embed_dim');
  const language = config.integer('lang_embed_dim');
  const kernel = config.integer('variance_predictor_kernel_size');
  return [
    ...predictor('vocoder.dur_predictor.', unit, unit, kernel),
    lookup('vocoder.unit_embedding', config.integer('unit_hifi_gan_vocab_size'), unit),
    lookup('vocoder.speaker_embedding', config.integer('vocoder_num_spkrs'), speaker),
    lookup('vocoder.language_embedding', config.integer('vocoder_num_langs'), language),
    ...hifiGan({
      prefix: 'vocoder.hifi_gan.',
      input: unit + speaker + language,
      channels: config.integer('upsample_initial_channel'),
      upsampleKernels: config.integers('upsample_kernel_sizes') ?? [],
      blockKernels: config.integers('resblock_kernel_sizes') ?? [],
      blockDilations: nestedIntegers(config.list('resblock_dilation_sizes')),
      lastBias: true,
    }),
  ];
}
