import type { Family } from '../../family';
import { deltaAttention } from '../../parts/deltaAttention';
import { latentAttention } from '../../parts/latentAttention';
import { matrix } from '../../parts/tensors';
import { expertLayers, latentSizes } from './deepseek';
import { fineExperts, mixedDecoder } from './fineExperts';

/** Ling 3: five delta attentions to one latent attention with a gate a head, experts after two dense layers. */
export const bailingHybrid: Family = (context) => {
  const { config } = context;
  const types = config.texts('layer_types');
  const group = Math.max(1, config.integerOr(6, 'layer_group_size'));
  const isFull = (index: number): boolean =>
    types === undefined ? (index + 1) % group === 0 : types[index] === 'full_attention';
  // The class keeps the width of the linear heads apart before it gives `head_dim` another meaning.
  const linearDim = config.optional('linear_head_dim') ?? config.integer('head_dim');
  const linearHeads = config.optional('linear_num_heads') ?? config.integer('num_attention_heads');
  const kernel = config.optional('linear_conv_kernel_dim') ?? config.integer('short_conv_kernel_size');
  const sizes = latentSizes(config);
  config.understood(
    'tie_word_embeddings',
    'num_nextn_predict_layers',
    'num_mtp_layers',
    'num_expert_group',
    'moe_renormalize',
    'model_max_length',
    'kda_safe_gate',
    'kda_lower_bound',
    'short_conv_kernel_size',
    'mtp_loss_scaling_factor',
  );
  return mixedDecoder(context, {
    sizes,
    // The class ties nothing, whatever the file says.
    tied: false,
    window: { slides: () => false },
    describe: (index) => String(isFull(index)),
    attention: (index, base) => {
      const module = `${base.path}self_attn`;
      const { hidden, heads } = sizes;
      if (!isFull(index))
        return deltaAttention({
          module,
          hidden,
          heads: linearHeads,
          headDim: linearDim,
          kernel,
          gates: 'full',
        });
      const block = latentAttention({
        module,
        hidden,
        heads,
        queryRank: null,
        kvRank: config.integer('kv_lora_rank'),
        nopeDim: config.integer('qk_nope_head_dim'),
        ropeDim: config.integer('qk_rope_head_dim'),
        valueDim: config.integer('v_head_dim'),
        bias: config.flag(false, 'attention_bias'),
      });
      return {
        mixer: block.mixer,
        weights: [...block.weights, ...matrix(`${module}.g_proj`, heads, hidden, 'attention')],
      };
    },
    isSparse: expertLayers(config),
    experts: fineExperts(config, {
      expertsPerToken: config.integer('num_experts_per_token', 'num_experts_per_tok'),
      correctionBias: true,
    }),
  });
};
