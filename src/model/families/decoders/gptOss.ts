import type { Family } from '../../family';
import { expertFeedForward } from '../../parts/feedForward';
import { groupedAttention } from '../../parts/groupedAttention';
import { llamaLike } from '../../parts/llamaLike';

/** gpt-oss: biases everywhere, sinks in every head, every other layer slides. */
export const gptOss: Family = (context) => {
  const { config } = context;
  const experts = config.integer('num_local_experts', 'num_experts');
  const expertsPerToken = config.integer('num_experts_per_tok', 'experts_per_token');
  const width = config.integer('intermediate_size');
  const bias = config.flag(true, 'attention_bias');
  config.understood('initial_context_length', 'swiglu_limit');
  return llamaLike(context, {
    window: { slides: (index) => index % 2 === 0 },
    attention: (index, base) => {
      const window = base.window(index);
      return groupedAttention({
        module: `${base.path}self_attn`,
        hidden: base.sizes.hidden,
        queryHeads: base.sizes.heads,
        kvHeads: base.sizes.kvHeads,
        headDim: base.sizes.headDim,
        qkvBias: bias,
        outBias: bias,
        sinks: true,
        ...(window === undefined ? {} : { window }),
      });
    },
    feedForward: (_, base) =>
      expertFeedForward({
        module: `${base.path}mlp`,
        hidden: base.sizes.hidden,
        width,
        experts,
        expertsPerToken,
        router: 'router',
        routerBias: true,
        bias: true,
      }),
  });
};
