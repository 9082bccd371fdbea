import type { Family, FamilyContext, FamilyModel } from '../family';
import { planLayers, type LayerPlan } from '../parts/foldLayers';
import { convolution, lookup, matrix, norm, vector } from '../parts/tensors';
import type { AttentionMixer, FeedForward, WeightTensor } from '../spec';
import { conditionEmbedding } from './controlNet';
import { diffusionModel } from './tensors';

function attention(heads: number, headDim: number): AttentionMixer {
  return {
    kind: 'attention',
    queryHeads: heads,
    kvHeads: heads,
    keyHeadDim: headDim,
    valueHeadDim: headDim,
    causal: false,
  };
}

function biased(
  module: string,
  out: number,
  input: number,
  part: WeightTensor['part'] = 'attention',
): WeightTensor[] {
  return matrix(module, out, input, part, { bias: true });
}

/** A network of four times the width, two matrices. */
function network(module: string, width: number): WeightTensor[] {
  return [
    ...biased(`${module}.net.0.proj`, 4 * width, width, 'feedForward'),
    ...biased(`${module}.net.2`, width, 4 * width, 'feedForward'),
  ];
}

/** Two matrices that embed a time step, a guidance or a pooled text. */
function embedder(module: string, width: number, input: number): WeightTensor[] {
  return [
    ...biased(`${module}.linear_1`, width, input, 'embedding'),
    ...biased(`${module}.linear_2`, width, width, 'embedding'),
  ];
}

/** Sinusoids of a time step come in at this width. */
const TIME_CHANNELS = 256;

function dense(width: number): FeedForward {
  return { kind: 'dense', matrices: 2, width: 4 * width };
}

/** FLUX.1: blocks that hold picture and text apart, then blocks that hold them together. */
export const flux: Family = (context) => {
  const { config } = context;
  const patch = config.integerOr(1, 'patch_size');
  const channels = config.integer('in_channels');
  const out = (config.optional('out_channels') ?? channels) * patch * patch;
  const { d, layers, outside } = fluxBody(context);
  return diffusionModel(d, layers, [
    ...outside,
    ...biased('norm_out.linear', 2 * d, d, 'norms'),
    ...biased('proj_out', out, d, 'head'),
  ]);
};

/** A control network of FLUX.1: its blocks, and a matrix that hands each one's result on. */
export const fluxControlNet: Family = (context) => {
  const { config } = context;
  const { d, layers, outside, double, single } = fluxBody(context);
  const modes = config.optional('num_mode');
  const conditioned = config.optional('conditioning_embedding_channels');
  config.understood('patch_size');
  return diffusionModel(d, layers, [
    ...outside,
    ...biased('controlnet_x_embedder', d, config.integer('in_channels'), 'embedding'),
    ...(modes === undefined || modes === 0 ? [] : [lookup('controlnet_mode_embedder', modes, d)]),
    ...(conditioned === undefined
      ? []
      : conditionEmbedding('input_hint_block', [16, 16, 16, 16], 3, conditioned)),
    ...copied(biased('controlnet_blocks.{layer}', d, d, 'other'), double),
    ...copied(biased('controlnet_single_blocks.{layer}', d, d, 'other'), single),
  ]);
};

function copied(tensors: readonly WeightTensor[], copies: number): WeightTensor[] {
  return tensors.map((tensor) => ({ ...tensor, copies }));
}

/** Bria 3: FLUX.1 told no summary of the text. */
export const bria: Family = (context) => {
  const { config, notes } = context;
  const patch = config.integerOr(1, 'patch_size');
  const out = (config.optional('out_channels') ?? config.integer('in_channels')) * patch * patch;
  const { d, layers, outside } = fluxBody(context, false);
  if (config.flag(false, 'guidance_embeds'))
    notes.doubt('unknown-key', 'An embedding of the guidance is not known in this family.');
  config.understood('pooled_projection_dim', 'rope_theta', 'time_theta');
  return diffusionModel(d, layers, [
    ...outside,
    ...biased('norm_out.linear', 2 * d, d, 'norms'),
    ...biased('proj_out', out, d, 'head'),
  ]);
};

