import type { Family } from '../../family';
import { expertLayers } from './deepseek';
import { fineExperts, mixedDecoder } from './fineExperts';
import { slidingExceptEvery } from './slidingPattern';

const HEADS_IN_ADDITION = [
  'num_nextn_predict_layers',
  'num_mtp_layers',
  'mtp_layer_types',
  'mtp_mlp_layer_types',
];

/** K-EXAONE: a norm on every head, three sliding layers to one, a correction bias on the router. */
export const exaoneMoe: Family = (context) => {
  const { config } = context;
  config.understood(...HEADS_IN_ADDITION, 'is_moe_layer');
  return mixedDecoder(context, {
    qkNorm: 'head',
    window: slidingExceptEvery(config, 4),
    isSparse: expertLayers(config),
    experts: fineExperts(config, { correctionBias: true }),
  });
};

/** Solar Open: Llama's attention, experts in every layer. */
export const solarOpen: Family = (context) => {
  const { config } = context;
  config.understood(
    'intermediate_size',
    'first_k_dense_replace',
    'use_qk_norm',
    'moe_layer_freq',
    ...HEADS_IN_ADDITION,
  );
  const bias = config.flag(false, 'attention_bias');
  return mixedDecoder(context, {
    qkvBias: bias,
    isSparse: () => true,
    experts: fineExperts(config, { correctionBias: true }),
  });
};

/** Hunyuan 3: a norm on every head, a first dense layer, a correction bias beside the router. */
export const hyV3: Family = (context) => {
  const { config } = context;
  const bias = config.flag(false, 'attention_bias');
  const mlpBias = config.flag(false, 'mlp_bias');
  config.understood(
    ...HEADS_IN_ADDITION,
    'qk_norm',
    'enable_moe_fp32_combine',
    'moe_router_enable_expert_bias',
    'moe_router_use_sigmoid',
    'expert_hidden_dim',
    'route_norm',
    'enable_lm_head_fp32',
    'enable_attention_fp32_softmax',
  );
  return mixedDecoder(context, {
    qkNorm: 'head',
    qkvBias: bias,
    outBias: bias,
    mlpBias,
    isSparse: expertLayers(config),
    experts: fineExperts(config, {
      correctionBias: true,
      correctionName: 'expert_bias',
      sharedBias: mlpBias,
    }),
  });
};
