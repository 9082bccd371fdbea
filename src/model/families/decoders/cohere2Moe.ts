import type { Family } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { llamaLike } from '../../parts/llamaLike';
import { fineExperts } from './fineExperts';

/** Command with experts: one norm a block, a few dense layers of their own width first, experts of full width after. */
export const cohere2Moe: Family = (context) => {
  const { config } = context;
  const bias = config.flag(false, 'attention_bias');
  const types = config.texts('mlp_layer_types');
  const dense = config.integerOr(0, 'first_k_dense_replace');
  const isSparse = (index: number): boolean =>
    types === undefined ? index >= dense : types[index] !== 'dense';
  const width = config.integer('intermediate_size');
  const denseWidth = config.optional('prefix_dense_intermediate_size') ?? width;
  const every = Math.max(1, config.integerOr(4, 'sliding_window_pattern'));
  const everyDense = Math.max(1, config.integerOr(1, 'prefix_dense_sliding_window_pattern'));
  const experts = fineExperts(config, {
    width,
    sharedWidth: width * config.integerOr(0, 'num_shared_experts'),
  });
  config.understood('expert_selection_fn', 'shared_expert_combination_strategy', 'use_gated_activation');
  return llamaLike(context, {
    blockNorms: ['input_layernorm'],
    qkvBias: bias,
    outBias: bias,
    window: {
      slides: (index) => (index < dense ? (index + 1) % everyDense !== 0 : (index - dense + 1) % every !== 0),
    },
    describe: (index) => String(isSparse(index)),
    feedForward: (index, base) =>
      isSparse(index)
        ? experts(base)
        : denseFeedForward({ module: `${base.path}mlp`, hidden: base.sizes.hidden, width: denseWidth }),
  });
};
