import type { Config } from '../../config';
import type { Family } from '../../family';
import type { MixerBlock } from '../../parts/block';
import { denseFeedForward, expertFeedForward } from '../../parts/feedForward';
import { groupedAttention } from '../../parts/groupedAttention';
import { llamaLike, type BlockContext } from '../../parts/llamaLike';
import { convolution, matrix } from '../../parts/tensors';

const NAMES = { gate: 'w1', up: 'w3', down: 'w2' };

/** Two thirds of the width that the file says, scaled, rounded up to a multiple: unless that is switched off. */
function adjustedWidth(config: Config): number {
  const said = config.integer('block_ff_dim', 'intermediate_size');
  const multiple = Math.max(1, config.integerOr(256, 'block_multiple_of'));
  const scale = config.number('block_ffn_dim_multiplier') ?? 1;
  if (!config.flag(true, 'block_auto_adjust_ff_dim')) return said;
  const width = Math.trunc(scale * Math.trunc((2 * said) / 3));
  return multiple * Math.ceil(width / multiple);
}

/** A gated short convolution in place of attention. */
export function shortConvolution(config: Config, base: BlockContext): MixerBlock {
  const { hidden } = base.sizes;
  const kernel = config.integer('conv_L_cache');
  const bias = config.flag(false, 'conv_bias');
  const module = `${base.path}conv`;
  return {
    mixer: {
      kind: 'recurrent',
      family: 'convolution',
      stateElements: 0,
      stateElementBytes: 2,
      convolutionElements: hidden * (kernel - 1),
    },
    weights: [
      ...matrix(`${module}.in_proj`, 3 * hidden, hidden, 'attention', { bias }),
      ...convolution(`${module}.conv`, [hidden, 1, kernel], 'attention', { bias }),
      ...matrix(`${module}.out_proj`, hidden, hidden, 'attention', { bias }),
    ],
  };
}

/** LFM2: short convolutions with a few attention layers between; dense or with experts after the first layers. */
export const lfm2: Family = (context) => {
  const { config, modelType } = context;
  const types = config.texts('layer_types');
  const listed = config.integers('full_attn_idxs');
  const isAttention = (index: number): boolean =>
    types !== undefined ? types[index] === 'full_attention' : (listed?.includes(index) ?? true);
  const sparse = modelType === 'lfm2_moe';
  const denseLayers = sparse ? config.integerOr(0, 'num_dense_layers') : Number.MAX_SAFE_INTEGER;
  const width = sparse ? config.integer('intermediate_size') : adjustedWidth(config);
  config.understood(
    'block_dim',
    'block_mlp_init_scale',
    'block_norm_eps',
    'block_out_init_scale',
    'block_use_swiglu',
    'block_use_xavier_init',
    'conv_dim',
    'conv_L_cache',
    'conv_bias',
    'conv_dim_out',
    'conv_use_xavier_init',
    'num_heads',
    'tie_embedding',
    'use_pos_enc',
    'theta',
  );
  const alias = config.raw.tie_embedding;
  return llamaLike(context, {
    window: { slides: () => false },
    blockNorms: ['operator_norm', 'ffn_norm'],
    finalNorm: 'embedding_norm',
    ...(typeof alias === 'boolean' ? { tied: alias } : {}),
    describe: (index) => `${String(isAttention(index))} ${String(index < denseLayers)}`,
    attention: (index, base) =>
      isAttention(index)
        ? groupedAttention({
            module: `${base.path}self_attn`,
            hidden: base.sizes.hidden,
            queryHeads: base.sizes.heads,
            kvHeads: base.sizes.kvHeads,
            headDim: base.sizes.headDim,
            qkNorm: 'head',
            names: { output: 'out_proj', queryNorm: 'q_layernorm', keyNorm: 'k_layernorm' },
          })
        : shortConvolution(config, base),
    feedForward: (index, base) =>
      index < denseLayers
        ? denseFeedForward({
            module: `${base.path}feed_forward`,
            hidden: base.sizes.hidden,
            width,
            names: NAMES,
          })
        : expertFeedForward({
            module: `${base.path}feed_forward`,
            hidden: base.sizes.hidden,
            width: config.integer('moe_intermediate_size'),
            experts: config.integer('num_experts'),
            expertsPerToken: config.integer('num_experts_per_tok'),
            correctionBias: config.flag(true, 'use_expert_bias'),
            correctionName: 'expert_bias',
            names: NAMES,
          }),
  });
};
