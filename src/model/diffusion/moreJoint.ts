import type { Family } from '../family';
import { planLayers } from '../parts/foldLayers';
import { convolution, matrix, norm, vector } from '../parts/tensors';
import { ReadFailure } from '../readFailure';
import type { WeightTensor } from '../spec';
import {
  attention,
  biased,
  blockCount,
  COMMON_KEYS,
  diffusionModel,
  embedder,
  plan,
  roundedUp,
  TIME_CHANNELS,
} from './tensors';

const plain = (module: string, names: readonly string[], out: number, input: number): WeightTensor[] =>
  names.flatMap((name) => matrix(`${module}.${name}`, out, input, 'attention'));

/** AuraFlow: joint blocks, then single ones, without biases; the width of its networks is rounded up to 256. */
export const auraFlow: Family = ({ config }) => {
  const heads = config.integer('num_attention_heads');
  const headDim = config.integer('attention_head_dim');
  const d = heads * headDim;
  const width = roundedUp(Math.floor((2 * 4 * d) / 3), 256);
  const patch = config.integer('patch_size');
  const channels = config.integer('in_channels');
  const caption = config.integer('caption_projection_dim');
  config.understood(...COMMON_KEYS);
  const gated = (module: string): WeightTensor[] => [
    ...matrix(`${module}.linear_1`, width, d, 'feedForward'),
    ...matrix(`${module}.linear_2`, width, d, 'feedForward'),
    ...matrix(`${module}.out_projection`, d, width, 'feedForward'),
  ];
  const own = ['to_q', 'to_k', 'to_v', 'to_out.0'];
  const added = ['add_q_proj', 'add_k_proj', 'add_v_proj', 'to_add_out'];
  const j = 'joint_transformer_blocks.{layer}.';
  const s = 'single_transformer_blocks.{layer}.';
  return diffusionModel(
    d,
    [
      ...planLayers(
        blockCount(config, 'num_mmdit_layers'),
        () => '',
        () =>
          plan(
            heads,
            headDim,
            width,
            {
              mixer: plain(`${j}attn`, [...own, ...added], d, d),
              network: [...gated(`${j}ff`), ...gated(`${j}ff_context`)],
              others: plain(j.slice(0, -1), ['norm1.linear', 'norm1_context.linear'], 6 * d, d),
            },
            3,
          ),
      ),
      ...planLayers(
        blockCount(config, 'num_single_dit_layers'),
        () => '',
        () =>
          plan(
            heads,
            headDim,
            width,
            {
              mixer: plain(`${s}attn`, own, d, d),
              network: gated(`${s}ff`),
              others: matrix(`${s}norm1.linear`, 6 * d, d, 'norms'),
            },
            3,
          ),
      ),
    ],
    [
      vector('register_tokens', [1, 8, d], 'embedding'),
      vector('pos_embed.pos_embed', [1, config.integer('pos_embed_max_size'), d], 'embedding'),
      ...biased('pos_embed.proj', d, channels * patch * patch, 'embedding'),
      ...matrix('context_embedder', caption, config.integer('joint_attention_dim'), 'embedding'),
      ...embedder('time_step_proj', d, TIME_CHANNELS),
      ...matrix('norm_out.linear', 2 * d, d, 'norms'),
      ...matrix('proj_out', patch * patch * (config.optional('out_channels') ?? channels), d, 'head'),
    ],
  );
};

/** Mochi: a wide stream for the video beside a narrow one for the text, joined in attention. */
export const mochi: Family = ({ config, notes }) => {
  const heads = config.integer('num_attention_heads');
  const headDim = config.integer('attention_head_dim');
  const d = heads * headDim;
  const text = config.integer('pooled_projection_dim');
  const caption = config.integer('text_embed_dim');
  const patch = config.integer('patch_size');
  const channels = config.integer('in_channels');
  const count = blockCount(config, 'num_layers');
  if (config.raw['qk_norm'] === null || (config.text('qk_norm') ?? 'rms_norm') !== 'rms_norm')
    notes.doubt('unknown-key', 'qk_norm is of a kind that is not known in this family.');
  config.understood(...COMMON_KEYS, 'max_sequence_length');
  const b = 'transformer_blocks.{layer}.';
  const width = Math.floor((8 * d) / 3);
  const narrow = Math.floor((8 * text) / 3);
  const gated = (module: string, size: number, inner: number): WeightTensor[] => [
    ...matrix(`${module}.net.0.proj`, 2 * inner, size, 'feedForward'),
    ...matrix(`${module}.net.2`, size, inner, 'feedForward'),
  ];
  return diffusionModel(
    d,
    planLayers(
      count,
      (index) => String(index === count - 1),
      (index) => {
        const last = index === count - 1;
        return plan(
          heads,
          headDim,
          width,
          {
            mixer: [
              ...attention({
                module: `${b}attn1`,
                hidden: d,
                inner: d,
                bias: false,
                norm: { width: headDim, kind: 'rms' },
              }),
              ...['norm_added_q', 'norm_added_k'].flatMap((name) =>
                norm(`${b}attn1.${name}`, headDim, 'rms'),
              ),
              ...plain(`${b}attn1`, ['add_q_proj', 'add_k_proj', 'add_v_proj'], d, text),
              ...(last ? [] : biased(`${b}attn1.to_add_out`, text, d)),
            ],
            network: [...gated(`${b}ff`, d, width), ...(last ? [] : gated(`${b}ff_context`, text, narrow))],
            others: [
              ...biased(`${b}norm1.linear`, 4 * d, d, 'norms'),
              ...(last
                ? biased(`${b}norm1_context.linear_1`, text, d, 'norms')
                : biased(`${b}norm1_context.linear`, 4 * text, d, 'norms')),
            ],
          },
          3,
        );
      },
    ),
    [
      vector('pos_frequencies', [3, heads, Math.floor(headDim / 2)], 'embedding'),
      ...convolution('patch_embed.proj', [d, channels, patch, patch], 'embedding', { bias: true }),
      ...embedder('time_embed.timestep_embedder', d, config.integer('time_embed_dim')),
      ...biased('time_embed.pooler.to_kv', 2 * caption, caption, 'embedding'),
      ...biased('time_embed.pooler.to_q', caption, caption, 'embedding'),
      ...biased('time_embed.pooler.to_out', d, caption, 'embedding'),
      ...biased('time_embed.caption_proj', text, caption, 'embedding'),
      ...biased('norm_out.linear', 2 * d, d, 'norms'),
      ...biased('proj_out', patch * patch * (config.optional('out_channels') ?? channels), d, 'head'),
    ],
  );
};

