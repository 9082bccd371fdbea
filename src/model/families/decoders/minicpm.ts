import type { Family } from '../../family';
import { expertFeedForward } from '../../parts/feedForward';
import { latentAttention } from '../../parts/latentAttention';
import { llamaLike, plainFeedForward } from '../../parts/llamaLike';
import { latentSizes } from './deepseek';

/** MiniCPM 1 and 2, with experts where the file has them: Llama with scales that store nothing. */
export const minicpm: Family = (context) => {
  const { config } = context;
  const experts = config.integerOr(0, 'num_experts');
  config.understood('dim_model_base', 'scale_emb', 'scale_depth', 'max_length');
  if (config.value('tie_word_embeddings') === false) {
    context.notes.doubt(
      'tied-head-unclear',
      'The file says that the head is not tied; published checkpoints of this family are.',
    );
  }
  const bias = config.flag(false, 'attention_bias');
  if (experts === 0) return llamaLike(context, { qkvBias: bias, outBias: bias });
  const expertsPerToken = config.integer('num_experts_per_tok');
  const width = config.integer('intermediate_size');
  return llamaLike(context, {
    feedForward: (_, base) =>
      expertFeedForward({
        module: `${base.path}mlp`,
        hidden: base.sizes.hidden,
        width,
        experts,
        expertsPerToken,
        names: { gate: 'w1', up: 'w3', down: 'w2' },
      }),
  });
};

/** MiniCPM3: latent attention in a dense model. */
export const minicpm3: Family = (context) => {
  const { config } = context;
  const sizes = latentSizes(config);
  config.understood('dim_model_base', 'scale_emb', 'scale_depth');
  return llamaLike(context, {
    sizes,
    attention: (_, base) =>
      latentAttention({
        module: `${base.path}self_attn`,
        hidden: sizes.hidden,
        heads: sizes.heads,
        queryRank: config.optional('q_lora_rank') ?? null,
        kvRank: config.integer('kv_lora_rank'),
        nopeDim: config.integer('qk_nope_head_dim'),
        ropeDim: config.integer('qk_rope_head_dim'),
        valueDim: config.optional('v_head_dim') ?? sizes.hidden / sizes.heads,
        bias: config.flag(false, 'attention_bias'),
      }),
    feedForward: (_, base) => plainFeedForward(base, { mlpBias: config.flag(false, 'mlp_bias') }),
  });
};
