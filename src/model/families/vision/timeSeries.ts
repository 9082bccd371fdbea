import type { Config } from '../../config';
import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { planLayers } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import { layerCount } from '../../parts/sizes';
import { lookup, norm, vector } from '../../parts/tensors';
import { batchNorm, blocks, doubtHead, linear, visionModel } from '../../parts/visionPieces';
import type { WeightTensor } from '../../spec';

/** Two matrices with one that goes around them. */
function residual(module: string, input: number, inner: number, out: number): WeightTensor[] {
  return [
    ...linear(`${module}.input_layer`, inner, input, 'other'),
    ...linear(`${module}.output_layer`, out, inner, 'other'),
    ...linear(`${module}.residual_layer`, out, input, 'other'),
  ];
}

/** TimesFM: a decoder over patches of a series; numbers come in and quantiles go out. */
export const timesFm: Family = (context) => {
  const { config, architecture } = context;
  doubtHead(context, /Model$|ForPrediction$/);
  config.understood('context_length', 'tolerance', 'pad_val', 'use_positional_embedding', 'min_timescale');
  config.understood('max_timescale', 'model_type');
  const hidden = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads');
  const headDim = config.integer('head_dim');
  const width = config.integer('intermediate_size');
  const path = 'decoder.layers.{layer}.';
  const quantiles = config.list('quantiles')?.length ?? 0;
  const horizon = config.integer('horizon_length');
  return {
    kind: 'decoder',
    hidden,
    vocabulary: 0,
    maxContext: null,
    headKnown: true,
    layers: planLayers(
      layerCount(config),
      () => '',
      () => ({
        mixer: groupedAttention({
          module: `${path}self_attn`,
          hidden,
          queryHeads: heads,
          kvHeads: heads,
          headDim,
          qkvBias: true,
          outBias: true,
        }),
        feedForward: {
          feedForward: { kind: 'dense', matrices: 2, width },
          weights: [
            ...linear(`${path}mlp.gate_proj`, width, hidden, 'feedForward'),
            ...linear(`${path}mlp.down_proj`, hidden, width, 'feedForward'),
          ],
        },
        others: [
          vector(`${path}self_attn.scaling`, headDim, 'attention'),
          ...norm(`${path}mlp.layer_norm`, hidden, 'layer'),
          ...norm(`${path}input_layernorm`, hidden, 'rms'),
        ],
      }),
    ),
    outside: [
      ...residual('decoder.input_ff_layer', 2 * config.integer('patch_length'), width, hidden),
      lookup('decoder.freq_emb', config.integer('freq_size'), hidden),
      ...(/ForPrediction$/.test(architecture)
        ? residual('horizon_ff_layer', hidden, width, horizon * (1 + quantiles))
        : []),
    ],
    tiedHead: false,
  };
};

/** Norms of PatchTST: over the batch or over the width. */
function patchNorm(config: Config, module: string, hidden: number): WeightTensor[] {
  return config.text('norm_type') === 'layernorm'
    ? norm(module, hidden, 'layer')
    : batchNorm(`${module}.batchnorm`, hidden);
}

/** PatchTST: each channel of a series cut into patches, under one transformer; heads of other tasks are not counted. */
export const patchTst: Family = (context) => {
  const { config, notes } = context;
  doubtHead(context, /Model$/);
  config.understood(...PATCHTST_KEYS);
  const hidden = config.integer('d_model');
  const channels = config.integer('num_input_channels');
  const patch = config.integer('patch_length');
  const stride = Math.max(1, config.integer('patch_stride'));
  const length = config.integer('context_length');
  const patches = Math.floor((Math.max(length, patch) - patch) / stride) + 1;
  const token = config.flag(false, 'use_cls_token');
  const across = config.flag(false, 'channel_attention');
  const bias = config.flag(true, 'bias');
  const path = 'encoder.layers.{layer}.';
  const heads = config.integer('num_attention_heads');
  if (config.integerOr(1, 'patch_stride') > patch)
    notes.doubt('contradiction', 'Patches further apart than they are long are not known.');
  const layers = encoderStack({
    path,
    layers: layerCount(config),
    hidden,
    heads,
    width: config.integer('ffn_dim'),
    qkvBias: true,
    outBias: true,
    mlpBias: bias,
    feedForward: 'ff',
    feedForwardNames: { up: '0', down: '3' },
    blockNorms: [],
    others: () => [
      ...patchNorm(config, `${path}norm_sublayer1`, hidden),
      ...(across ? patchNorm(config, `${path}norm_sublayer2`, hidden) : []),
      ...patchNorm(config, `${path}norm_sublayer3`, hidden),
    ],
  });
  const shared = config.flag(true, 'share_embedding');
  return visionModel(hidden, layers, [
    ...blocks(shared ? 1 : channels, (index) =>
      linear(`encoder.embedder.input_embedding.${String(index)}`, hidden, patch, 'embedding'),
    ).flat(),
    vector('encoder.positional_encoder.position_enc', [patches + (token ? 1 : 0), hidden], 'embedding'),
    ...(token ? [vector('encoder.positional_encoder.cls_token', [1, 1, 1, hidden], 'embedding')] : []),
  ]);
};

const PATCHTST_KEYS = [
  'distribution_output',
  'num_parallel_samples',
  'prediction_length',
  'num_targets',
  'positional_encoding_type',
  'pre_norm',
  'share_projection',
  'scaling',
  'do_mask_input',
  'mask_type',
  'mask_value',
  'random_mask_ratio',
  'num_forecast_mask_patches',
  'channel_consistent_masking',
  'unmasked_channel_indices',
  'pooling_type',
  'head_dropout',
  'output_range',
  'norm_eps',
];