/** HiDream: joint and single blocks whose networks are experts, with a text of every layer of a language model. */
export const hiDream: Family = ({ config }) => {
  const heads = config.integer('num_attention_heads');
  const headDim = config.integer('attention_head_dim');
  const d = heads * headDim;
  const patch = config.integer('patch_size');
  const channels = config.integer('in_channels');
  const experts = config.integer('num_routed_experts');
  const active = config.integer('num_activated_experts');
  const double = blockCount(config, 'num_layers');
  const single = blockCount(config, 'num_single_layers');
  const [pooled, layered] = config.integers('caption_channels') ?? [];
  if (pooled === undefined || layered === undefined)
    throw new ReadFailure('missing-key', 'caption_channels does not say two widths.');
  config.understood(...COMMON_KEYS, 'max_resolution', 'llama_layers', 'force_inference_output');
  const wide = roundedUp(Math.floor((2 * 4 * d) / 3), 256);
  const shared = roundedUp(Math.floor((2 * 2 * d) / 3), 256);
  const gated = (module: string, width: number, copies = 1, activeCopies = 1): WeightTensor[] => {
    const part = copies > 1 ? 'experts' : 'feedForward';
    return [
      ...matrix(`${module}.w1`, width, d, part, { copies, activeCopies }),
      ...matrix(`${module}.w2`, d, width, part, { copies, activeCopies }),
      ...matrix(`${module}.w3`, width, d, part, { copies, activeCopies }),
    ];
  };
  const stream = (module: string, suffix: string): WeightTensor[] => [
    ...['to_q', 'to_k', 'to_v', 'to_out'].flatMap((name) => biased(`${module}.${name}${suffix}`, d, d)),
    ...['q_rms_norm', 'k_rms_norm'].flatMap((name) => norm(`${module}.${name}${suffix}`, d, 'rms')),
  ];
  const block = (path: string, joint: boolean) =>
    plan(
      heads,
      headDim,
      wide,
      {
        mixer: [...stream(`${path}attn1`, ''), ...(joint ? stream(`${path}attn1`, '_t') : [])],
        network: [
          ...(experts > 0
            ? [
                ...gated(`${path}ff_i.shared_experts`, shared),
                ...gated(`${path}ff_i.experts.{expert}`, wide, experts, active),
                ...matrix(`${path}ff_i.gate`, experts, d, 'experts'),
              ]
            : gated(`${path}ff_i`, wide)),
          ...(joint ? gated(`${path}ff_t`, wide) : []),
        ],
        others: biased(`${path}adaLN_modulation.1`, (joint ? 12 : 6) * d, d, 'norms'),
      },
      3,
    );
  return diffusionModel(
    d,
    [
      ...planLayers(
        double,
        () => '',
        () => block('double_stream_blocks.{layer}.block.', true),
      ),
      ...planLayers(
        single,
        () => '',
        () => block('single_stream_blocks.{layer}.block.', false),
      ),
    ],
    [
      ...embedder('t_embedder.timestep_embedder', d, TIME_CHANNELS),
      ...embedder('p_embedder.pooled_embedder', d, config.integer('text_emb_dim')),
      ...biased('x_embedder.proj', d, channels * patch * patch, 'embedding'),
      ...matrix('caption_projection.{layer}.linear', d, layered, 'embedding', { copies: double + single }),
      ...matrix('caption_projection.last.linear', d, pooled, 'embedding'),
      ...biased('final_layer.adaLN_modulation.1', 2 * d, d, 'norms'),
      ...biased(
        'final_layer.linear',
        patch * patch * (config.optional('out_channels') ?? channels),
        d,
        'head',
      ),
    ],
  );
};
