import type { Family } from '../family';
import { planLayers } from '../parts/foldLayers';
import { convolution, lookup, matrix, norm } from '../parts/tensors';
import { biased, blockCount, COMMON_KEYS, diffusionModel, embedder, plan } from './tensors';

/** OmniGen: a language model that takes pictures in and gives one out. */
export const omniGen: Family = ({ config }) => {
  const d = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads');
  const kv = config.integer('num_key_value_heads');
  const headDim = Math.floor(d / heads);
  const width = config.integer('intermediate_size');
  const patch = config.integer('patch_size');
  const channels = config.integer('in_channels');
  const time = config.integer('time_step_dim');
  config.understood(...COMMON_KEYS, 'rms_norm_eps', 'pad_token_id', 'max_position_embeddings', 'rope_base');
  config.understood(
    'original_max_position_embeddings',
    'rope_scaling',
    'pos_embed_max_size',
    'flip_sin_to_cos',
  );
  config.understood('downscale_freq_shift', 'timestep_activation_fn');
  const l = 'layers.{layer}.';
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
              ...matrix(`${l}self_attn.to_q`, d, d, 'attention'),
              ...matrix(`${l}self_attn.to_k`, kv * headDim, d, 'attention'),
              ...matrix(`${l}self_attn.to_v`, kv * headDim, d, 'attention'),
              ...matrix(`${l}self_attn.to_out.0`, d, d, 'attention'),
            ],
            network: [
              ...matrix(`${l}mlp.gate_up_proj`, 2 * width, d, 'feedForward'),
              ...matrix(`${l}mlp.down_proj`, d, width, 'feedForward'),
            ],
            others: ['input_layernorm', 'post_attention_layernorm'].flatMap((name) =>
              norm(`${l}${name}`, d, 'rms'),
            ),
          },
          3,
        ),
    ),
    [
      ...['output_image_proj', 'input_image_proj'].flatMap((name) =>
        convolution(`patch_embedding.${name}`, [d, channels, patch, patch], 'embedding', { bias: true }),
      ),
      ...embedder('time_token', d, time),
      ...embedder('t_embedder', d, time),
      lookup('embed_tokens', config.integer('vocab_size'), d),
      ...norm('norm', d, 'rms'),
      ...biased('norm_out.linear', 2 * d, d, 'norms'),
      ...biased('proj_out', patch * patch * channels, d, 'head'),
    ],
  );
};
