import type { Config } from '../../config';
import type { Family } from '../../family';
import type { MixerBlock } from '../../parts/block';
import { denseFeedForward } from '../../parts/feedForward';
import { groupedAttention } from '../../parts/groupedAttention';
import { llamaLike, type BlockContext } from '../../parts/llamaLike';
import { convolution, matrix, vector } from '../../parts/tensors';

/** RecurrentGemma: two linear recurrences to one sliding attention; `intermediate_size` counts gate and up together. */
export const recurrentGemma: Family = (context) => {
  const { config } = context;
  const types = config.texts('block_types', '_block_types') ?? ['recurrent', 'recurrent', 'attention'];
  const isAttention = (index: number): boolean => types[index % Math.max(1, types.length)] === 'attention';
  const bias = config.flag(false, 'attention_bias');
  const window = config.integer('attention_window_size');
  const width = config.integer('intermediate_size') / 2;
  return llamaLike(context, {
    blockNorms: ['temporal_pre_norm', 'channel_pre_norm'],
    finalNorm: 'final_norm',
    window: { slides: () => false },
    describe: (index) => String(isAttention(index)),
    attention: (index, base) =>
      isAttention(index)
        ? groupedAttention({
            module: `${base.path}temporal_block`,
            hidden: base.sizes.hidden,
            queryHeads: base.sizes.heads,
            kvHeads: base.sizes.kvHeads,
            headDim: base.sizes.headDim,
            qkvBias: bias,
            outBias: true,
            window,
          })
        : recurrence(config, base),
    feedForward: (_, base) =>
      denseFeedForward({ module: `${base.path}mlp_block`, hidden: base.sizes.hidden, width, bias: true }),
  });
};

/** A real-gated linear recurrent unit between two branches; its gates work on blocks, one a head. */
function recurrence(config: Config, base: BlockContext): MixerBlock {
  const { hidden, heads } = base.sizes;
  const width = config.optional('lru_width') ?? hidden;
  const block = width / heads;
  const kernel = config.integer('conv1d_width');
  const module = `${base.path}temporal_block`;
  return {
    mixer: {
      kind: 'recurrent',
      family: 'rg-lru',
      stateElements: width,
      stateElementBytes: 4,
      convolutionElements: width * (kernel - 1),
    },
    weights: [
      ...matrix(`${module}.linear_y`, width, hidden, 'attention', { bias: true }),
      ...matrix(`${module}.linear_x`, width, hidden, 'attention', { bias: true }),
      ...matrix(`${module}.linear_out`, hidden, width, 'attention', { bias: true }),
      ...convolution(`${module}.conv_1d`, [width, 1, kernel], 'attention', { bias: true }),
      vector(`${module}.rg_lru.recurrent_param`, width, 'attention'),
      vector(`${module}.rg_lru.input_gate_weight`, [heads, block, block], 'attention'),
      vector(`${module}.rg_lru.input_gate_bias`, [heads, block], 'attention'),
      vector(`${module}.rg_lru.recurrent_gate_weight`, [heads, block, block], 'attention'),
      vector(`${module}.rg_lru.recurrent_gate_bias`, [heads, block], 'attention'),
    ],
  };
}
