import type { Config } from '../../config';
import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { denseFeedForward } from '../../parts/feedForward';
import { headWidth } from '../../parts/sizes';
import { seqLayers } from '../../parts/seq2seq';
import { convolution, lookup, matrix, norm, vector } from '../../parts/tensors';
import { towerOf } from '../../parts/tower';
import { maskVector, positionalConvolution, waveConvolutions, waveWidth } from '../../parts/waveEncoder';
import { hifiGan, nestedIntegers } from '../../parts/waveParts';
import type { WeightTensor } from '../../spec';
import { WAVE_TRAINING } from './wav2vec2';

const FEED_FORWARD = { up: 'intermediate_dense', down: 'output_dense' };

/** SpeechT5: one encoder-decoder whose two ends take text or speech, as the architecture's name says. */
export const speecht5: Family = ({ config, architecture, notes }) => {
  const hidden = config.integer('hidden_size');
  const vocabulary = config.integer('vocab_size');
  const heads = config.integer('encoder_attention_heads');
  const headDim = headWidth(config, hidden, heads);
  const [fromSpeech, toSpeech] = ends(architecture);
  if (fromSpeech === undefined && !architecture.endsWith('Model'))
    notes.doubt('unknown-head', 'The architecture is not said or not known: counted is the trunk.');
  config.understood(
    ...WAVE_TRAINING,
    'max_text_positions',
    'max_speech_positions',
    'scale_embedding',
    'encoder_layerdrop',
    'decoder_layerdrop',
    'use_guided_attention_loss',
    'guided_attention_loss_num_heads',
    'guided_attention_loss_sigma',
    'speech_decoder_prenet_units',
    'speech_decoder_prenet_layers',
    'speech_decoder_postnet_units',
    'speech_decoder_postnet_layers',
    'speech_decoder_postnet_kernel',
    'speaker_embedding_dim',
    'num_mel_bins',
    'reduction_factor',
    'tie_word_embeddings',
    'num_conv_pos_embeddings',
    'num_conv_pos_embedding_groups',
    'conv_dim',
    'conv_kernel',
    'conv_bias',
    'feat_extract_norm',
    'num_feat_extract_layers',
  );
  const tied = toSpeech === false && config.flag(true, 'tie_word_embeddings');
  const path = 'speecht5.decoder.wrapped_decoder.layers.{layer}.';
  const encoder = 'speecht5.encoder.wrapped_encoder.';
  return {
    kind: 'encoder-decoder',
    hidden,
    vocabulary,
    maxContext: config.optional('max_text_positions') ?? null,
    layers: seqLayers({
      path,
      layers: config.integer('decoder_layers'),
      hidden,
      heads: config.integer('decoder_attention_heads'),
      width: config.integer('decoder_ffn_dim'),
      decoder: true,
      feedForward: () =>
        denseFeedForward({
          module: `${path}feed_forward`,
          hidden,
          width: config.integer('decoder_ffn_dim'),
          gated: false,
          bias: true,
          names: FEED_FORWARD,
        }),
    }),
    outside: [
      ...(toSpeech === true ? speechDecoder(config, hidden) : []),
      ...(toSpeech === false
        ? [
            lookup('speecht5.decoder.prenet.embed_tokens', vocabulary, hidden),
            ...(tied ? [] : matrix('text_decoder_postnet.lm_head', vocabulary, hidden, 'head')),
          ]
        : []),
    ],
    tiedHead: tied,
    headKnown: true,
    towers: [
      towerOf({
        kind: fromSpeech === true ? 'audio' : 'text-encoder',
        hidden,
        layers: encoderStack({
          path: `${encoder}layers.{layer}.`,
          layers: config.integer('encoder_layers'),
          hidden,
          heads,
          headDim,
          width: config.integer('encoder_ffn_dim'),
          qkvBias: true,
          outBias: true,
          mlpBias: true,
          attention: 'attention',
          feedForward: 'feed_forward',
          feedForwardNames: FEED_FORWARD,
          blockNorms: ['layer_norm', 'final_layer_norm'],
        }),
        outside: [
          ...norm(`${encoder}layer_norm`, hidden, 'layer'),
          lookup(
            `${encoder}embed_positions.pe_k`,
            2 * config.integer('encoder_max_relative_position'),
            headDim,
            'attention',
          ),
          ...(fromSpeech === true ? speechEncoder(config, hidden) : []),
          ...(fromSpeech === false
            ? [
                lookup('speecht5.encoder.prenet.embed_tokens', vocabulary, hidden),
                vector('speecht5.encoder.prenet.encode_positions.alpha', 1, 'embedding'),
              ]
            : []),
        ],
      }),
    ],
  };
};

