import type { Family } from '../family';
import { planLayers } from '../parts/foldLayers';
import { convolution, matrix, norm } from '../parts/tensors';
import type { WeightTensor } from '../spec';
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

/** Attention of two streams that are joined: each projects for itself, norms on every head. */
function jointAttention(module: string, d: number, headDim: number, bias: boolean): WeightTensor[] {
  return [
    ...attention({
      module,
      hidden: d,
      inner: d,
      bias,
      outBias: bias,
      norm: { width: headDim, kind: 'rms' },
    }),
    ...['add_q_proj', 'add_k_proj', 'add_v_proj', 'to_add_out'].flatMap((name) =>
      matrix(`${module}.${name}`, d, d, 'attention', { bias }),
    ),
    ...['norm_added_q', 'norm_added_k'].flatMap((name) => norm(`${module}.${name}`, headDim, 'rms')),
  ];
}

/** Attention and network side by side behind one norm, as FLUX.1 has it. */
function singleStream(module: string, d: number, headDim: number): WeightTensor[] {
  return [
    ...['to_q', 'to_k', 'to_v'].flatMap((name) => biased(`${module}attn.${name}`, d, d)),
    ...['norm_q', 'norm_k'].flatMap((name) => norm(`${module}attn.${name}`, headDim, 'rms')),
  ];
}

const JOINT = 'transformer_blocks.{layer}.';
const SINGLE = 'single_transformer_blocks.{layer}.';

/** FLUX.2: no biases, gated networks, and shifts that all blocks of a kind share. */
export const flux2: Family = ({ config }) => {
  const heads = config.integer('num_attention_heads');
  const headDim = config.integer('attention_head_dim');
  const d = heads * headDim;
  const width = Math.floor((config.number('mlp_ratio') ?? 3) * d);
  const patch = config.integer('patch_size');
  const channels = config.integer('in_channels');
  const time = config.integer('timestep_guidance_channels');
  config.understood(...COMMON_KEYS, 'eps');
  const gated = (module: string): WeightTensor[] => [
    ...matrix(`${module}.linear_in`, 2 * width, d, 'feedForward'),
    ...matrix(`${module}.linear_out`, d, width, 'feedForward'),
  ];
  const plain = (module: string, input: number): WeightTensor[] => [
    ...matrix(`${module}.linear_1`, d, input, 'embedding'),
    ...matrix(`${module}.linear_2`, d, d, 'embedding'),
  ];
  return diffusionModel(
    d,
    [
      ...planLayers(
        blockCount(config, 'num_layers'),
        () => '',
        () =>
          plan(
            heads,
            headDim,
            width,
            {
              mixer: jointAttention(`${JOINT}attn`, d, headDim, false),
              network: [...gated(`${JOINT}ff`), ...gated(`${JOINT}ff_context`)],
            },
            3,
          ),
      ),
      ...planLayers(
        blockCount(config, 'num_single_layers'),
        () => '',
        () =>
          plan(
            heads,
            headDim,
            width,
            {
              mixer: ['norm_q', 'norm_k'].flatMap((name) => norm(`${SINGLE}attn.${name}`, headDim, 'rms')),
              network: [
                ...matrix(`${SINGLE}attn.to_qkv_mlp_proj`, 3 * d + 2 * width, d, 'feedForward'),
                ...matrix(`${SINGLE}attn.to_out`, d, d + width, 'feedForward'),
              ],
            },
            3,
          ),
      ),
    ],
    [
      ...matrix('x_embedder', d, channels, 'embedding'),
      ...matrix('context_embedder', d, config.integer('joint_attention_dim'), 'embedding'),
      ...plain('time_guidance_embed.timestep_embedder', time),
      ...(config.flag(true, 'guidance_embeds') ? plain('time_guidance_embed.guidance_embedder', time) : []),
      ...matrix('double_stream_modulation_img.linear', 6 * d, d, 'norms'),
      ...matrix('double_stream_modulation_txt.linear', 6 * d, d, 'norms'),
      ...matrix('single_stream_modulation.linear', 3 * d, d, 'norms'),
      ...matrix('norm_out.linear', 2 * d, d, 'norms'),
      ...matrix('proj_out', patch * patch * (config.optional('out_channels') ?? channels), d, 'head'),
    ],
  );
};

