import type { Family } from '../../family';
import type { Config } from '../../config';
import { attends } from '../../parts/bertTrunk';
import { planLayers } from '../../parts/foldLayers';
import { convolution, lookup, matrix, norm, vector } from '../../parts/tensors';
import { hifiGan, nestedIntegers, normedConvolution } from '../../parts/waveParts';
import type { WeightTensor } from '../../spec';
import { ReadFailure } from '../../readFailure';

function conv(module: string, out: number, input: number, kernel = 1): WeightTensor[] {
  return convolution(module, [out, input, kernel], 'other', { bias: true });
}

/** VITS and the MMS voices: a text encoder, flows, a predictor of durations and a vocoder, trained as one. */
export const vits: Family = (context) => {
  const { config, architecture, notes } = context;
  const hidden = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads');
  const vocabulary = config.integer('vocab_size');
  const flow = config.integer('flow_size');
  const speakers = config.integer('num_speakers');
  const speaker = config.integer('speaker_embedding_size');
  const window = config.integerOr(0, 'window_size');
  const bias = config.flag(true, 'use_bias');
  const kernel = config.integer('ffn_kernel_size');
  const width = config.integer('ffn_dim');
  if (heads < 1 || hidden % heads !== 0)
    throw new ReadFailure('contradiction', `${String(hidden)} does not divide over ${String(heads)} heads.`);
  if (architecture !== '' && !architecture.endsWith('Model'))
    notes.doubt('unknown-head', 'The architecture is not known: counted is the model.');
  const headDim = hidden / heads;
  const path = 'text_encoder.encoder.layers.{layer}.';
  config.understood('wavenet_dilation_rate', 'upsample_rates', 'duration_predictor_tail_bound', 'layerdrop');
  config.understood('noise_scale_duration', 'duration_predictor_filter_channels', 'speaking_rate');
  config.understood(
    'depth_separable_channels',
    'depth_separable_num_layers',
    'duration_predictor_flow_bins',
    'duration_predictor_num_flows',
  );
  return {
    kind: 'other',
    hidden,
    vocabulary,
    maxContext: null,
    layers: planLayers(
      config.integer('num_hidden_layers'),
      () => '',
      () => ({
        mixer: {
          mixer: attends(heads, headDim),
          weights: [
            ...['k_proj', 'v_proj', 'q_proj', 'out_proj'].flatMap((name) =>
              matrix(`${path}attention.${name}`, hidden, hidden, 'attention', { bias }),
            ),
            ...(window > 0
              ? ['emb_rel_k', 'emb_rel_v'].map((name) =>
                  vector(`${path}attention.${name}`, [1, 2 * window + 1, headDim], 'attention'),
                )
              : []),
          ],
        },
        feedForward: {
          feedForward: { kind: 'dense', matrices: 2, width },
          weights: [
            ...convolution(`${path}feed_forward.conv_1`, [width, hidden, kernel], 'feedForward', {
              bias: true,
            }),
            ...convolution(`${path}feed_forward.conv_2`, [hidden, width, kernel], 'feedForward', {
              bias: true,
            }),
          ],
        },
        others: ['layer_norm', 'final_layer_norm'].flatMap((name) => norm(path + name, hidden, 'layer')),
      }),
    ),
    outside: [
      lookup('text_encoder.embed_tokens', vocabulary, hidden),
      ...conv('text_encoder.project', 2 * flow, hidden),
      ...(speakers > 1 ? [lookup('embed_speaker', speakers, speaker)] : []),
      ...flows(config, hidden, flow, speaker),
      ...vocoder(config, flow, speaker),
      ...durations(config, hidden, speaker),
      ...conv('posterior_encoder.conv_pre', hidden, config.integer('spectrogram_bins')),
      ...waveNet(
        config,
        'posterior_encoder.wavenet.',
        hidden,
        speaker,
        config.integer('posterior_encoder_num_wavenet_layers'),
      ),
      ...conv('posterior_encoder.conv_proj', 2 * flow, hidden),
    ],
    tiedHead: false,
    headKnown: true,
  };
};

