import type { Config } from '../../config';
import type { Family } from '../../family';
import type { FeedForwardBlock } from '../../parts/block';
import { expertFeedForward } from '../../parts/feedForward';
import { llamaLike, plainFeedForward, type BlockContext } from '../../parts/llamaLike';
import { upperLayersSlide } from './qwenWindow';

/** Which layers hold experts: every `decoder_sparse_step`-th that is not listed in `mlp_only_layers`. */
export function sparseLayers(config: Config): (index: number) => boolean {
  const dense = new Set(config.integers('mlp_only_layers') ?? []);
  const step = Math.max(1, config.integerOr(1, 'decoder_sparse_step'));
  const experts = config.integerOr(0, 'num_experts', 'num_local_experts');
  return (index) => experts > 0 && !dense.has(index) && (index + 1) % step === 0;
}

/** Qwen's experts: a router, routed experts of their own width, and a gated shared expert where the file has one. */
export function qwenExperts(config: Config): (base: BlockContext) => FeedForwardBlock {
  const experts = config.integer('num_experts', 'num_local_experts');
  const expertsPerToken = config.integer('num_experts_per_tok');
  const width = config.integer('moe_intermediate_size');
  const sharedWidth = config.integerOr(0, 'shared_expert_intermediate_size');
  return (base) =>
    expertFeedForward({
      module: `${base.path}mlp`,
      hidden: base.sizes.hidden,
      width,
      experts,
      expertsPerToken,
      sharedWidth,
      sharedGate: true,
    });
}

/** Qwen1.5-MoE and Qwen2-MoE: Qwen2's attention, experts with a gated shared one. */
export const qwen2Moe: Family = (context) => {
  const { config } = context;
  const isSparse = sparseLayers(config);
  const experts = qwenExperts(config);
  config.understood('intermediate_size');
  return llamaLike(context, {
    qkvBias: config.flag(true, 'qkv_bias'),
    window: upperLayersSlide(config),
    describe: (index) => String(isSparse(index)),
    feedForward: (index, base) => (isSparse(index) ? experts(base) : plainFeedForward(base)),
  });
};

/** Qwen3-MoE: Qwen3's attention, experts without a shared one. */
export const qwen3Moe: Family = (context) => {
  const { config } = context;
  const isSparse = sparseLayers(config);
  const experts = qwenExperts(config);
  const bias = config.flag(false, 'attention_bias');
  config.understood('intermediate_size', 'use_qk_norm');
  return llamaLike(context, {
    qkvBias: bias,
    outBias: bias,
    qkNorm: 'head',
    window: upperLayersSlide(config),
    describe: (index) => String(isSparse(index)),
    feedForward: (index, base) => (isSparse(index) ? experts(base) : plainFeedForward(base)),
  });
};