/** Whether speech goes in, and whether speech comes out; undefined for the trunk alone. */
function ends(architecture: string): readonly [boolean | undefined, boolean | undefined] {
  if (architecture.endsWith('ForSpeechToText')) return [true, false];
  if (architecture.endsWith('ForTextToSpeech')) return [false, true];
  if (architecture.endsWith('ForSpeechToSpeech')) return [true, true];
  return [undefined, undefined];
}

function speechEncoder(config: Config, hidden: number): WeightTensor[] {
  const prefix = 'speecht5.encoder.prenet.';
  const frames = waveWidth(config);
  return [
    ...maskVector(config, prefix, hidden),
    ...waveConvolutions(config, prefix),
    ...norm(`${prefix}feature_projection.layer_norm`, frames, 'layer'),
    ...matrix(`${prefix}feature_projection.projection`, hidden, frames, 'other', { bias: true }),
    ...positionalConvolution(config, prefix, hidden),
  ];
}

/** From a mel frame and a speaker to the decoder, and from the decoder to mel frames. */
function speechDecoder(config: Config, hidden: number): WeightTensor[] {
  const bins = config.integer('num_mel_bins');
  const units = config.integer('speech_decoder_prenet_units');
  const reduction = config.integer('reduction_factor');
  const width = config.integer('speech_decoder_postnet_units');
  const layers = config.integer('speech_decoder_postnet_layers');
  const kernel = config.integer('speech_decoder_postnet_kernel');
  const prenet = 'speecht5.decoder.prenet.';
  const linear = (name: string, out: number, input: number): WeightTensor[] =>
    matrix(name, out, input, 'head', { bias: true });
  return [
    ...Array.from({ length: config.integer('speech_decoder_prenet_layers') }, (_, index) =>
      linear(`${prenet}layers.${String(index)}`, units, index === 0 ? bins : units),
    ).flat(),
    ...linear(`${prenet}final_layer`, hidden, units),
    vector(`${prenet}encode_positions.alpha`, 1, 'other'),
    ...linear(`${prenet}speaker_embeds_layer`, hidden, hidden + config.integer('speaker_embedding_dim')),
    ...linear('speech_decoder_postnet.feat_out', bins * reduction, hidden),
    ...linear('speech_decoder_postnet.prob_out', reduction, hidden),
    ...Array.from({ length: layers }, (_, index) => {
      const out = index === layers - 1 ? bins : width;
      const path = `speech_decoder_postnet.layers.${String(index)}.`;
      return [
        ...convolution(`${path}conv`, [out, index === 0 ? bins : width, kernel], 'head'),
        ...norm(`${path}batch_norm`, out, 'layer', 'head'),
      ];
    }).flat(),
  ];
}

/** The vocoder that goes with SpeechT5 and FastSpeech 2. */
export const speecht5HifiGan: Family = (context) => {
  const { config, modelType, architecture } = context;
  // Both classes once went by one `model_type` and assume other kernels.
  if (
    modelType === 'hifigan' &&
    architecture.startsWith('FastSpeech2') &&
    !config.says('upsample_kernel_sizes')
  )
    return context.as('fastspeech2_conformer_hifigan');
  const channels = config.integer('upsample_initial_channel');
  const input = config.integer('model_in_dim');
  config.understood(
    'upsample_rates',
    'tie_word_embeddings',
    'normalize_before',
    'leaky_relu_slope',
    'sampling_rate',
  );
  return {
    kind: 'other',
    hidden: channels,
    vocabulary: 0,
    maxContext: null,
    layers: [],
    outside: hifiGan({
      prefix: '',
      input,
      channels,
      upsampleKernels: config.integers('upsample_kernel_sizes') ?? [],
      blockKernels: config.integers('resblock_kernel_sizes') ?? [],
      blockDilations: nestedIntegers(config.list('resblock_dilation_sizes')),
      lastBias: true,
    }),
    tiedHead: false,
    headKnown: true,
  };
};
