import type { Family } from '../../family';
import { denseFeedForward, expertFeedForward } from '../../parts/feedForward';
import { llamaLike } from '../../parts/llamaLike';
import { norm } from '../../parts/tensors';

const NAMES = { gate: 'w1', up: 'w3', down: 'w2' };

/** Snowflake Arctic: a dense network as wide as the model beside many experts. */
export const arctic: Family = (context) => {
  const { config } = context;
  const every = Math.max(1, config.integer('moe_layer_frequency'));
  const isSparse = (index: number): boolean => (index + 1) % every === 0;
  const beside = config.flag(false, 'use_residual');
  const width = config.integer('intermediate_size');
  config.understood('parallel_attn_mlp_res', 'enable_expert_tensor_parallelism', 'moe_eval_capacity_factor');
  config.understood('moe_min_capacity', 'moe_token_dropping', 'moe_train_capacity_factor');
  return llamaLike(context, {
    window: { slides: () => false },
    describe: (index) => String(isSparse(index)),
    feedForward: (index, base) => {
      const { hidden } = base.sizes;
      const module = `${base.path}block_sparse_moe`;
      if (!isSparse(index)) return denseFeedForward({ module: `${module}.mlp`, hidden, width, names: NAMES });
      const routed = expertFeedForward({
        module,
        hidden,
        width,
        experts: config.integer('num_local_experts'),
        expertsPerToken: config.integer('num_experts_per_tok'),
        names: NAMES,
      });
      if (!beside || routed.feedForward.kind !== 'experts') return routed;
      const dense = denseFeedForward({
        module: `${base.path}residual_mlp`,
        hidden,
        width: hidden,
        names: NAMES,
      });
      return {
        feedForward: { ...routed.feedForward, sharedWidth: hidden },
        weights: [...routed.weights, ...dense.weights],
      };
    },
    others: (index, base) =>
      beside && isSparse(index) ? norm(`${base.path}residual_layernorm`, base.sizes.hidden, 'rms') : [],
  });
};
