import type { Family } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { groupedAttention } from '../../parts/groupedAttention';
import { llamaLike } from '../../parts/llamaLike';
import { transformerSizes } from '../../parts/sizes';

/** The first Qwen: `intermediate_size` counts gate and up together, so each is half of it. */
export const qwen: Family = (context) => {
  const { config } = context;
  const sizes = transformerSizes(config);
  const bias = !config.flag(true, 'no_bias');
  const width = config.integer('intermediate_size', 'ffn_hidden_size') / 2;
  config.understood('seq_length', 'onnx_safe', 'use_dynamic_ntk', 'use_logn_attn', 'pos_emb');
  return llamaLike(context, {
    sizes,
    prefix: 'transformer.',
    layersName: 'h',
    embedding: 'wte',
    finalNorm: 'ln_f',
    blockNorms: ['ln_1', 'ln_2'],
    attention: (_, base) =>
      groupedAttention({
        module: `${base.path}attn`,
        hidden: sizes.hidden,
        queryHeads: sizes.heads,
        kvHeads: sizes.heads,
        headDim: sizes.headDim,
        qkvBias: true,
        outBias: bias,
        fused: 'c_attn',
        names: { output: 'c_proj' },
      }),
    feedForward: (_, base) =>
      denseFeedForward({
        module: `${base.path}mlp`,
        hidden: sizes.hidden,
        width,
        bias,
        names: { gate: 'w2', up: 'w1', down: 'c_proj' },
      }),
  });
};
