import type { Family } from '../family';
import { planLayers } from '../parts/foldLayers';
import { convolution, lookup } from '../parts/tensors';
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

/** DiT: every block embeds time and class for itself. */
export const dit: Family = ({ config, notes }) => {
  const heads = config.integer('num_attention_heads');
  const headDim = config.integer('attention_head_dim');
  const d = heads * headDim;
  const patch = config.integer('patch_size');
  const channels = config.integer('in_channels');
  const classes = config.integer('num_embeds_ada_norm') + 1;
  if (
    (config.text('norm_type') ?? 'ada_norm_zero') !== 'ada_norm_zero' ||
    config.flag(false, 'norm_elementwise_affine')
  )
    notes.doubt('unknown-key', 'Norms are of a kind that is not known in this family.');
  config.understood(...COMMON_KEYS, 'norm_num_groups', 'upcast_attention', 'dropout');
  const b = 'transformer_blocks.{layer}.';
  return diffusionModel(
    d,
    planLayers(
      blockCount(config, 'num_layers'),
      () => '',
      () =>
        plan(heads, headDim, 4 * d, {
          mixer: attention({
            module: `${b}attn1`,
            hidden: d,
            inner: d,
            bias: config.flag(true, 'attention_bias'),
          }),
          network: network(`${b}ff`, d, 4 * d),
          others: [
            ...embedder(`${b}norm1.emb.timestep_embedder`, d, TIME_CHANNELS),
            lookup(`${b}norm1.emb.class_embedder.embedding_table`, classes, d),
            ...biased(`${b}norm1.linear`, 6 * d, d, 'norms'),
          ],
        }),
    ),
    [
      ...convolution('pos_embed.proj', [d, channels, patch, patch], 'embedding', { bias: true }),
      ...biased('proj_out_1', 2 * d, d, 'norms'),
      ...biased('proj_out_2', patch * patch * (config.optional('out_channels') ?? channels), d, 'head'),
    ],
  );
};