/** Convolutions with gates, each handing on half of what it makes. */
function waveNet(
  config: Config,
  prefix: string,
  hidden: number,
  speaker: number,
  layers: number,
): WeightTensor[] {
  const kernel = config.integer('wavenet_kernel_size');
  return [
    ...(speaker > 0 ? normedConvolution(`${prefix}cond_layer`, [2 * hidden * layers, speaker, 1]) : []),
    ...Array.from({ length: layers }, (_, index) => {
      const at = String(index);
      const out = index < layers - 1 ? 2 * hidden : hidden;
      return [
        ...normedConvolution(`${prefix}in_layers.${at}`, [2 * hidden, hidden, kernel]),
        ...normedConvolution(`${prefix}res_skip_layers.${at}`, [out, hidden, 1]),
      ];
    }).flat(),
  ];
}

function flows(config: Config, hidden: number, flow: number, speaker: number): WeightTensor[] {
  const half = Math.floor(flow / 2);
  const layers = config.integer('prior_encoder_num_wavenet_layers');
  return Array.from({ length: config.integer('prior_encoder_num_flows') }, (_, index) => {
    const prefix = `flow.flows.${String(index)}.`;
    return [
      ...conv(`${prefix}conv_pre`, hidden, half),
      ...waveNet(config, `${prefix}wavenet.`, hidden, speaker, layers),
      ...conv(`${prefix}conv_post`, half, hidden),
    ];
  }).flat();
}

function vocoder(config: Config, flow: number, speaker: number): WeightTensor[] {
  const channels = config.integer('upsample_initial_channel');
  return [
    ...hifiGan({
      prefix: 'decoder.',
      input: flow,
      channels,
      upsampleKernels: config.integers('upsample_kernel_sizes') ?? [],
      blockKernels: config.integers('resblock_kernel_sizes') ?? [],
      blockDilations: nestedIntegers(config.list('resblock_dilation_sizes')),
      lastBias: false,
    }),
    ...(speaker > 0 ? conv('decoder.cond', channels, speaker) : []),
  ];
}

/** How long each sound lasts: by flows where durations are drawn, by two convolutions where they are reckoned. */
function durations(config: Config, hidden: number, speaker: number): WeightTensor[] {
  const prefix = 'duration_predictor.';
  const kernel = config.integer('duration_predictor_kernel_size');
  if (!config.flag(true, 'use_stochastic_duration_prediction')) {
    const width = config.integer('duration_predictor_filter_channels');
    return [
      ...conv(`${prefix}conv_1`, width, hidden, kernel),
      ...norm(`${prefix}norm_1`, width, 'layer'),
      ...conv(`${prefix}conv_2`, width, width, kernel),
      ...norm(`${prefix}norm_2`, width, 'layer'),
      ...conv(`${prefix}proj`, 1, width),
      ...(speaker > 0 ? conv(`${prefix}cond`, hidden, speaker) : []),
    ];
  }
  const layers = config.integer('depth_separable_num_layers');
  const channels = config.integer('depth_separable_channels');
  const half = Math.floor(channels / 2);
  const bins = config.integer('duration_predictor_flow_bins');
  const separable = (base: string): WeightTensor[] =>
    Array.from({ length: layers }, (_, index) => {
      const at = String(index);
      return [
        ...conv(`${base}convs_dilated.${at}`, hidden, 1, kernel),
        ...conv(`${base}convs_pointwise.${at}`, hidden, hidden),
        ...norm(`${base}norms_1.${at}`, hidden, 'layer'),
        ...norm(`${base}norms_2.${at}`, hidden, 'layer'),
      ];
    }).flat();
  const chain = (name: string): WeightTensor[] => [
    vector(`${prefix}${name}.0.translate`, [channels, 1], 'other'),
    vector(`${prefix}${name}.0.log_scale`, [channels, 1], 'other'),
    ...Array.from({ length: config.integer('duration_predictor_num_flows') }, (_, index) => {
      const base = `${prefix}${name}.${String(index + 1)}.`;
      return [
        ...conv(`${base}conv_pre`, hidden, half),
        ...separable(`${base}conv_dds.`),
        ...conv(`${base}conv_proj`, half * (3 * bins - 1), hidden),
      ];
    }).flat(),
  ];
  return [
    ...conv(`${prefix}conv_pre`, hidden, hidden),
    ...conv(`${prefix}conv_proj`, hidden, hidden),
    ...separable(`${prefix}conv_dds.`),
    ...(speaker > 0 ? conv(`${prefix}cond`, hidden, speaker) : []),
    ...chain('flows'),
    ...conv(`${prefix}post_conv_pre`, hidden, 1),
    ...conv(`${prefix}post_conv_proj`, hidden, hidden),
    ...separable(`${prefix}post_conv_dds.`),
    ...chain('post_flows'),
  ];
}
