import type { Family } from '../../family';
import { denseFeedForward, expertFeedForward } from '../../parts/feedForward';
import { latentAttention } from '../../parts/latentAttention';
import { llamaLike } from '../../parts/llamaLike';
import { matrix, vector } from '../../parts/tensors';
import { MAX_LAYERS } from '../../limits';
import { ReadFailure } from '../../readFailure';
import { headCount, hiddenSize, vocabularySize } from '../../parts/sizes';

/**
 * LongCat-Flash: every layer attends and feeds forward twice, with experts on a shortcut past the second half; some
 * experts only hand their input on. One of its layers is read as two, the experts in the first.
 */
export const longcatFlash: Family = (context) => {
  const { config, notes } = context;
  const heads = headCount(config);
  const layers = config.integer('num_layers');
  if (layers > MAX_LAYERS)
    throw new ReadFailure('contradiction', `${String(layers)} layers: more than any model has.`);
  const experts = config.integer('n_routed_experts');
  const routed = experts + config.integerOr(0, 'zero_expert_num');
  const bias = config.flag(false, 'attention_bias');
  const nopeDim = config.integer('qk_nope_head_dim');
  const ropeDim = config.integer('qk_rope_head_dim');
  const width = config.integer('ffn_hidden_size', 'intermediate_size');
  config.understood('num_hidden_layers', 'num_key_value_heads', 'head_dim', 'attention_method');
  config.understood('mla_scale_q_lora', 'mla_scale_kv_lora', 'zero_expert_type', 'num_nextn_predict_layers');
  if ((config.optional('qk_head_dim') ?? nopeDim + ropeDim) !== nopeDim + ropeDim)
    notes.doubt('contradiction', 'qk_head_dim is not the sum of its two parts.');
  if (routed > experts)
    notes.remark(
      'identity-experts',
      'Some of the experts hand their input on: tokens that pick them work through fewer weights than counted as active.',
    );
  return llamaLike(context, {
    sizes: {
      hidden: hiddenSize(config),
      layers: 2 * layers,
      heads,
      kvHeads: heads,
      headDim: nopeDim + ropeDim,
      vocabulary: vocabularySize(config),
    },
    describe: (index) => String(index % 2),
    attention: (index, base) =>
      latentAttention({
        module: `${base.path}self_attn.${String(index % 2)}`,
        hidden: base.sizes.hidden,
        heads,
        queryRank: config.optional('q_lora_rank') ?? null,
        kvRank: config.integer('kv_lora_rank'),
        nopeDim,
        ropeDim,
        valueDim: config.integer('v_head_dim'),
        bias,
      }),
    feedForward: (index, base) => {
      const { hidden } = base.sizes;
      const dense = denseFeedForward({ module: `${base.path}mlps.${String(index % 2)}`, hidden, width });
      if (index % 2 === 1) return dense;
      const sparse = expertFeedForward({
        module: `${base.path}mlp`,
        hidden,
        width: config.integer('expert_ffn_hidden_size', 'moe_intermediate_size'),
        experts,
        expertsPerToken: config.integer('moe_topk', 'num_experts_per_tok'),
        noRouter: true,
      });
      const feedForward =
        sparse.feedForward.kind === 'experts'
          ? { ...sparse.feedForward, sharedWidth: width }
          : sparse.feedForward;
      return {
        feedForward,
        weights: [
          ...dense.weights,
          ...sparse.weights,
          ...matrix(`${base.path}mlp.router.classifier`, routed, hidden, 'experts', {
            bias: config.flag(false, 'router_bias'),
          }),
          vector(`${base.path}mlp.router.e_score_correction_bias`, routed, 'experts'),
        ],
      };
    },
  });
};
