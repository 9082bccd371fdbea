import type { Family } from '../family';
import { planLayers } from '../parts/foldLayers';
import { convolution, lookup, norm, vector } from '../parts/tensors';
import {
  attention,
  biased,
  blockCount,
  COMMON_KEYS,
  diffusionModel,
  embedder,
  network,
  plan,
  TIME_CHANNELS,
} from './tensors';

/** Hunyuan-DiT: two texts, and in its second half a skip from the first. */
export const hunyuanDit: Family = ({ config, notes }) => {
  const heads = config.integer('num_attention_heads');
  const headDim = config.integer('attention_head_dim');
  const d = heads * headDim;
  const time = config.integer('hidden_size');
  const width = Math.floor((config.number('mlp_ratio') ?? 4) * d);
  const patch = config.integer('patch_size');
  const channels = config.integer('in_channels');
  const context = config.integer('cross_attention_dim');
  const t5 = config.integer('cross_attention_dim_t5');
  const pooled = config.integer('pooled_projection_dim');
  const length = config.integer('text_len_t5');
  const styled = config.flag(true, 'use_style_cond_and_image_meta_size');
  const count = blockCount(config, 'num_layers');
  if ((config.text('norm_type') ?? 'layer_norm') !== 'layer_norm')
    notes.doubt('unknown-key', 'norm_type is of a kind that is not known in this family.');
  config.understood(...COMMON_KEYS);
  const b = 'blocks.{layer}.';
  const common = { hidden: d, inner: d, norm: { width: headDim, kind: 'layer' } } as const;
  const extra = 'time_extra_emb.';
  return diffusionModel(
    d,
    planLayers(
      count,
      (index) => String(index > Math.floor(count / 2)),
      (index) =>
        plan(heads, headDim, width, {
          mixer: [
            ...attention({ ...common, module: `${b}attn1` }),
            ...attention({ ...common, module: `${b}attn2`, context }),
          ],
          network: network(`${b}ff`, d, width),
          others: [
            ...biased(`${b}norm1.linear`, d, d, 'norms'),
            ...['norm1.norm', 'norm2', 'norm3'].flatMap((name) => norm(`${b}${name}`, d, 'layer')),
            ...(index > Math.floor(count / 2)
              ? [...norm(`${b}skip_norm`, 2 * d, 'layer'), ...biased(`${b}skip_linear`, d, 2 * d, 'other')]
              : []),
          ],
        }),
    ),
    [
      vector('text_embedding_padding', [config.integer('text_len') + length, context], 'embedding'),
      ...embedder('text_embedder', 4 * t5, t5, context),
      ...convolution('pos_embed.proj', [d === time ? d : time, channels, patch, patch], 'embedding', {
        bias: true,
      }),
      ...embedder(`${extra}timestep_embedder`, time, TIME_CHANNELS),
      vector(`${extra}pooler.positional_embedding`, [length + 1, t5], 'embedding'),
      ...['k_proj', 'q_proj', 'v_proj'].flatMap((name) =>
        biased(`${extra}pooler.${name}`, t5, t5, 'embedding'),
      ),
      ...biased(`${extra}pooler.c_proj`, pooled, t5, 'embedding'),
      ...(styled ? [lookup(`${extra}style_embedder`, 1, time)] : []),
      // Six sizes of the picture come in as sinusoids, the style beside them.
      ...embedder(`${extra}extra_embedder`, 4 * time, pooled + (styled ? 6 * TIME_CHANNELS + time : 0), time),
      ...biased('norm_out.linear', 2 * d, d, 'norms'),
      ...biased('proj_out', patch * patch * channels * (config.flag(true, 'learn_sigma') ? 2 : 1), d, 'head'),
    ],
  );
};
