import type { Family } from '../../family';
import { expertFeedForward } from '../../parts/feedForward';
import { llamaLike, plainAttention, plainFeedForward } from '../../parts/llamaLike';
import { mamba1, STATE_SPACE_KEYS } from '../../parts/mamba';
import { timeStepRank } from './mamba';
import { stateSpace } from './granite';

/** Jamba: one attention layer in eight, Mamba in the others, experts in every second. */
export const jamba: Family = (context) => {
  const { config } = context;
  const period = Math.max(1, config.integer('attn_layer_period'));
  const offset = config.integer('attn_layer_offset');
  const expertPeriod = Math.max(1, config.integer('expert_layer_period'));
  const expertOffset = config.integer('expert_layer_offset');
  const experts = config.integer('num_experts');
  const expertsPerToken = config.integer('num_experts_per_tok');
  const width = config.integer('intermediate_size');
  const isAttention = (index: number): boolean => index % period === offset % period;
  const isSparse = (index: number): boolean =>
    experts > 1 && index % expertPeriod === expertOffset % expertPeriod;
  config.understood(...STATE_SPACE_KEYS, 'mamba_inner_layernorms');
  return llamaLike(context, {
    window: { slides: () => false },
    blockNorms: ['input_layernorm', 'pre_ff_layernorm'],
    finalNorm: 'final_layernorm',
    describe: (index) => `${String(isAttention(index))} ${String(isSparse(index))}`,
    attention: (index, base) =>
      isAttention(index)
        ? plainAttention(index, base)
        : mamba1({
            module: `${base.path}mamba`,
            hidden: base.sizes.hidden,
            inner: config.integer('mamba_expand') * base.sizes.hidden,
            state: config.integer('mamba_d_state'),
            kernel: config.integer('mamba_d_conv'),
            timeRank: timeStepRank(config, base.sizes.hidden, 'mamba_dt_rank'),
            bias: config.flag(false, 'mamba_proj_bias'),
            convolutionBias: config.flag(true, 'mamba_conv_bias'),
            innerNorms: true,
          }),
    feedForward: (index, base) =>
      isSparse(index)
        ? expertFeedForward({
            module: `${base.path}feed_forward`,
            hidden: base.sizes.hidden,
            width,
            experts,
            expertsPerToken,
            router: 'router',
          })
        : plainFeedForward(base),
  });
};

/** Bamba: Mamba 2 layers, attention where `attn_layer_indices` says. */
export const bamba: Family = (context) => {
  const { config } = context;
  const attention = new Set(config.integers('attn_layer_indices') ?? []);
  const bias = config.flag(false, 'attention_bias');
  config.understood(...STATE_SPACE_KEYS, 'attn_rotary_emb', 'z_loss_coefficient');
  return llamaLike(context, {
    window: { slides: () => false },
    blockNorms: ['input_layernorm', 'pre_ff_layernorm'],
    finalNorm: 'final_layernorm',
    mlpBias: config.flag(false, 'mlp_bias'),
    describe: (index) => String(attention.has(index)),
    attention: (index, base) =>
      attention.has(index)
        ? plainAttention(index, base, { qkvBias: bias, outBias: bias })
        : stateSpace(config, base),
  });
};
