import type { Family } from '../../family';
import { groupedAttention } from '../../parts/groupedAttention';
import { llamaLike } from '../../parts/llamaLike';

/** Baichuan 1 and 2: Llama with query, key and value in one matrix. */
export const baichuan: Family = (context) =>
  llamaLike(context, {
    attention: (_, base) =>
      groupedAttention({
        module: `${base.path}self_attn`,
        hidden: base.sizes.hidden,
        queryHeads: base.sizes.heads,
        kvHeads: base.sizes.kvHeads,
        headDim: base.sizes.headDim,
        fused: 'W_pack',
      }),
  });
