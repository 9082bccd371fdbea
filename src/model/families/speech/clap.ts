import type { Family } from '../../family';
import { attends, bertTrunk } from '../../parts/bertTrunk';
import { ROBERTA_POOLS } from '../../parts/encoderTop';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers, type LayerPlan } from '../../parts/foldLayers';
import { convolution, matrix, norm, vector } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';
import { asTower } from '../vision/clip';

/** Keys of a mixing network that published files carry and the class does not build. */
const FUSION = [
  'fusion_hidden_size',
  'fusion_num_hidden_layers',
  'enable_patch_fusion',
  'image_size',
] as const;

/** CLAP's text half: RoBERTa with its pooler. */
export const clapText: Family = (context) => {
  const { config, architecture } = context;
  const hidden = config.integer('hidden_size');
  const model = bertTrunk(
    { ...context, architecture: 'ClapTextModel' },
    {
      prefix: 'text_model.',
      top: {
        masked: 'roberta',
        sequence: 'dense',
        pools: ROBERTA_POOLS,
        poolerName: 'text_model.pooler.dense',
      },
    },
  );
  config.understood('projection_dim', 'projection_hidden_act', ...FUSION);
  if (!architecture.endsWith('ModelWithProjection')) return model;
  return {
    ...model,
    outside: [...model.outside, ...projection('text_projection', hidden, config.integer('projection_dim'))],
  };
};

/** CLAP's audio half: a Swin transformer over a spectrogram, four stages that each halve its sides. */
export const clapAudio: Family = (context) => {
  const { config, architecture } = context;
  const first = config.integer('patch_embeds_hidden_size');
  const depths = config.integers('depths') ?? [];
  const heads = config.integers('num_attention_heads') ?? [];
  const window = config.integer('window_size');
  const ratio = config.number('mlp_ratio') ?? 4;
  const bias = config.flag(true, 'qkv_bias');
  config.understood(
    'spec_size',
    'num_classes',
    'flatten_patch_embeds',
    'num_hidden_layers',
    'projection_dim',
    'projection_hidden_act',
    'projection_hidden_size',
    'patch_stride',
    'aff_block_r',
    ...FUSION,
  );
  if (depths.length === 0 || heads.length !== depths.length)
    throw new ReadFailure('contradiction', 'depths and num_attention_heads name different counts of stages.');
  const prefix = 'audio_model.audio_encoder.';
  const last = first * 2 ** (depths.length - 1);
  const merges = depths.slice(0, -1).flatMap((_, stage): WeightTensor[] => {
    const width = first * 2 ** stage;
    const path = `${prefix}layers.${String(stage)}.downsample.`;
    return [
      ...matrix(`${path}reduction`, 2 * width, 4 * width, 'other'),
      ...norm(`${path}norm`, 4 * width, 'layer'),
    ];
  });
  const stage = (depth: number, index: number): LayerPlan[] => {
    const width = first * 2 ** index;
    const count = heads[index] ?? 1;
    if (count < 1 || width % count !== 0)
      throw new ReadFailure('contradiction', `${String(width)} does not divide over ${String(count)} heads.`);
    const path = `${prefix}layers.${String(index)}.blocks.{layer}.`;
    return planLayers(
      depth,
      () => '',
      () => ({
        mixer: {
          mixer: { ...attends(count, width / count), window: window * window },
          weights: [
            vector(
              `${path}attention.self.relative_position_bias_table`,
              [(2 * window - 1) ** 2, count],
              'attention',
            ),
            ...['query', 'key', 'value'].flatMap((name) =>
              matrix(`${path}attention.self.${name}`, width, width, 'attention', { bias }),
            ),
            ...matrix(`${path}attention.output.dense`, width, width, 'attention', { bias: true }),
          ],
        },
        feedForward: denseFeedForward({
          module: path.slice(0, -1),
          hidden: width,
          width: Math.floor(ratio * width),
          gated: false,
          bias: true,
          names: { up: 'intermediate.dense', down: 'output.dense' },
        }),
        others: ['layernorm_before', 'layernorm_after'].flatMap((name) => norm(path + name, width, 'layer')),
      }),
    );
  };
  return {
    kind: 'encoder',
    hidden: config.integer('hidden_size'),
    vocabulary: 0,
    maxContext: null,
    layers: depths.flatMap(stage),
    outside: [
      ...patches(context, prefix, first),
      ...merges,
      ...norm(`${prefix}batch_norm`, config.integer('num_mel_bins'), 'layer'),
      ...norm(`${prefix}norm`, last, 'layer'),
      ...(architecture.endsWith('ModelWithProjection')
        ? projection('audio_projection', config.integer('hidden_size'), config.integer('projection_dim'))
        : []),
    ],
    tiedHead: false,
    headKnown: true,
  };
};

