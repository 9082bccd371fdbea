import type { Family } from '../family';
import { planLayers } from '../parts/foldLayers';
import { matrix, norm, vector } from '../parts/tensors';
import { attention, biased, blockCount, COMMON_KEYS, diffusionModel, plan } from './tensors';

function selfAndCross(module: string, a: Omit<Parameters<typeof attention>[0], 'module'>) {
  return attention({ ...a, module, outBias: false });
}

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