function fluxBody({ config }: FamilyContext, summarised = true) {
  const heads = config.integer('num_attention_heads');
  const headDim = config.integer('attention_head_dim');
  const d = heads * headDim;
  const double = config.integer('num_layers');
  const single = config.integer('num_single_layers');
  const channels = config.integer('in_channels');
  config.understood('_class_name', '_diffusers_version', 'axes_dims_rope', '_name_or_path');
  const path = 'transformer_blocks.{layer}.';
  const joint = planLayers(
    double,
    () => '',
    () => ({
      mixer: {
        mixer: attention(heads, headDim),
        weights: [
          ...[
            'to_q',
            'to_k',
            'to_v',
            'add_q_proj',
            'add_k_proj',
            'add_v_proj',
            'to_out.0',
            'to_add_out',
          ].flatMap((name) => biased(`${path}attn.${name}`, d, d)),
          ...['norm_q', 'norm_k', 'norm_added_q', 'norm_added_k'].flatMap((name) =>
            norm(`${path}attn.${name}`, headDim, 'rms'),
          ),
        ],
      },
      feedForward: {
        feedForward: dense(d),
        weights: [...network(`${path}ff`, d), ...network(`${path}ff_context`, d)],
      },
      others: [
        ...biased(`${path}norm1.linear`, 6 * d, d, 'norms'),
        ...biased(`${path}norm1_context.linear`, 6 * d, d, 'norms'),
      ],
    }),
  );
  const s = 'single_transformer_blocks.{layer}.';
  const together: LayerPlan[] = planLayers(
    single,
    () => '',
    () => ({
      mixer: {
        mixer: attention(heads, headDim),
        weights: [
          ...['to_q', 'to_k', 'to_v'].flatMap((name) => biased(`${s}attn.${name}`, d, d)),
          ...['norm_q', 'norm_k'].flatMap((name) => norm(`${s}attn.${name}`, headDim, 'rms')),
        ],
      },
      feedForward: {
        feedForward: dense(d),
        weights: [
          ...biased(`${s}proj_mlp`, 4 * d, d, 'feedForward'),
          ...biased(`${s}proj_out`, d, 5 * d, 'feedForward'),
        ],
      },
      others: biased(`${s}norm.linear`, 3 * d, d, 'norms'),
    }),
  );
  return {
    d,
    double,
    single,
    layers: [...joint, ...together],
    outside: [
      ...biased('x_embedder', d, channels, 'embedding'),
      ...biased('context_embedder', d, config.integer('joint_attention_dim'), 'embedding'),
      ...embedder('time_text_embed.timestep_embedder', d, TIME_CHANNELS),
      ...(config.flag(false, 'guidance_embeds')
        ? embedder('time_text_embed.guidance_embedder', d, TIME_CHANNELS)
        : []),
      ...(summarised
        ? embedder('time_text_embed.text_embedder', d, config.integer('pooled_projection_dim'))
        : []),
    ],
  };
}

/** Stable Diffusion 3 and 3.5: joint blocks throughout; the last leaves the text as it is. */
export const stableDiffusion3: Family = (context) => joint3(context, false);

/** A control network of Stable Diffusion 3: its blocks to the end, and a matrix that hands each one's result on. */
export const stableDiffusion3ControlNet: Family = (context) => joint3(context, true);