/** The patch embedding, and where long sounds are fused with an excerpt, what fuses them. */
function patches({ config }: Parameters<Family>[0], prefix: string, width: number): WeightTensor[] {
  const channels = config.integer('patch_embed_input_channels');
  const patch = config.integer('patch_size');
  const path = `${prefix}patch_embed.`;
  const fused = config.flag(false, 'enable_fusion');
  const mapped = fused && config.text('fusion_type') === 'channel_map';
  config.understood('fusion_type');
  const inner = Math.floor(width / Math.max(1, config.integerOr(4, 'aff_block_r')));
  const gate = (name: string, at: readonly [number, number, number, number]): WeightTensor[] => [
    ...convolution(`${path}fusion_model.${name}.${String(at[0])}`, [inner, width, 1, 1], 'other', {
      bias: true,
    }),
    ...norm(`${path}fusion_model.${name}.${String(at[1])}`, inner, 'layer'),
    ...convolution(`${path}fusion_model.${name}.${String(at[2])}`, [width, inner, 1, 1], 'other', {
      bias: true,
    }),
    ...norm(`${path}fusion_model.${name}.${String(at[3])}`, width, 'layer'),
  ];
  return [
    ...convolution(`${path}proj`, [width, channels * (mapped ? 4 : 1), patch, patch], 'embedding', {
      bias: true,
    }),
    ...(config.flag(true, 'enable_patch_layer_norm') ? norm(`${path}norm`, width, 'layer') : []),
    ...(fused
      ? [
          ...gate('local_att', [0, 1, 3, 4]),
          ...gate('global_att', [1, 2, 4, 5]),
          ...convolution(`${path}mel_conv2d`, [width, channels, patch, 3 * patch], 'other', { bias: true }),
        ]
      : []),
  ];
}

function projection(name: string, hidden: number, out: number): WeightTensor[] {
  return [
    ...matrix(`${name}.linear1`, out, hidden, 'head', { bias: true }),
    ...matrix(`${name}.linear2`, out, out, 'head', { bias: true }),
  ];
}

/** CLAP: a text and an audio encoder that meet in one space. */
export const clap: Family = (context) => {
  const { config, architecture, notes } = context;
  const out = config.integer('projection_dim');
  const shared = { evenIfAbsent: true, architecture: 'ClapModel', inherited: { projection_dim: out } };
  const text = context.nested('text_config', 'clap_text_model', shared);
  const audio = context.nested('audio_config', 'clap_audio_model', shared);
  if (text === undefined || audio === undefined)
    throw new ReadFailure('contradiction', 'text_config or audio_config is no configuration.');
  config.understood('tie_word_embeddings', 'hidden_size', 'num_hidden_layers', 'projection_hidden_act');
  config.understood('logit_scale_init_value');
  if (!architecture.endsWith('Model'))
    notes.doubt('unknown-head', 'The architecture is not said or not known: counted are both encoders.');
  return {
    ...text,
    outside: [
      ...text.outside,
      vector('logit_scale_a', 1, 'other'),
      vector('logit_scale_t', 1, 'other'),
      ...projection('text_projection', text.hidden, out),
      ...projection('audio_projection', audio.hidden, out),
    ],
    towers: [asTower(audio, 'audio')],
  };
};
