import type { Family } from '../../family';
import { expertFeedForward } from '../../parts/feedForward';
import { llamaLike } from '../../parts/llamaLike';
import { vector } from '../../parts/tensors';
import { expertLayers } from './deepseek';
import { fineExperts, mixedDecoder } from './fineExperts';

/** Granite 3 MoE with sinks in every head; three of four layers slide. */
export const graniteMoeSwa: Family = (context) => {
  const { config } = context;
  const bias = config.flag(false, 'attention_bias');
  const experts = config.integer('num_local_experts');
  const expertsPerToken = config.integer('num_experts_per_tok');
  const width = config.integer('intermediate_size');
  const shared = config.integerOr(0, 'shared_intermediate_size');
  config.understood('layer_rope_theta');
  return llamaLike(context, {
    qkvBias: bias,
    outBias: bias,
    window: { slides: (index) => index % 4 !== 0 },
    feedForward: (_, base) =>
      expertFeedForward({
        module: `${base.path}block_sparse_moe`,
        hidden: base.sizes.hidden,
        width,
        experts,
        expertsPerToken,
        sharedWidth: shared,
        router: 'router',
        sharedPath: 'shared_mlp',
      }),
    others: (_, base) => [vector(`${base.path}self_attn.sinks`, base.sizes.heads, 'attention')],
  });
};

/** Mellum 2: a norm on every head, narrow experts without a shared one. */
export const mellum: Family = (context) => {
  const { config } = context;
  const bias = config.flag(false, 'attention_bias');
  config.understood('num_mtp_layers', 'num_nextn_predict_layers', 'mtp_layer_types', 'mtp_mlp_layer_types');
  return mixedDecoder(context, {
    qkNorm: 'head',
    qkvBias: bias,
    outBias: bias,
    window: { slides: () => false },
    isSparse: expertLayers(config),
    experts: fineExperts(config, { sharedWidth: 0 }),
  });
};

/** Kolibri: four norms a block, four sliding layers to one, narrow experts with one shared. */
export const kolibri: Family = (context) => {
  const { config } = context;
  return mixedDecoder(context, {
    qkNorm: 'head',
    blockNorms: [
      'input_layernorm',
      'post_attention_layernorm',
      'post_self_attn_layernorm',
      'post_mlp_layernorm',
    ],
    window: { slides: (index) => (index + 1) % 5 !== 0 },
    isSparse: () => true,
    experts: fineExperts(config, {
      sharedWidth: config.integerOr(0, 'shared_expert_intermediate_size'),
      correctionBias: true,
    }),
  });
};

/** Aria's text part: Llama's attention, experts in every layer with shared ones beside them. */
export const ariaText: Family = (context) => {
  const { config } = context;
  const bias = config.flag(false, 'attention_bias');
  const width = config.integer('intermediate_size', 'moe_intermediate_size');
  config.understood('moe_z_loss_coeff', 'moe_aux_loss_coeff');
  return mixedDecoder(context, {
    qkvBias: bias,
    outBias: bias,
    isSparse: () => true,
    experts: fineExperts(config, {
      width,
      experts: config.integer('moe_num_experts'),
      expertsPerToken: config.integer('moe_topk'),
      sharedWidth: width * config.integerOr(0, 'moe_num_shared_experts'),
      sharedBias: config.flag(false, 'mlp_bias'),
      router: 'router',
    }),
  });
};
