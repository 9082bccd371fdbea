import type { Family } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { groupedAttention } from '../../parts/groupedAttention';
import { llamaLike } from '../../parts/llamaLike';

/** Phi-3-small: layer norms and biases everywhere, every second layer attends to blocks alone; the head is tied. */
export const phi3Small: Family = (context) => {
  const { config } = context;
  const multiplier = config.number('ff_dim_multiplier');
  config.understood(
    'blocksparse_block_size',
    'blocksparse_homo_head_pattern',
    'blocksparse_num_local_blocks',
    'blocksparse_triton_kernel_block_size',
    'blocksparse_vert_stride',
    'dense_attention_every_n_layers',
    'gegelu_pad_to_256',
    'pad_sequence_to_multiple_of_64',
    'attention_bias',
    'mup_use_scaling',
    'rope_embedding_base',
    'rope_position_scale',
    'dummy_token_indices',
  );
  return llamaLike(context, {
    norm: 'layer',
    finalNorm: 'final_layernorm',
    attention: (_, base) =>
      groupedAttention({
        module: `${base.path}self_attn`,
        hidden: base.sizes.hidden,
        queryHeads: base.sizes.heads,
        kvHeads: base.sizes.kvHeads,
        headDim: base.sizes.headDim,
        qkvBias: true,
        outBias: true,
        fused: 'query_key_value',
        names: { output: 'dense' },
      }),
    feedForward: (_, base) =>
      denseFeedForward({
        module: `${base.path}mlp`,
        hidden: base.sizes.hidden,
        width:
          multiplier === undefined
            ? config.integer('ff_intermediate_size')
            : Math.floor(multiplier * base.sizes.hidden),
        bias: true,
        fused: 'up_proj',
      }),
  });
};
