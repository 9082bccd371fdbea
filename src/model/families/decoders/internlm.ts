import type { Family } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { groupedAttention } from '../../parts/groupedAttention';
import { llamaLike } from '../../parts/llamaLike';

/** InternLM 1 and openPangu Embedded: Llama with one switch for all attention biases. */
export const internlm: Family = (context) => {
  const bias = context.config.flag(true, 'bias', 'attention_bias');
  return llamaLike(context, { qkvBias: bias, outBias: bias });
};

/** InternLM 2: the same as one fused matrix, under other names. */
export const internlm2: Family = (context) => {
  const { config } = context;
  const bias = config.flag(false, 'bias');
  const width = config.integer('intermediate_size');
  return llamaLike(context, {
    blockNorms: ['attention_norm', 'ffn_norm'],
    attention: (_, base) =>
      groupedAttention({
        module: `${base.path}attention`,
        hidden: base.sizes.hidden,
        queryHeads: base.sizes.heads,
        kvHeads: base.sizes.kvHeads,
        headDim: base.sizes.headDim,
        qkvBias: bias,
        outBias: bias,
        fused: 'wqkv',
        names: { output: 'wo' },
      }),
    feedForward: (_, base) =>
      denseFeedForward({
        module: `${base.path}feed_forward`,
        hidden: base.sizes.hidden,
        width,
        names: { gate: 'w1', up: 'w3', down: 'w2' },
      }),
  });
};

/** InternLM 3: Qwen2's block with biases by switches. */
export const internlm3: Family = (context) =>
  llamaLike(context, {
    qkvBias: context.config.flag(false, 'qkv_bias'),
    outBias: context.config.flag(false, 'bias'),
    mlpBias: context.config.flag(false, 'bias'),
  });
