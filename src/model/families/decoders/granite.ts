import type { Config } from '../../config';
import type { Family } from '../../family';
import type { FeedForwardBlock, MixerBlock } from '../../parts/block';
import { denseFeedForward, expertFeedForward } from '../../parts/feedForward';
import { llamaLike, plainAttention, type BlockContext } from '../../parts/llamaLike';
import { mamba2, STATE_SPACE_KEYS } from '../../parts/mamba';

/** Granite 3: Llama with multipliers that store nothing. */
export const granite: Family = (context) => {
  const bias = context.config.flag(false, 'attention_bias');
  return llamaLike(context, {
    qkvBias: bias,
    outBias: bias,
    mlpBias: context.config.flag(false, 'mlp_bias'),
  });
};

const EXPERT_NAMES = { gate: 'input_linear.gate', up: 'input_linear', down: 'output_linear' };

/** Granite 3 MoE, with a shared network beside the experts where the file has one. */
export const graniteMoe: Family = (context) => {
  const { config } = context;
  const bias = config.flag(false, 'attention_bias');
  const shared = config.integerOr(0, 'shared_intermediate_size');
  const width = config.integer('intermediate_size');
  const experts = config.integer('num_local_experts');
  const expertsPerToken = config.integer('num_experts_per_tok');
  return llamaLike(context, {
    qkvBias: bias,
    outBias: bias,
    feedForward: (_, base) => moeFeedForward(base, { experts, expertsPerToken, width, shared }),
  });
};

interface GraniteExperts {
  experts: number;
  expertsPerToken: number;
  width: number;
  shared: number;
}

function moeFeedForward(base: BlockContext, e: GraniteExperts): FeedForwardBlock {
  const { hidden } = base.sizes;
  if (e.experts === 0) {
    return denseFeedForward({
      module: `${base.path}shared_mlp`,
      hidden,
      width: e.shared,
      fused: 'input_linear',
      names: { down: 'output_linear' },
    });
  }
  return expertFeedForward({
    module: `${base.path}block_sparse_moe`,
    hidden,
    width: e.width,
    experts: e.experts,
    expertsPerToken: e.expertsPerToken,
    sharedWidth: e.shared,
    router: 'router.layer',
    expertsPath: 'experts.{expert}',
    sharedPath: 'shared_mlp',
    names: EXPERT_NAMES,
  });
}

/** Granite 4: Mamba 2 layers between attention layers, each with a shared network and, in the larger ones, experts. */
export const graniteMoeHybrid: Family = (context) => {
  const { config } = context;
  const types = config.texts('layer_types', 'layers_block_type');
  const isAttention = (index: number): boolean => types !== undefined && types[index] === 'attention';
  const bias = config.flag(false, 'attention_bias');
  const moe: GraniteExperts = {
    experts: config.integerOr(0, 'num_local_experts'),
    expertsPerToken: config.integerOr(0, 'num_experts_per_tok'),
    width: config.integer('intermediate_size'),
    shared: config.integer('shared_intermediate_size'),
  };
  config.understood(
    'mamba_expand',
    'mamba_n_heads',
    'mamba_d_head',
    'mamba_d_state',
    'mamba_n_groups',
    'mamba_d_conv',
    'mamba_proj_bias',
    'mamba_conv_bias',
    ...STATE_SPACE_KEYS,
    'normalization_function',
    'init_method',
  );
  return llamaLike(context, {
    window: { slides: () => false },
    describe: (index) => String(isAttention(index)),
    attention: (index, base) =>
      isAttention(index)
        ? plainAttention(index, base, { qkvBias: bias, outBias: bias })
        : stateSpace(config, base),
    feedForward: (_, base) => moeFeedForward(base, moe),
  });
};

/** The Mamba 2 layer as Bamba and Granite 4 spell it. */
export function stateSpace(config: Config, base: BlockContext): MixerBlock {
  const inner = config.integer('mamba_expand') * base.sizes.hidden;
  const heads = config.integer('mamba_n_heads');
  const headDim = config.value('mamba_d_head');
  return mamba2({
    module: `${base.path}mamba`,
    hidden: base.sizes.hidden,
    heads,
    headDim: typeof headDim === 'number' ? headDim : inner / heads,
    state: config.integer('mamba_d_state'),
    groups: config.integer('mamba_n_groups'),
    kernel: config.integer('mamba_d_conv'),
    bias: config.flag(false, 'mamba_proj_bias'),
    convolutionBias: config.flag(true, 'mamba_conv_bias'),
  });
}