function joint3({ config, notes }: FamilyContext, control: boolean): FamilyModel {
  const heads = config.integer('num_attention_heads');
  const headDim = config.integer('attention_head_dim');
  const d = heads * headDim;
  const count = config.integer('num_layers');
  const patch = config.integer('patch_size');
  const channels = config.integer('in_channels');
  const caption = config.integer('caption_projection_dim');
  const normed = config.text('qk_norm');
  if (normed !== undefined && normed !== 'rms_norm' && normed !== 'layer_norm')
    notes.doubt('unknown-key', 'qk_norm is of a kind that is not known in this family.');
  const dual = new Set(config.integers('dual_attention_layers') ?? []);
  const positions = config.integer('pos_embed_max_size');
  config.understood('_class_name', '_diffusers_version', 'sample_size', '_name_or_path');
  if (control) {
    config.understood('pos_embed_type', 'force_zeros_for_pooled_projection', 'out_channels');
    if (!config.flag(true, 'use_pos_embed') || config.value('joint_attention_dim') === undefined)
      notes.doubt('unknown-key', 'A control network without positions or text is not known in this family.');
  }
  const path = 'transformer_blocks.{layer}.';
  const normNames = (module: string, names: readonly string[]): WeightTensor[] =>
    normed === undefined
      ? []
      : names.flatMap((name) =>
          norm(`${path}${module}.${name}`, headDim, normed === 'layer_norm' ? 'layer' : 'rms'),
        );
  const layers = planLayers(
    count,
    (index) => `${String(index === count - 1)} ${String(dual.has(index))}`,
    (index) => {
      const last = !control && index === count - 1;
      const twice = dual.has(index);
      return {
        mixer: {
          mixer: attention(heads, headDim),
          weights: [
            ...[
              'to_q',
              'to_k',
              'to_v',
              'add_q_proj',
              'add_k_proj',
              'add_v_proj',
              'to_out.0',
              ...(last ? [] : ['to_add_out']),
            ].flatMap((name) => biased(`${path}attn.${name}`, d, d)),
            ...normNames('attn', ['norm_q', 'norm_k', 'norm_added_q', 'norm_added_k']),
            ...(twice
              ? ['to_q', 'to_k', 'to_v', 'to_out.0'].flatMap((name) => biased(`${path}attn2.${name}`, d, d))
              : []),
            ...(twice ? normNames('attn2', ['norm_q', 'norm_k']) : []),
          ],
        },
        feedForward: {
          feedForward: dense(d),
          weights: [...network(`${path}ff`, d), ...(last ? [] : network(`${path}ff_context`, d))],
        },
        others: [
          ...biased(`${path}norm1.linear`, (twice ? 9 : 6) * d, d, 'norms'),
          ...biased(`${path}norm1_context.linear`, (last ? 2 : 6) * d, d, 'norms'),
        ],
      };
    },
  );
  return {
    kind: 'diffusion',
    hidden: d,
    vocabulary: 0,
    maxContext: null,
    layers,
    outside: [
      {
        name: 'pos_embed.proj.weight',
        shape: [d, channels, patch, patch],
        part: 'embedding',
        role: 'convolution',
      },
      vector('pos_embed.proj.bias', d, 'embedding'),
      {
        name: 'pos_embed.pos_embed',
        shape: [1, positions * positions, d],
        part: 'embedding',
        role: 'buffer',
      },
      ...embedder('time_text_embed.timestep_embedder', d, TIME_CHANNELS),
      ...embedder('time_text_embed.text_embedder', d, config.integer('pooled_projection_dim')),
      ...biased('context_embedder', caption, config.integer('joint_attention_dim'), 'embedding'),
      ...(control
        ? [
            ...copied(biased('controlnet_blocks.{layer}', d, d, 'other'), count),
            ...convolution(
              'pos_embed_input.proj',
              [d, channels + config.integerOr(0, 'extra_conditioning_channels'), patch, patch],
              'embedding',
              { bias: true },
            ),
          ]
        : [
            ...biased('norm_out.linear', 2 * d, d, 'norms'),
            ...biased('proj_out', patch * patch * (config.optional('out_channels') ?? channels), d, 'head'),
          ]),
    ],
    tiedHead: false,
  };
}
