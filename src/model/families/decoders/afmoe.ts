import type { Family } from '../../family';
import { matrix } from '../../parts/tensors';
import { fineExperts, mixedDecoder } from './fineExperts';

/** Arcee Foundation (Trinity): four norms a block, a gate on what attention hands on, experts after a few dense layers. */
export const afmoe: Family = (context) => {
  const { config } = context;
  const every = Math.max(1, config.integerOr(4, 'global_attn_every_n_layers'));
  const dense = config.integerOr(1, 'num_dense_layers');
  const bias = config.flag(false, 'attention_bias');
  config.understood(
    'load_balance_coeff',
    'num_limited_groups',
    'num_expert_groups',
    'score_func',
    'route_norm',
  );
  return mixedDecoder(context, {
    blockNorms: ['input_layernorm', 'post_attention_layernorm', 'pre_mlp_layernorm', 'post_mlp_layernorm'],
    qkNorm: 'head',
    qkvBias: bias,
    outBias: bias,
    window: { slides: (index) => (index + 1) % every !== 0 },
    isSparse: (index) => index >= dense,
    experts: fineExperts(config, {
      router: 'router.gate',
      correctionBias: true,
      correctionName: 'expert_bias',
    }),
    others: (_, { path, sizes }) =>
      matrix(`${path}self_attn.gate_proj`, sizes.heads * sizes.headDim, sizes.hidden, 'attention'),
  });
};
