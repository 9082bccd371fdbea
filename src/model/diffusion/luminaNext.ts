import type { Family } from '../family';
import { planLayers } from '../parts/foldLayers';
import { matrix, norm, vector } from '../parts/tensors';
import {
  biased,
  blockCount,
  COMMON_KEYS,
  diffusionModel,
  embedder,
  plan,
  roundedUp,
  TIME_CHANNELS,
} from './tensors';

/** Lumina-Next: attention to picture and text with keys in groups, a gated network, shifts of the norms alone. */
export const luminaNext: Family = ({ config, notes }) => {
  const d = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads');
  const kv = config.optional('num_kv_heads') ?? heads;
  const headDim = Math.floor(d / heads);
  const context = config.integer('cross_attention_dim');
  const patch = config.integer('patch_size');
  const channels = config.integer('in_channels');
  // Null is no norm, which is not the same as nothing said.
  const normed = config.raw['qk_norm'] !== null && config.flag(true, 'qk_norm');
  const time = Math.min(d, 1024);
  const factor = config.number('ffn_dim_multiplier') ?? 1;
  const width = roundedUp(Math.floor(factor * Math.floor((8 * d) / 3)), config.integer('multiple_of'));
  config.understood(...COMMON_KEYS, 'scaling_factor');
  if (d % heads !== 0) notes.doubt('contradiction', 'num_attention_heads does not divide hidden_size.');
  const l = 'layers.{layer}.';
  const parts = (module: string, input: number) => [
    ...matrix(`${module}.to_q`, d, d, 'attention'),
    ...matrix(`${module}.to_k`, kv * headDim, input, 'attention'),
    ...matrix(`${module}.to_v`, kv * headDim, input, 'attention'),
    ...(normed
      ? [...norm(`${module}.norm_q`, d, 'layer'), ...norm(`${module}.norm_k`, kv * headDim, 'layer')]
      : []),
  ];
  return diffusionModel(
    d,
    planLayers(
      blockCount(config, 'num_layers'),
      () => '',
      () =>
        plan(
          heads,
          headDim,
          width,
          {
            mixer: [
              ...parts(`${l}attn1`, d),
              ...parts(`${l}attn2`, context),
              ...matrix(`${l}attn2.to_out.0`, d, d, 'attention'),
              vector(`${l}gate`, heads, 'attention'),
            ],
            network: [
              ...matrix(`${l}feed_forward.linear_1`, width, d, 'feedForward'),
              ...matrix(`${l}feed_forward.linear_2`, d, width, 'feedForward'),
              ...matrix(`${l}feed_forward.linear_3`, width, d, 'feedForward'),
            ],
            others: [
              ...biased(`${l}norm1.linear`, 4 * d, time, 'norms'),
              ...['norm1.norm', 'ffn_norm1', 'norm2', 'ffn_norm2'].flatMap((name) =>
                norm(`${l}${name}`, d, 'rms'),
              ),
              ...norm(`${l}norm1_context`, context, 'rms'),
            ],
          },
          3,
        ),
    ),
    [
      vector('pad_token', d, 'embedding'),
      ...biased('patch_embedder.proj', d, channels * patch * patch, 'embedding'),
      ...embedder('time_caption_embed.timestep_embedder', time, TIME_CHANNELS),
      ...norm('time_caption_embed.caption_embedder.0', context, 'layer'),
      ...biased('time_caption_embed.caption_embedder.1', time, context, 'embedding'),
      ...biased('norm_out.linear_1', d, time, 'norms'),
      ...biased(
        'norm_out.linear_2',
        patch * patch * channels * (config.flag(true, 'learn_sigma') ? 2 : 1),
        d,
        'head',
      ),
    ],
  );
};
