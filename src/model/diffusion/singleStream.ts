import type { Family } from '../family';
import { planLayers, type LayerPlan } from '../parts/foldLayers';
import { matrix, norm, vector } from '../parts/tensors';
import type { WeightTensor } from '../spec';
import {
  attention,
  biased,
  blockCount,
  COMMON_KEYS,
  diffusionModel,
  embedder,
  plan,
  TIME_CHANNELS,
} from './tensors';

/** The time step comes in at no more than this width in Lumina 2. */
const LUMINA_TIME = 1024;

/** Lumina 2: grouped attention and a gated network, two refiners before the common blocks. */
export const lumina2: Family = ({ config }) => {
  const d = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads');
  const kvHeads = config.optional('num_kv_heads') ?? heads;
  const headDim = d / heads;
  const multiple = Math.max(1, config.integer('multiple_of'));
  const width =
    multiple * Math.ceil(Math.floor((config.number('ffn_dim_multiplier') ?? 1) * 4 * d) / multiple);
  const time = Math.min(d, LUMINA_TIME);
  const volume = config.integer('patch_size') ** 2;
  const channels = config.integer('in_channels');
  const caption = config.integer('cap_feat_dim');
  const refiners = blockCount(config, 'num_refiner_layers');
  config.understood(...COMMON_KEYS, 'axes_dim_rope', 'axes_lens');
  const blocks = (list: string, count: number, shifted: boolean): LayerPlan[] => {
    const p = `${list}.{layer}.`;
    return planLayers(
      count,
      () => '',
      () => {
        const block = plan(
          heads,
          headDim,
          width,
          {
            mixer: [
              ...matrix(`${p}attn.to_q`, d, d, 'attention'),
              ...matrix(`${p}attn.to_k`, kvHeads * headDim, d, 'attention'),
              ...matrix(`${p}attn.to_v`, kvHeads * headDim, d, 'attention'),
              ...matrix(`${p}attn.to_out.0`, d, d, 'attention'),
              ...['norm_q', 'norm_k'].flatMap((name) => norm(`${p}attn.${name}`, headDim, 'rms')),
            ],
            network: ['linear_1', 'linear_2', 'linear_3'].flatMap((name) =>
              name === 'linear_2'
                ? matrix(`${p}feed_forward.${name}`, d, width, 'feedForward')
                : matrix(`${p}feed_forward.${name}`, width, d, 'feedForward'),
            ),
            others: [
              ...(shifted ? biased(`${p}norm1.linear`, 4 * d, time, 'norms') : []),
              ...[shifted ? 'norm1.norm' : 'norm1', 'norm2', 'ffn_norm1', 'ffn_norm2'].flatMap((name) =>
                norm(p + name, d, 'rms'),
              ),
            ],
          },
          3,
        );
        const { mixer } = block.mixer;
        return mixer.kind === 'attention'
          ? { ...block, mixer: { ...block.mixer, mixer: { ...mixer, kvHeads } } }
          : block;
      },
    );
  };
  return diffusionModel(
    d,
    [
      ...blocks('noise_refiner', refiners, true),
      ...blocks('context_refiner', refiners, false),
      ...blocks('layers', blockCount(config, 'num_layers'), true),
    ],
    [
      ...biased('x_embedder', d, volume * channels, 'embedding'),
      ...embedder('time_caption_embed.timestep_embedder', time, TIME_CHANNELS),
      ...norm('time_caption_embed.caption_embedder.0', caption, 'rms'),
      ...biased('time_caption_embed.caption_embedder.1', d, caption, 'embedding'),
      ...biased('norm_out.linear_1', d, time, 'norms'),
      ...biased('norm_out.linear_2', volume * (config.optional('out_channels') ?? channels), d, 'head'),
    ],
  );
};

/** Z-Image's time step comes in at this width, through a network this wide. */
const Z_TIME = 256;
const Z_TIME_INNER = 1024;

/** Z-Image: Lumina's build with a network of eight thirds of the width. */
export const zImage: Family = ({ config, notes }) => {
  const d = config.integer('dim');
  const heads = config.integer('n_heads');
  const headDim = d / heads;
  const width = Math.floor((d / 3) * 8);
  const time = Math.min(d, Z_TIME);
  const channels = config.integer('in_channels');
  const caption = config.integer('cap_feat_dim');
  const refiners = blockCount(config, 'n_refiner_layers');
  const frames = config.integers('all_f_patch_size') ?? [1];
  const patches = (config.integers('all_patch_size') ?? [2]).slice(0, 8);
  const normed = config.raw['qk_norm'] !== null && config.flag(true, 'qk_norm');
  if (config.optional('siglip_feat_dim') !== undefined)
    notes.doubt('missing-part', 'The part that takes pictures in is not counted.');
  config.understood(...COMMON_KEYS, 'n_kv_heads', 'axes_dims', 'axes_lens', 't_scale');
  const blocks = (list: string, count: number, shifted: boolean): LayerPlan[] => {
    const p = `${list}.{layer}.`;
    return planLayers(
      count,
      () => '',
      () =>
        plan(
          heads,
          headDim,
          width,
          {
            mixer: attention({
              module: `${p}attention`,
              hidden: d,
              inner: d,
              bias: false,
              outBias: false,
              ...(normed ? { norm: { width: headDim, kind: 'rms' as const } } : {}),
            }),
            network: [
              ...matrix(`${p}feed_forward.w1`, width, d, 'feedForward'),
              ...matrix(`${p}feed_forward.w2`, d, width, 'feedForward'),
              ...matrix(`${p}feed_forward.w3`, width, d, 'feedForward'),
            ],
            others: [
              ...['attention_norm1', 'attention_norm2', 'ffn_norm1', 'ffn_norm2'].flatMap((name) =>
                norm(p + name, d, 'rms'),
              ),
              ...(shifted ? biased(`${p}adaLN_modulation.0`, 4 * d, time, 'norms') : []),
            ],
          },
          3,
        ),
    );
  };
  const ends = patches.flatMap((patch, index): WeightTensor[] => {
    const frame = frames[index] ?? 1;
    const volume = frame * patch * patch * channels;
    const key = `${String(patch)}-${String(frame)}`;
    return [
      ...biased(`all_x_embedder.${key}`, d, volume, 'embedding'),
      ...biased(`all_final_layer.${key}.linear`, volume, d, 'head'),
      ...biased(`all_final_layer.${key}.adaLN_modulation.1`, d, time, 'norms'),
    ];
  });
  return diffusionModel(
    d,
    [
      ...blocks('noise_refiner', refiners, true),
      ...blocks('context_refiner', refiners, false),
      ...blocks('layers', blockCount(config, 'n_layers'), true),
    ],
    [
      ...ends,
      ...biased('t_embedder.mlp.0', Z_TIME_INNER, TIME_CHANNELS, 'embedding'),
      ...biased('t_embedder.mlp.2', time, Z_TIME_INNER, 'embedding'),
      ...norm('cap_embedder.0', caption, 'rms'),
      ...biased('cap_embedder.1', d, caption, 'embedding'),
      vector('x_pad_token', [1, d], 'other'),
      vector('cap_pad_token', [1, d], 'other'),
    ],
  );
};
