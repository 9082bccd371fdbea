import type { Family } from '../../family';
import { llamaLike } from '../../parts/llamaLike';
import { expertFeedForward } from '../../parts/feedForward';
import { hiddenSize, layerCount, vocabularySize } from '../../parts/sizes';
import { matrix, vector } from '../../parts/tensors';

/** JetMoE: queries and outputs of attention are experts too; keys and values are shared by all of them. */
export const jetmoe: Family = (context) => {
  const { config } = context;
  const experts = config.integer('num_local_experts');
  const expertsPerToken = config.integer('num_experts_per_tok');
  const kvHeads = config.integer('num_key_value_heads');
  const headDim = config.integer('kv_channels', 'head_dim');
  const width = config.integer('intermediate_size', 'ffn_hidden_size');
  const inner = kvHeads * headDim;
  const copies = { copies: experts, activeCopies: Math.min(expertsPerToken, experts) };
  config.understood('num_attention_heads', 'applied_layer');
  return llamaLike(context, {
    sizes: {
      hidden: hiddenSize(config),
      layers: layerCount(config),
      heads: kvHeads * expertsPerToken,
      kvHeads,
      headDim,
      vocabulary: vocabularySize(config),
    },
    attention: (_, base) => {
      const { hidden, heads } = base.sizes;
      const module = `${base.path}self_attention`;
      return {
        mixer: {
          kind: 'attention',
          queryHeads: heads,
          kvHeads,
          keyHeadDim: headDim,
          valueHeadDim: headDim,
          causal: true,
        },
        weights: [
          ...matrix(`${module}.experts.router.layer`, experts, hidden, 'attention'),
          ...matrix(`${module}.experts.input_linear`, inner, hidden, 'attention', copies),
          ...matrix(`${module}.experts.output_linear`, hidden, inner, 'attention', copies),
          vector(`${module}.experts.bias`, hidden, 'attention'),
          ...matrix(`${module}.kv_proj`, 2 * inner, hidden, 'attention'),
        ],
      };
    },
    feedForward: (_, base) =>
      expertFeedForward({
        module: `${base.path}mlp`,
        hidden: base.sizes.hidden,
        width,
        experts,
        expertsPerToken,
        router: 'router.layer',
        expertsPath: 'experts.{expert}',
        names: { gate: 'input_linear.gate', up: 'input_linear', down: 'output_linear' },
      }),
    others: (_, base) => [vector(`${base.path}mlp.bias`, base.sizes.hidden, 'experts')],
  });
};
