import type { Config } from '../config';
import type { Family, FamilyContext, FamilyModel } from '../family';
import { planLayers, type LayerPlan } from '../parts/foldLayers';
import { lookup, norm, vector } from '../parts/tensors';
import type { WeightTensor } from '../spec';
import { biased, blockCount, COMMON_KEYS, diffusionModel, embedder, plan, TIME_CHANNELS } from './tensors';

interface WanSizes {
  heads: number;
  headDim: number;
  d: number;
  width: number;
  /** Volume of a patch, and channels that come in. */
  patch: number;
  channels: number;
}

/** Blocks of Wan: self-attention over the video, attention to the text, shifts from one table each. */
function wanBlocks(config: Config, s: WanSizes, path: string, count: number): LayerPlan[] {
  const { d } = s;
  const added = config.optional('added_kv_proj_dim');
  const crossNorm = config.flag(true, 'cross_attn_norm');
  const attention = (name: string): WeightTensor[] => [
    ...['to_q', 'to_k', 'to_v', 'to_out.0'].flatMap((part) => biased(`${path}${name}.${part}`, d, d)),
    ...['norm_q', 'norm_k'].flatMap((part) => norm(`${path}${name}.${part}`, d, 'rms')),
  ];
  return planLayers(
    count,
    () => '',
    () =>
      plan(s.heads, s.headDim, s.width, {
        mixer: [
          ...attention('attn1'),
          ...attention('attn2'),
          ...(added === undefined
            ? []
            : [
                ...['add_k_proj', 'add_v_proj'].flatMap((name) => biased(`${path}attn2.${name}`, d, added)),
                ...norm(`${path}attn2.norm_added_k`, d, 'rms'),
              ]),
        ],
        network: [
          ...biased(`${path}ffn.net.0.proj`, s.width, d, 'feedForward'),
          ...biased(`${path}ffn.net.2`, d, s.width, 'feedForward'),
        ],
        others: [
          ...(crossNorm ? norm(`${path}norm2`, d, 'layer') : []),
          vector(`${path}scale_shift_table`, [1, 6, d], 'norms'),
        ],
      }),
  );
}

function wanSizes({ config, notes }: FamilyContext): WanSizes {
  const heads = config.integer('num_attention_heads');
  const headDim = config.integer('attention_head_dim');
  if (
    (config.text('qk_norm') ?? 'rms_norm_across_heads') !== 'rms_norm_across_heads' ||
    config.raw['qk_norm'] === null
  )
    notes.doubt('unknown-key', 'qk_norm is of a kind that is not known.');
  config.understood(...COMMON_KEYS, 'rope_max_seq_len', 'eps');
  return {
    heads,
    headDim,
    d: heads * headDim,
    width: config.integer('ffn_dim'),
    patch: (config.integers('patch_size') ?? [1, 2, 2]).reduce((product, size) => product * size, 1),
    channels: config.integer('in_channels'),
  };
}

function wanOutside(config: Config, { d, channels, patch }: WanSizes): WeightTensor[] {
  const text = config.integerOr(4096, 'text_dim');
  const time = config.integerOr(TIME_CHANNELS, 'freq_dim');
  const picture = config.optional('image_dim');
  const positions = config.optional('pos_embed_seq_len');
  return [
    ...biased('patch_embedding', d, channels * patch, 'embedding'),
    ...embedder('condition_embedder.time_embedder', d, time),
    ...biased('condition_embedder.time_proj', 6 * d, d, 'embedding'),
    ...embedder('condition_embedder.text_embedder', d, text),
    ...(picture === undefined ? [] : pictureEmbedder(d, picture, positions)),
    ...biased('proj_out', (config.optional('out_channels') ?? channels) * patch, d, 'head'),
    vector('scale_shift_table', [1, 2, d], 'norms'),
  ];
}

/** Wan 2.1 and 2.2, from a text or a picture; SkyReels 2 has the same. */
export const wan: Family = (context) => {
  const { config } = context;
  const sizes = wanSizes(context);
  if (config.flag(false, 'inject_sample_info'))
    context.notes.doubt('unknown-key', 'What is told of the frame rate is not counted.');
  config.understood('num_frame_per_block');
  return diffusionModel(
    sizes.d,
    wanBlocks(config, sizes, 'blocks.{layer}.', blockCount(config, 'num_layers')),
    wanOutside(config, sizes),
  );
};

/** Wan VACE: some blocks have a twin that takes the control video in and hands its result on. */
export const wanVace: Family = (context) => {
  const { config } = context;
  const sizes = wanSizes(context);
  const { d, patch } = sizes;
  const twins = config.integers('vace_layers')?.length ?? 0;
  return diffusionModel(
    d,
    [
      ...wanBlocks(config, sizes, 'blocks.{layer}.', blockCount(config, 'num_layers')),
      ...wanBlocks(config, sizes, 'vace_blocks.{layer}.', twins),
    ],
    [
      ...wanOutside(config, sizes),
      ...biased('vace_patch_embedding', d, config.integer('vace_in_channels') * patch, 'embedding'),
      ...(twins > 0 ? biased('vace_blocks.0.proj_in', d, d, 'other') : []),
      ...biased('vace_blocks.{layer}.proj_out', d, d, 'other').map((tensor) => ({
        ...tensor,
        copies: twins,
      })),
    ],
  );
};

