import { isObject, type Config, type JsonObject } from '../../config';
import type { Family } from '../../family';
import { attends } from '../../parts/bertTrunk';
import { planLayers, type LayerPlan } from '../../parts/foldLayers';
import { convolution, lookup, matrix, norm, vector } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';
import { asTower } from '../vision/clip';

function conv(name: string, out: number, input: number, kernel: number, bias = true): WeightTensor[] {
  return convolution(name, [out, input, kernel], 'other', { bias });
}

/** One of the two stacks: conformer blocks whose feed-forward parts are convolutions. */
function conformers(config: Config, side: 'encoder' | 'decoder', hidden: number): LayerPlan[] {
  const section: JsonObject = config.object(`${side}_config`) ?? {};
  const read = (inner: string, outer: string): number => {
    const said = section[inner];
    const around = config.optional(outer);
    if (typeof said === 'number' && around !== undefined && config.says(outer) && around !== said)
      config.notes.doubt('contradiction', `${side}_config.${inner} and ${outer} do not agree.`);
    const value = typeof said === 'number' ? said : around;
    if (value === undefined || !Number.isInteger(value))
      throw new ReadFailure('missing-key', `${outer} is not said, and the class has no default.`);
    return value;
  };
  const heads = read('num_attention_heads', `${side}_num_attention_heads`);
  const width = read('linear_units', `${side}_linear_units`);
  const kernel = read('kernel_size', `${side}_kernel_size`);
  const layers = read('layers', `${side}_layers`);
  const wide = config.integer('positionwise_conv_kernel_size');
  const macaron = config.flag(true, 'use_macaron_style_in_conformer');
  const slides = config.flag(true, 'use_cnn_in_conformer');
  const bias = config.flag(true, 'convolution_bias');
  const joined = section.concat_after === true;
  if (heads < 1 || hidden % heads !== 0)
    throw new ReadFailure('contradiction', `${String(hidden)} does not divide over ${String(heads)} heads.`);
  const path = `${side}.conformer_layers.{layer}.`;
  const feedForwards = ['feed_forward', ...(macaron ? ['feed_forward_macaron'] : [])];
  const linear = (name: string, biased: boolean): WeightTensor[] =>
    matrix(`${path}self_attn.${name}`, hidden, hidden, 'attention', { bias: biased });
  const norms = [
    'ff_layer_norm',
    'self_attn_layer_norm',
    ...(macaron ? ['ff_macaron_layer_norm'] : []),
    ...(slides ? ['conv_layer_norm', 'final_layer_norm'] : []),
  ];
  return planLayers(
    layers,
    () => '',
    () => ({
      mixer: {
        mixer: attends(heads, hidden / heads),
        weights: [
          ...['linear_q', 'linear_k', 'linear_v', 'linear_out'].flatMap((name) => linear(name, true)),
          ...linear('linear_pos', false),
          vector(`${path}self_attn.pos_bias_u`, [heads, hidden / heads], 'attention'),
          vector(`${path}self_attn.pos_bias_v`, [heads, hidden / heads], 'attention'),
        ],
      },
      feedForward: {
        feedForward: { kind: 'dense', matrices: 2, width: width * feedForwards.length },
        weights: feedForwards.flatMap((name) => [
          ...conv(`${path}${name}.conv1`, width, hidden, wide),
          ...conv(`${path}${name}.conv2`, hidden, width, wide),
        ]),
      },
      others: [
        ...norms.flatMap((name) => norm(path + name, hidden, 'layer')),
        ...(slides
          ? [
              ...conv(`${path}conv_module.pointwise_conv1`, 2 * hidden, hidden, 1, bias),
              ...conv(`${path}conv_module.depthwise_conv`, hidden, 1, kernel, bias),
              ...norm(`${path}conv_module.norm`, hidden, 'layer'),
              ...conv(`${path}conv_module.pointwise_conv2`, hidden, hidden, 1, bias),
            ]
          : []),
        ...(joined ? matrix(`${path}concat_linear`, hidden, 2 * hidden, 'other', { bias: true }) : []),
      ],
    }),
  );
}

