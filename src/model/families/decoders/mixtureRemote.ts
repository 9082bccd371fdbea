import type { Family } from '../../family';
import { llamaLike } from '../../parts/llamaLike';
import { matrix, vector } from '../../parts/tensors';
import { fineExperts, mixedDecoder } from './fineExperts';
import { llama } from './llama';
import { sparseLayers } from './qwenMoe';

/** XVERSE: Llama, or where the file has experts, narrow ones of the width said with shared ones beside them. */
export const xverse: Family = (context) => {
  const { config } = context;
  if (config.optional('num_experts') === undefined) return llama(context);
  const width = config.integer('intermediate_size');
  return mixedDecoder(context, {
    isSparse: () => true,
    experts: fineExperts(config, {
      width,
      expertsPerToken: config.integer('moe_top_k', 'num_experts_per_tok'),
      sharedWidth: width * config.integerOr(0, 'num_shared_experts'),
      router: 'router',
    }),
  });
};

/** Klear: norms on every head, experts with a shared one that two learned weights balance against them. */
export const klear: Family = (context) => {
  const { config } = context;
  const bias = config.flag(false, 'attention_bias');
  const isSparse = sparseLayers(config);
  return mixedDecoder(context, {
    qkNorm: 'head',
    qkvBias: bias,
    outBias: bias,
    isSparse,
    experts: fineExperts(config, { correctionBias: true, correctionName: 'expert_bias' }),
    others: (index, base) =>
      isSparse(index)
        ? matrix(`${base.path}mlp.coefficient`, 2, base.sizes.hidden, 'experts', { bias: true })
        : [],
  });
};

/** openPangu Pro MoE: biases in attention, a shared expert, and a learned scale for every routed one. */
export const panguProMoe: Family = (context) => {
  const { config } = context;
  const dense = new Set(config.integers('mlp_only_layers') ?? []);
  const experts = config.integer('num_experts');
  config.understood('num_experts_per_group', 'router_enable_expert_bias', 'mlp_only_layers');
  return mixedDecoder(context, {
    qkvBias: true,
    outBias: true,
    isSparse: (index) => experts > 0 && !dense.has(index),
    experts: fineExperts(config, {
      sharedWidth: config.integerOr(0, 'shared_expert_intermediate_size'),
      sharedPath: 'shared_expert',
    }),
    others: (index, base) =>
      dense.has(index) ? [] : [vector(`${base.path}mlp.router_scale`, [1, experts], 'experts')],
  });
};

/** IQuest Coder that passes its layers twice, with a gate a head between the passes. */
export const iquestLoopCoder: Family = (context) => {
  const { config, notes } = context;
  const bias = config.flag(false, 'attention_bias');
  config.understood('loop_num', 'loop_window_size');
  notes.remark(
    'looped-layers',
    'Every layer is passed more than once: twice the work and a second, short cache that are not counted.',
  );
  return llamaLike(context, {
    qkvBias: bias,
    outBias: bias,
    mlpBias: config.flag(false, 'mlp_bias'),
    others: (_, { sizes }) => [
      vector('model.gate_projections.{layer}.weight', [sizes.heads, sizes.headDim], 'attention'),
      vector('model.gate_projections.{layer}.bias', sizes.heads, 'attention'),
    ],
  });
};

/** Solar Pro: Llama whose blocks are joined by shortcuts that store nothing. */
export const solar: Family = (context) => {
  context.config.understood('bskcn_1', 'bskcn_2', 'bskcn_3', 'bskcn_4', 'bskcn_tv');
  return llama(context);
};
