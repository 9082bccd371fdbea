import type { Family } from '../../family';
import { llamaLike } from '../../parts/llamaLike';
import { transformerSizes } from '../../parts/sizes';
import { vector } from '../../parts/tensors';

/** StableLM: Llama with layer norms; the parallel form has one norm a block. */
export const stablelm: Family = (context) => {
  const { config } = context;
  const sizes = transformerSizes(config);
  const perHead = config.flag(false, 'qk_layernorm');
  return llamaLike(context, {
    sizes,
    norm: 'layer',
    qkvBias: config.flag(false, 'use_qkv_bias'),
    blockNorms: config.flag(false, 'use_parallel_residual')
      ? ['input_layernorm']
      : ['input_layernorm', 'post_attention_layernorm'],
    others: (_, base) =>
      perHead
        ? [
            vector(`${base.path}self_attn.q_layernorm.weight`, sizes.heads * sizes.headDim, 'norms'),
            vector(`${base.path}self_attn.k_layernorm.weight`, sizes.kvHeads * sizes.headDim, 'norms'),
          ]
        : [],
  });
};