/** Convolutions with norms that foresee one number for each sound. */
function predictor(config: Config, name: string, hidden: number): WeightTensor[] {
  const width = config.integer(`${name}_predictor_channels`);
  const kernel = config.integer(`${name}_predictor_kernel_size`);
  const path = `${name}_predictor.`;
  return [
    ...Array.from({ length: config.integer(`${name}_predictor_layers`) }, (_, index) => [
      ...conv(`${path}conv_layers.${String(index)}.conv`, width, index === 0 ? hidden : width, kernel),
      ...norm(`${path}conv_layers.${String(index)}.layer_norm`, width, 'layer'),
    ]).flat(),
    ...matrix(`${path}linear`, 1, width, 'other', { bias: true }),
  ];
}

function postnet(config: Config, hidden: number): WeightTensor[] {
  const bins = config.integer('num_mel_bins');
  const width = config.integer('speech_decoder_postnet_units');
  const layers = config.integer('speech_decoder_postnet_layers');
  const kernel = config.integer('speech_decoder_postnet_kernel');
  const prefix = 'speech_decoder_postnet.';
  return [
    ...matrix(`${prefix}feat_out`, bins * config.integer('reduction_factor'), hidden, 'head', { bias: true }),
    ...Array.from({ length: layers }, (_, index) => {
      const out = index === layers - 1 ? bins : width;
      const path = `${prefix}layers.${String(index)}.`;
      return [
        ...conv(`${path}conv`, out, index === 0 ? bins : width, kernel, false),
        ...norm(`${path}batch_norm`, out, 'layer'),
      ];
    }).flat(),
  ];
}

/** FastSpeech 2 with conformer blocks: sounds in, lengths, pitch and loudness foreseen, mel frames out. */
export const fastspeech2: Family = ({ config, architecture, notes }) => {
  const hidden = config.integer('hidden_size');
  const vocabulary = config.integer('vocab_size');
  const speakers = config.optional('num_speakers') ?? 0;
  const languages = config.optional('num_languages') ?? 0;
  const speaker = config.optional('speaker_embed_dim') ?? 0;
  config.understood(
    'max_source_positions',
    'use_masking',
    'use_weighted_masking',
    'encoder_normalize_before',
    'decoder_normalize_before',
    'encoder_concat_after',
    'decoder_concat_after',
    'stop_gradient_from_energy_predictor',
    'stop_gradient_from_pitch_predictor',
    'tie_word_embeddings',
    'speaking_speed',
  );
  for (const key of Object.keys(config.raw)) if (key.endsWith('_dropout_rate')) config.understood(key);
  if (!architecture.endsWith('Model'))
    notes.doubt('unknown-head', 'The architecture is not said or not known: counted is the model.');
  if (
    !isObject(config.raw.encoder_config) &&
    config.flag(false, 'encoder_concat_after', 'decoder_concat_after')
  )
    notes.doubt('unknown-key', 'A joining matrix in each layer is not counted.');
  return {
    kind: 'other',
    hidden,
    vocabulary,
    maxContext: null,
    layers: [...conformers(config, 'encoder', hidden), ...conformers(config, 'decoder', hidden)],
    outside: [
      lookup('encoder.embed', vocabulary, hidden),
      ...(languages > 1 ? [lookup('language_id_embedding', languages, hidden)] : []),
      ...(speakers > 1 ? [lookup('speaker_id_embedding', speakers, hidden)] : []),
      ...(speaker > 0 ? matrix('projection', hidden, hidden + speaker, 'other', { bias: true }) : []),
      ...['duration', 'pitch', 'energy'].flatMap((name) => predictor(config, name, hidden)),
      ...['pitch', 'energy'].flatMap((name) =>
        conv(`${name}_embed.conv`, hidden, 1, config.integer(`${name}_embed_kernel_size`)),
      ),
      ...postnet(config, hidden),
    ],
    tiedHead: false,
    headKnown: true,
  };
};

/** FastSpeech 2 with the vocoder that turns its frames into sound. */
export const fastspeech2WithHifiGan: Family = (context) => {
  const model = context.nested('model_config', 'fastspeech2_conformer', {
    evenIfAbsent: true,
    architecture: 'FastSpeech2ConformerModel',
  });
  const vocoder = context.nested('vocoder_config', 'fastspeech2_conformer_hifigan', {
    evenIfAbsent: true,
    inherited: { upsample_kernel_sizes: [16, 16, 4, 4] },
  });
  if (model === undefined || vocoder === undefined)
    throw new ReadFailure('contradiction', 'model_config or vocoder_config is no configuration.');
  context.config.understood('tie_word_embeddings');
  return { ...model, towers: [asTower(vocoder, 'audio')] };
};
