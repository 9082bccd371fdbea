import type { Family } from '../family';
import { planLayers } from '../parts/foldLayers';
import { norm, vector } from '../parts/tensors';
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

/** The prior of Kandinsky 2, unCLIP and Shap-E: a transformer from a text's embedding to a picture's. */
export const prior: Family = ({ config, notes }) => {
  const heads = config.integer('num_attention_heads');
  const headDim = config.integer('attention_head_dim');
  const d = heads * headDim;
  const embedding = config.integer('embedding_dim');
  const projected = config.optional('embedding_proj_dim') ?? embedding;
  const clip = config.optional('clip_embed_dim') ?? embedding;
  const time = config.optional('time_embed_dim') ?? d;
  const positions = config.integer('num_embeddings') + config.integer('additional_embeddings');
  const prd = config.text('added_emb_type') === 'prd';
  const arriving = config.text('encoder_hid_proj_type') === 'linear';
  const normed = config.text('embedding_proj_norm_type');
  const normedIn = config.text('norm_in_type');
  for (const kind of [normed, normedIn])
    if (kind !== undefined && kind !== 'layer')
      notes.doubt('unknown-key', 'A norm is of a kind that is not known.');
  config.understood(...COMMON_KEYS, 'dropout', 'time_embed_act_fn');
  const b = 'transformer_blocks.{layer}.';
  return diffusionModel(
    d,
    planLayers(
      blockCount(config, 'num_layers'),
      () => '',
      () =>
        plan(heads, headDim, 4 * d, {
          mixer: attention({ module: `${b}attn1`, hidden: d, inner: d }),
          network: network(`${b}ff`, d, 4 * d),
          others: ['norm1', 'norm3'].flatMap((name) => norm(`${b}${name}`, d, 'layer')),
        }),
    ),
    [
      vector('positional_embedding', [1, positions, d], 'embedding'),
      ...(prd ? [vector('prd_embedding', [1, 1, d], 'embedding')] : []),
      vector('clip_mean', [1, clip], 'other'),
      vector('clip_std', [1, clip], 'other'),
      ...embedder('time_embedding', time, d, d),
      ...biased('proj_in', d, embedding, 'embedding'),
      ...(normed === undefined ? [] : norm('embedding_proj_norm', projected, 'layer')),
      ...biased('embedding_proj', d, projected, 'embedding'),
      ...(arriving ? biased('encoder_hidden_states_proj', d, embedding, 'embedding') : []),
      ...(normedIn === undefined ? [] : norm('norm_in', d, 'layer')),
      ...norm('norm_out', d, 'layer'),
      ...biased('proj_to_clip_embeddings', clip, d, 'head'),
    ],
  );
};