/** Chroma: FLUX.1 whose shifts come from one small network for all blocks. */
export const chroma: Family = ({ config }) => {
  const heads = config.integer('num_attention_heads');
  const headDim = config.integer('attention_head_dim');
  const d = heads * headDim;
  const patch = config.integer('patch_size');
  const channels = config.integer('in_channels');
  const guide = config.integer('approximator_hidden_dim');
  const guides = Array.from({ length: blockCount(config, 'approximator_layers') }, (_, index) =>
    String(index),
  );
  config.understood(...COMMON_KEYS);
  return diffusionModel(
    d,
    [
      ...planLayers(
        blockCount(config, 'num_layers'),
        () => '',
        () =>
          plan(heads, headDim, 4 * d, {
            mixer: jointAttention(`${JOINT}attn`, d, headDim, true),
            network: [...network(`${JOINT}ff`, d, 4 * d), ...network(`${JOINT}ff_context`, d, 4 * d)],
          }),
      ),
      ...planLayers(
        blockCount(config, 'num_single_layers'),
        () => '',
        () =>
          plan(heads, headDim, 4 * d, {
            mixer: singleStream(SINGLE, d, headDim),
            network: [
              ...biased(`${SINGLE}proj_mlp`, 4 * d, d, 'feedForward'),
              ...biased(`${SINGLE}proj_out`, d, 5 * d, 'feedForward'),
            ],
          }),
      ),
    ],
    [
      ...biased('x_embedder', d, channels, 'embedding'),
      ...biased('context_embedder', d, config.integer('joint_attention_dim'), 'embedding'),
      ...biased(
        'distilled_guidance_layer.in_proj',
        guide,
        config.integer('approximator_num_channels'),
        'other',
      ),
      ...guides.flatMap((index) => [
        ...biased(`distilled_guidance_layer.layers.${index}.linear_1`, guide, guide, 'other'),
        ...biased(`distilled_guidance_layer.layers.${index}.linear_2`, guide, guide, 'other'),
        ...norm(`distilled_guidance_layer.norms.${index}`, guide, 'rms'),
      ]),
      ...biased('distilled_guidance_layer.out_proj', d, guide, 'other'),
      ...biased('proj_out', patch * patch * (config.optional('out_channels') ?? channels), d, 'head'),
    ],
  );
};

/** HunyuanVideo: FLUX.1's blocks over a video, the text refined by two blocks of its own. */
export const hunyuanVideo: Family = ({ config, notes }) => {
  const heads = config.integer('num_attention_heads');
  const headDim = config.integer('attention_head_dim');
  const d = heads * headDim;
  const width = Math.floor((config.number('mlp_ratio') ?? 4) * d);
  const patch = config.integer('patch_size');
  const patchTime = config.integer('patch_size_t');
  const channels = config.integer('in_channels');
  const text = config.integer('text_embed_dim');
  if (config.raw['qk_norm'] === null || (config.text('qk_norm') ?? 'rms_norm') !== 'rms_norm')
    notes.doubt('unknown-key', 'qk_norm is of a kind that is not known in this family.');
  config.understood(...COMMON_KEYS, 'image_condition_type');
  const refiner = 'context_embedder.token_refiner.refiner_blocks.{layer}.';
  return diffusionModel(
    d,
    [
      ...planLayers(
        blockCount(config, 'num_refiner_layers'),
        () => '',
        () =>
          plan(heads, headDim, width, {
            mixer: attention({ module: `${refiner}attn`, hidden: d, inner: d }),
            network: network(`${refiner}ff`, d, width),
            others: [
              ...norm(`${refiner}norm1`, d, 'layer'),
              ...norm(`${refiner}norm2`, d, 'layer'),
              ...biased(`${refiner}norm_out.linear`, 2 * d, d, 'norms'),
            ],
          }),
      ),
      ...planLayers(
        blockCount(config, 'num_layers'),
        () => '',
        () =>
          plan(heads, headDim, width, {
            mixer: jointAttention(`${JOINT}attn`, d, headDim, true),
            network: [...network(`${JOINT}ff`, d, width), ...network(`${JOINT}ff_context`, d, width)],
            others: ['norm1', 'norm1_context'].flatMap((name) =>
              biased(`${JOINT}${name}.linear`, 6 * d, d, 'norms'),
            ),
          }),
      ),
      ...planLayers(
        blockCount(config, 'num_single_layers'),
        () => '',
        () =>
          plan(heads, headDim, width, {
            mixer: singleStream(SINGLE, d, headDim),
            network: [
              ...biased(`${SINGLE}proj_mlp`, width, d, 'feedForward'),
              ...biased(`${SINGLE}proj_out`, d, d + width, 'feedForward'),
            ],
            others: biased(`${SINGLE}norm.linear`, 3 * d, d, 'norms'),
          }),
      ),
    ],
    [
      ...convolution('x_embedder.proj', [d, channels, patchTime, patch, patch], 'embedding', { bias: true }),
      ...biased('context_embedder.proj_in', d, text, 'embedding'),
      ...embedder('context_embedder.time_text_embed.timestep_embedder', d, TIME_CHANNELS),
      ...embedder('context_embedder.time_text_embed.text_embedder', d, text),
      ...embedder('time_text_embed.timestep_embedder', d, TIME_CHANNELS),
      ...embedder('time_text_embed.text_embedder', d, config.integer('pooled_projection_dim')),
      ...(config.flag(true, 'guidance_embeds')
        ? embedder('time_text_embed.guidance_embedder', d, TIME_CHANNELS)
        : []),
      ...biased('norm_out.linear', 2 * d, d, 'norms'),
      ...biased(
        'proj_out',
        patchTime * patch * patch * (config.optional('out_channels') ?? channels),
        d,
        'head',
      ),
    ],
  );
};
