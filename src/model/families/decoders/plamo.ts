import type { Config } from '../../config';
import type { Family } from '../../family';
import type { MixerBlock } from '../../parts/block';
import { denseFeedForward } from '../../parts/feedForward';
import { groupedAttention } from '../../parts/groupedAttention';
import { llamaLike, type BlockContext } from '../../parts/llamaLike';
import { transformerSizes } from '../../parts/sizes';
import { convolution, matrix, vector } from '../../parts/tensors';

/** PLaMo 1: attention and feed-forward behind one norm; `n_shared_head` query heads share a key and a value. */
export const plamo: Family = (context) => {
  const { config } = context;
  const sizes = transformerSizes(config);
  const kvHeads = Math.ceil(sizes.heads / Math.max(1, config.integerOr(8, 'n_shared_head')));
  return llamaLike(context, {
    layersName: 'layers.layers',
    sizes: { ...sizes, kvHeads },
    blockNorms: ['norm'],
  });
};

/** The smallest width that the time step is projected through. */
const LEAST_TIME_RANK = 64;

function stateSpace(config: Config, base: BlockContext, headDim: number): MixerBlock {
  const { hidden } = base.sizes;
  const module = `${base.path}mixer`;
  const heads = config.integer('mamba_num_heads');
  const state = config.integer('mamba_d_state');
  const kernel = config.integer('mamba_d_conv');
  const inner = heads * headDim;
  const timeRank = Math.max(LEAST_TIME_RANK, Math.floor(hidden / 16));
  return {
    mixer: {
      kind: 'recurrent',
      family: 'mamba2',
      stateElements: inner * state,
      stateElementBytes: 4,
      convolutionElements: inner * (kernel - 1),
    },
    weights: [
      ...matrix(`${module}.in_proj`, 2 * inner, hidden, 'attention'),
      ...convolution(`${module}.conv1d`, [inner, 1, kernel], 'attention'),
      ...matrix(`${module}.bcdt_proj`, timeRank + 2 * state, inner, 'attention'),
      ...matrix(`${module}.dt_proj`, heads, timeRank, 'attention'),
      vector(`${module}.dt_bias`, heads, 'attention'),
      vector(`${module}.A_log`, heads, 'attention'),
      vector(`${module}.D`, heads, 'attention'),
      vector(`${module}.dt_norm_weight`, timeRank, 'norms'),
      vector(`${module}.B_norm_weight`, state, 'norms'),
      vector(`${module}.C_norm_weight`, state, 'norms'),
      ...matrix(`${module}.out_proj`, hidden, inner, 'attention'),
    ],
  };
}

/** PLaMo 2: Mamba layers between attention layers that slide, four norms a block. */
export const plamo2: Family = (context) => {
  const { config } = context;
  const headDim = config.integer('hidden_size_per_head', 'head_dim');
  const sizes = { ...transformerSizes(config.withDefaults({ head_dim: headDim })), headDim };
  const step = Math.max(2, config.integer('mamba_step'));
  const half = Math.floor(step / 2);
  const hasMamba = config.flag(true, 'mamba_enabled');
  const isMamba = (index: number): boolean =>
    hasMamba && (sizes.layers <= half ? index !== sizes.layers - 1 : index % step !== half);
  const full = new Set(config.integers('full_attention_idx') ?? []);
  const window = config.optional('attention_window_size');
  const width = config.integer('intermediate_size');
  config.understood(
    'mamba_chunk_size',
    'use_predefined_initial_state',
    'sliding_window',
    'interleaved_sliding_window',
  );
  config.understood('layers_block_type', 'capacity_factor', 'group_size', 'rope_local_theta');
  return llamaLike(context, {
    sizes,
    layersName: 'layers.layers',
    window: { slides: () => false },
    blockNorms: ['pre_mixer_norm', 'post_mixer_norm', 'pre_mlp_norm', 'post_mlp_norm'],
    describe: (index) => `${String(isMamba(index))} ${String(full.has(index))}`,
    attention: (index, base) =>
      isMamba(index)
        ? stateSpace(config, base, headDim)
        : groupedAttention({
            module: `${base.path}mixer`,
            hidden: sizes.hidden,
            queryHeads: sizes.heads,
            kvHeads: sizes.kvHeads,
            headDim,
            fused: 'qkv_proj',
            ...(window === undefined || full.has(index) ? {} : { window }),
          }),
    others: (index, base) =>
      isMamba(index)
        ? []
        : [
            vector(`${base.path}mixer.q_weight`, [sizes.heads, headDim], 'norms'),
            vector(`${base.path}mixer.k_weight`, [sizes.kvHeads, headDim], 'norms'),
          ],
    feedForward: (_, base) =>
      denseFeedForward({ module: `${base.path}mlp`, hidden: sizes.hidden, width, fused: 'gate_up_proj' }),
  });
};
