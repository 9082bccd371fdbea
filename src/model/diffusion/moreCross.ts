import type { Family } from '../family';
import { planLayers } from '../parts/foldLayers';
import { convolution, lookup, matrix, norm, vector } from '../parts/tensors';
import {
  attention,
  biased,
  blockCount,
  COMMON_KEYS,
  diffusionModel,
  embedder,
  network,
  plan,
  roundedUp,
  TIME_CHANNELS,
} from './tensors';

/** Cosmos: attention to video and text without biases, shifts through narrow matrices where the file says so. */
export const cosmos: Family = ({ config, notes }) => {
  const heads = config.integer('num_attention_heads');
  const headDim = config.integer('attention_head_dim');
  const d = heads * headDim;
  const width = Math.floor((config.number('mlp_ratio') ?? 4) * d);
  const lora = config.integer('adaln_lora_dim');
  const [time = 1, high = 1, wide = 1] = config.integers('patch_size') ?? [];
  const volume = time * high * wide;
  const [frames = 0, tall = 0, broad = 0] = config.integers('max_size') ?? [];
  const text = config.integer('text_embed_dim');
  const channels = config.integer('in_channels') + (config.flag(true, 'concat_padding_mask') ? 1 : 0);
  const learnt = config.text('extra_pos_embed_type');
  if (learnt !== undefined && learnt !== 'learnable')
    notes.doubt('unknown-key', 'extra_pos_embed_type is of a kind that is not known in this family.');
  if (config.optional('img_context_dim_in') !== undefined)
    notes.doubt('unknown-key', 'The picture comes in by weights that are not counted.');
  config.understood(...COMMON_KEYS, 'rope_scale', 'controlnet_block_every_n', 'img_context_num_tokens');
  config.understood('img_context_dim_out');
  const crossed = config.flag(false, 'use_crossattn_projection');
  const projected = config.integerOr(1024, 'crossattn_proj_in_channels');
  const arriving = config.integerOr(1024, 'encoder_hidden_states_channels');
  const b = 'transformer_blocks.{layer}.';
  const shift = (module: string, times: number) =>
    lora > 0
      ? [
          ...matrix(`${module}.linear_1`, lora, d, 'norms'),
          ...matrix(`${module}.linear_2`, times * d, lora, 'norms'),
        ]
      : matrix(`${module}.linear_1`, times * d, d, 'norms');
  if (lora <= 0) notes.doubt('unknown-key', 'Shifts without narrow matrices are not known in this family.');
  const common = {
    hidden: d,
    inner: d,
    bias: false,
    norm: { width: headDim, kind: 'rms' },
  } as const;
  return diffusionModel(
    d,
    planLayers(
      blockCount(config, 'num_layers'),
      () => '',
      () =>
        plan(heads, headDim, width, {
          mixer: [
            ...selfAndCross(`${b}attn1`, common),
            ...selfAndCross(`${b}attn2`, { ...common, context: text }),
          ],
          network: [
            ...matrix(`${b}ff.net.0.proj`, width, d, 'feedForward'),
            ...matrix(`${b}ff.net.2`, d, width, 'feedForward'),
          ],
          others: ['norm1', 'norm2', 'norm3'].flatMap((name) => shift(`${b}${name}`, 3)),
        }),
    ),
    [
      ...matrix('patch_embed.proj', d, channels * volume, 'embedding'),
      ...(learnt === undefined
        ? []
        : [
            vector('learnable_pos_embed.pos_emb_t', [Math.floor(frames / time), d], 'embedding'),
            vector('learnable_pos_embed.pos_emb_h', [Math.floor(tall / high), d], 'embedding'),
            vector('learnable_pos_embed.pos_emb_w', [Math.floor(broad / wide), d], 'embedding'),
          ]),
      ...matrix('time_embed.t_embedder.linear_1', d, d, 'embedding'),
      ...matrix('time_embed.t_embedder.linear_2', 3 * d, d, 'embedding'),
      ...norm('time_embed.norm', d, 'rms'),
      ...(crossed ? biased('crossattn_proj.0', arriving, projected, 'embedding') : []),
      ...shift('norm_out', 2),
      ...matrix('proj_out', volume * config.integer('out_channels'), d, 'head'),
    ],
  );
};

function selfAndCross(module: string, a: Omit<Parameters<typeof attention>[0], 'module'>) {
  return attention({ ...a, module, outBias: false });
}

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
