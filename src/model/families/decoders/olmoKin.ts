import type { Config } from '../../config';
import type { Family } from '../../family';
import type { MixerBlock } from '../../parts/block';
import { llamaLike, plainAttention, type BlockContext } from '../../parts/llamaLike';
import { convolution, matrix, norm, vector } from '../../parts/tensors';
import { fineExperts } from './fineExperts';

/** FlexOlmo: OLMo 2's block with experts of full width in every layer. */
export const flexOlmo: Family = (context) => {
  const { config } = context;
  const bias = config.flag(false, 'attention_bias');
  return llamaLike(context, {
    blockNorms: ['post_attention_layernorm', 'post_feedforward_layernorm'],
    qkNorm: 'full',
    qkvBias: bias,
    outBias: bias,
    feedForward: (_, base) => experts(base),
  });

  function experts(base: BlockContext): ReturnType<ReturnType<typeof fineExperts>> {
    return fineExperts(config, { width: config.integer('intermediate_size'), sharedWidth: 0 })(base);
  }
};

/** A gated delta net with its six projections apart and one convolution over query, key and value. */
function deltaNet(config: Config, base: BlockContext): MixerBlock {
  const { hidden, heads } = base.sizes;
  const module = `${base.path}linear_attn`;
  const keyHeads = config.optional('linear_num_key_heads') ?? heads;
  const valueHeads = config.optional('linear_num_value_heads') ?? heads;
  const keyDim = config.optional('linear_key_head_dim') ?? Math.trunc((0.75 * hidden) / keyHeads);
  const valueDim = config.optional('linear_value_head_dim') ?? 2 * keyDim;
  const kernel = config.integer('linear_conv_kernel_dim');
  const mixed = 2 * keyHeads * keyDim + valueHeads * valueDim;
  return {
    mixer: {
      kind: 'recurrent',
      family: 'gated-delta-net',
      stateElements: valueHeads * keyDim * valueDim,
      stateElementBytes: 4,
      convolutionElements: mixed * (kernel - 1),
    },
    weights: [
      ...['q', 'k'].flatMap((name) =>
        matrix(`${module}.${name}_proj`, keyHeads * keyDim, hidden, 'attention'),
      ),
      ...['v', 'g'].flatMap((name) =>
        matrix(`${module}.${name}_proj`, valueHeads * valueDim, hidden, 'attention'),
      ),
      ...['a', 'b'].flatMap((name) => matrix(`${module}.${name}_proj`, valueHeads, hidden, 'attention')),
      ...convolution(`${module}.conv1d`, [mixed, 1, kernel], 'attention'),
      vector(`${module}.A_log`, valueHeads, 'attention'),
      vector(`${module}.dt_bias`, valueHeads, 'attention'),
      ...norm(`${module}.o_norm`, valueDim, 'rms'),
      ...matrix(`${module}.o_proj`, hidden, valueHeads * valueDim, 'attention'),
    ],
  };
}

/** OLMo Hybrid: three gated delta nets to one full attention; norms before in the former, after in the latter. */
export const olmoHybrid: Family = (context) => {
  const { config } = context;
  const bias = config.flag(false, 'attention_bias');
  const types = config.texts('layer_types');
  const isFull = (index: number): boolean =>
    types === undefined ? index % 4 === 3 : types[index] !== 'linear_attention';
  return llamaLike(context, {
    window: { slides: () => false },
    blockNorms: ['post_attention_layernorm'],
    describe: (index) => String(isFull(index)),
    attention: (index, base) =>
      isFull(index)
        ? plainAttention(index, base, { qkNorm: 'full', qkvBias: bias, outBias: bias })
        : deltaNet(config, base),
    others: (index, base) =>
      norm(
        `${base.path}${isFull(index) ? 'post_feedforward_layernorm' : 'input_layernorm'}`,
        base.sizes.hidden,
        'rms',
      ),
  });
};
