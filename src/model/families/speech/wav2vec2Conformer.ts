import type { Family, FamilyContext } from '../../family';
import { conformerLayers, WAVE_CONFORMER } from '../../parts/conformer';
import { convolution, matrix, norm } from '../../parts/tensors';
import {
  maskVector,
  positionalConvolution,
  speechTop,
  waveConvolutions,
  waveWidth,
} from '../../parts/waveEncoder';
import type { WeightTensor } from '../../spec';
import { contrast, quantiser, waveAdapter, WAVE_TRAINING } from './wav2vec2';

/** wav2vec 2.0 with conformer blocks in place of plain ones. */
export const wav2vec2Conformer: Family = (context) => {
  const { config } = context;
  const hidden = config.integer('hidden_size');
  const layers = config.integer('num_hidden_layers');
  const frames = waveWidth(config);
  const prefix = 'wav2vec2_conformer.';
  const adapts = config.flag(false, 'add_adapter');
  const out = config.optional('output_hidden_size') ?? hidden;
  config.understood(...WAVE_TRAINING, 'max_source_positions', 'rotary_embedding_base');
  return {
    kind: 'encoder',
    hidden,
    vocabulary: config.optional('vocab_size') ?? 0,
    maxContext: null,
    layers: conformerLayers({
      path: `${prefix}encoder.layers.{layer}.`,
      layers,
      hidden,
      heads: config.integer('num_attention_heads'),
      width: config.integer('intermediate_size'),
      kernel: config.integer('conv_depthwise_kernel_size'),
      positions: config.text('position_embeddings_type') === 'relative' ? 'relative' : 'none',
      names: { ...WAVE_CONFORMER, convolutionNorm: 'batch_norm' },
    }),
    outside: [
      ...maskVector(config, prefix, hidden),
      ...waveConvolutions(config, prefix),
      ...norm(`${prefix}feature_projection.layer_norm`, frames, 'layer'),
      ...matrix(`${prefix}feature_projection.projection`, hidden, frames, 'other', { bias: true }),
      ...positionalConvolution(config, prefix, hidden),
      ...norm(`${prefix}encoder.layer_norm`, hidden, 'layer'),
      ...(adapts ? waveAdapter(context, prefix, hidden, out) : []),
      ...speechTop(
        context,
        hidden,
        layers,
        context.architecture.endsWith('ForPreTraining')
          ? { ForPreTraining: [...quantiser(context, frames), ...contrast(context, hidden)] }
          : {},
        adapts ? out : hidden,
      ),
    ],
    tiedHead: false,
    headKnown: true,
  };
};

/** wav2vec 2.0 BERT: conformer blocks over mel frames, each with a table of distances. */
export const wav2vec2Bert: Family = (context) => {
  const { config } = context;
  const hidden = config.integer('hidden_size');
  const layers = config.integer('num_hidden_layers');
  const input = config.integer('feature_projection_input_dim');
  const prefix = 'wav2vec2_bert.';
  const kind = config.text('position_embeddings_type');
  const distances =
    config.integer('left_max_position_embeddings') + config.integer('right_max_position_embeddings') + 1;
  const adapts = config.flag(false, 'add_adapter');
  const out = config.optional('output_hidden_size') ?? hidden;
  const width = config.integer('intermediate_size');
  config.understood(...WAVE_TRAINING, 'max_source_positions', 'rotary_embedding_base', 'adapter_act');
  return {
    kind: 'encoder',
    hidden,
    vocabulary: config.optional('vocab_size') ?? 0,
    maxContext: null,
    layers: conformerLayers({
      path: `${prefix}encoder.layers.{layer}.`,
      layers,
      hidden,
      heads: config.integer('num_attention_heads'),
      width,
      kernel: config.integer('conv_depthwise_kernel_size'),
      positions: kind === 'relative' ? 'relative' : kind === 'relative_key' ? { distances } : 'none',
      names: WAVE_CONFORMER,
    }),
    outside: [
      ...maskVector(config, prefix, hidden),
      ...norm(`${prefix}feature_projection.layer_norm`, input, 'layer'),
      ...matrix(`${prefix}feature_projection.projection`, hidden, input, 'other', { bias: true }),
      ...(config.flag(false, 'use_intermediate_ffn_before_adapter')
        ? conformerFeedForward(`${prefix}intermediate_ffn`, hidden, width)
        : []),
      ...(adapts ? bertAdapter(context, prefix, hidden, out, width) : []),
      ...speechTop(context, hidden, layers, {}, adapts ? out : hidden),
    ],
    tiedHead: false,
    headKnown: true,
  };
};

export function conformerFeedForward(module: string, hidden: number, width: number): WeightTensor[] {
  return [
    ...matrix(`${module}.intermediate_dense`, width, hidden, 'other', { bias: true }),
    ...matrix(`${module}.output_dense`, hidden, width, 'other', { bias: true }),
  ];
}

/** Layers that shorten the sequence, each with an attention of its own. */
export interface ConformerAdapter {
  /** Path with a trailing dot. */
  prefix: string;
  layers: number;
  hidden: number;
  kernel: number;
  width: number;
}

export function conformerAdapter(a: ConformerAdapter): WeightTensor[] {
  const layer = (path: string): WeightTensor[] => [
    ...['residual_layer_norm', 'self_attn_layer_norm', 'ffn_layer_norm'].flatMap((name) =>
      norm(path + name, a.hidden, 'layer'),
    ),
    ...['residual_conv', 'self_attn_conv'].flatMap((name) =>
      convolution(path + name, [2 * a.hidden, a.hidden, a.kernel], 'other', { bias: true }),
    ),
    ...['linear_q', 'linear_k', 'linear_v', 'linear_out'].flatMap((name) =>
      matrix(`${path}self_attn.${name}`, a.hidden, a.hidden, 'other', { bias: true }),
    ),
    ...conformerFeedForward(`${path}ffn`, a.hidden, a.width),
  ];
  return Array.from({ length: a.layers }, (_, index) =>
    layer(`${a.prefix}adapter.layers.${String(index)}.`),
  ).flat();
}

function bertAdapter(
  { config }: FamilyContext,
  prefix: string,
  hidden: number,
  out: number,
  width: number,
): WeightTensor[] {
  return [
    ...(out === hidden
      ? []
      : [
          ...matrix(`${prefix}adapter.proj`, out, hidden, 'other', { bias: true }),
          ...norm(`${prefix}adapter.proj_layer_norm`, out, 'layer'),
        ]),
    ...conformerAdapter({
      prefix,
      layers: config.integer('num_adapter_layers'),
      hidden: out,
      kernel: config.integer('adapter_kernel_size'),
      width,
    }),
  ];
}
