import type { Family } from '../family';
import { planLayers } from '../parts/foldLayers';
import { convolution, norm } from '../parts/tensors';
import {
  attention,
  biased,
  blockCount,
  COMMON_KEYS,
  diffusionModel,
  embedder,
  network,
  plan,
} from './tensors';

/** CogVideoX: text and video in one stream, shifted apart; the 1.5 release patches time too. */
export const cogVideoX: Family = ({ config }) => {
  const heads = config.integer('num_attention_heads');
  const headDim = config.integer('attention_head_dim');
  const d = heads * headDim;
  const time = config.integer('time_embed_dim');
  const offset = config.optional('ofs_embed_dim') ?? 0;
  const patch = config.integer('patch_size');
  const patchTime = config.optional('patch_size_t');
  const channels = config.integer('in_channels');
  const volume = patch * patch * (patchTime ?? 1);
  const affine = config.flag(true, 'norm_elementwise_affine') ? 'layer' : 'none';
  const bias = config.flag(true, 'attention_bias');
  config.understood(...COMMON_KEYS, 'use_rotary_positional_embeddings', 'use_learned_positional_embeddings');
  config.understood('temporal_compression_ratio', 'spatial_interpolation_scale', 'max_text_seq_length');
  config.understood(
    'temporal_interpolation_scale',
    'timestep_activation_fn',
    'flip_sin_to_cos',
    'freq_shift',
  );
  const p = 'transformer_blocks.{layer}.';
  return diffusionModel(
    d,
    planLayers(
      blockCount(config, 'num_layers'),
      () => '',
      () =>
        plan(heads, headDim, 4 * d, {
          mixer: attention({
            module: `${p}attn1`,
            hidden: d,
            inner: d,
            bias,
            norm: { width: headDim, kind: 'layer' },
          }),
          network: network(`${p}ff`, d, 4 * d),
          others: ['norm1', 'norm2'].flatMap((name) => [
            ...biased(`${p}${name}.linear`, 6 * d, time, 'norms'),
            ...norm(`${p}${name}.norm`, d, affine),
          ]),
        }),
    ),
    [
      ...(patchTime === undefined
        ? convolution('patch_embed.proj', [d, channels, patch, patch], 'embedding', {
            bias: config.flag(true, 'patch_bias'),
          })
        : biased('patch_embed.proj', d, channels * volume, 'embedding')),
      ...biased('patch_embed.text_proj', d, config.integer('text_embed_dim'), 'embedding'),
      ...embedder('time_embedding', time, d),
      ...(offset > 0 ? embedder('ofs_embedding', offset, offset) : []),
      ...norm('norm_final', d, affine),
      ...biased('norm_out.linear', 2 * d, time, 'norms'),
      ...norm('norm_out.norm', d, affine),
      ...biased('proj_out', volume * (config.optional('out_channels') ?? channels), d, 'head'),
    ],
  );
};
