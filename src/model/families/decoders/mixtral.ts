import type { Family } from '../../family';
import { expertFeedForward } from '../../parts/feedForward';
import { llamaLike } from '../../parts/llamaLike';

/** Mixtral: Mistral's block with every feed-forward part replaced by experts of full width. */
export const mixtral: Family = (context) => {
  const { config } = context;
  const experts = config.integer('num_local_experts', 'num_experts');
  const expertsPerToken = config.integer('num_experts_per_tok');
  const width = config.integer('intermediate_size');
  return llamaLike(context, {
    feedForward: (_, base) =>
      expertFeedForward({
        module: `${base.path}block_sparse_moe`,
        hidden: base.sizes.hidden,
        width,
        experts,
        expertsPerToken,
        names: { gate: 'w1', up: 'w3', down: 'w2' },
      }),
  });
};