/** What takes the picture that a video starts from. */
function pictureEmbedder(d: number, width: number, positions: number | undefined): WeightTensor[] {
  const module = 'condition_embedder.image_embedder';
  return [
    ...(positions === undefined ? [] : [vector(`${module}.pos_embed`, [1, positions, width], 'embedding')]),
    ...norm(`${module}.norm1`, width, 'layer'),
    ...biased(`${module}.ff.net.0.proj`, width, width, 'embedding'),
    ...biased(`${module}.ff.net.2`, d, width, 'embedding'),
    ...norm(`${module}.norm2`, d, 'layer'),
  ];
}

/** Qwen-Image: picture and text in blocks of their own weights, joined in attention. */
export const qwenImage: Family = (context) => qwenBody(context, false);

/** A control network of Qwen-Image: its blocks, and a matrix that hands each one's result on. */
export const qwenImageControlNet: Family = (context) => qwenBody(context, true);

function qwenBody({ config }: FamilyContext, control: boolean): FamilyModel {
  const heads = config.integer('num_attention_heads');
  const headDim = config.integer('attention_head_dim');
  const d = heads * headDim;
  const patch = config.integer('patch_size');
  const text = config.integer('joint_attention_dim');
  const channels = config.integer('in_channels');
  const count = blockCount(config, 'num_layers');
  if (control) config.understood('out_channels');
  if (config.flag(false, 'guidance_embeds'))
    config.notes.doubt('unknown-key', 'An embedding of the guidance is not known in this family.');
  config.understood(
    '_class_name',
    '_diffusers_version',
    '_name_or_path',
    'axes_dims_rope',
    'pooled_projection_dim',
    'zero_cond_t',
  );
  const path = 'transformer_blocks.{layer}.';
  const network = (name: string): WeightTensor[] => [
    ...biased(`${path}${name}.net.0.proj`, 4 * d, d, 'feedForward'),
    ...biased(`${path}${name}.net.2`, d, 4 * d, 'feedForward'),
  ];
  return {
    kind: 'diffusion',
    hidden: d,
    vocabulary: 0,
    maxContext: null,
    layers: planLayers(
      count,
      () => '',
      () => ({
        mixer: {
          mixer: {
            kind: 'attention',
            queryHeads: heads,
            kvHeads: heads,
            keyHeadDim: headDim,
            valueHeadDim: headDim,
            causal: false,
          },
          weights: [
            ...[
              'to_q',
              'to_k',
              'to_v',
              'add_q_proj',
              'add_k_proj',
              'add_v_proj',
              'to_out.0',
              'to_add_out',
            ].flatMap((name) => biased(`${path}attn.${name}`, d, d)),
            ...['norm_q', 'norm_k', 'norm_added_q', 'norm_added_k'].flatMap((name) =>
              norm(`${path}attn.${name}`, headDim, 'rms'),
            ),
          ],
        },
        feedForward: {
          feedForward: { kind: 'dense', matrices: 2, width: 4 * d },
          weights: [...network('img_mlp'), ...network('txt_mlp')],
        },
        others: [
          ...biased(`${path}img_mod.1`, 6 * d, d, 'norms'),
          ...biased(`${path}txt_mod.1`, 6 * d, d, 'norms'),
        ],
      }),
    ),
    outside: [
      ...biased('img_in', d, channels, 'embedding'),
      ...norm('txt_norm', text, 'rms'),
      ...biased('txt_in', d, text, 'embedding'),
      ...biased('time_text_embed.timestep_embedder.linear_1', d, TIME_CHANNELS, 'embedding'),
      ...biased('time_text_embed.timestep_embedder.linear_2', d, d, 'embedding'),
      // A second condition is told apart by one of two rows.
      ...(config.flag(false, 'use_additional_t_cond')
        ? [lookup('time_text_embed.addition_t_embedding', 2, d)]
        : []),
      ...(control
        ? [
            ...biased('controlnet_blocks.{layer}', d, d, 'other').map((tensor) => ({
              ...tensor,
              copies: count,
            })),
            ...biased(
              'controlnet_x_embedder',
              d,
              channels + config.integerOr(0, 'extra_condition_channels'),
              'embedding',
            ),
          ]
        : [
            ...biased('norm_out.linear', 2 * d, d, 'norms'),
            ...biased('proj_out', patch * patch * (config.optional('out_channels') ?? 16), d, 'head'),
          ]),
    ],
    tiedHead: false,
  };
}
