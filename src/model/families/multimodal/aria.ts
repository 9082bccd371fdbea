import type { Family } from '../../family';
import { groupedAttention } from '../../parts/groupedAttention';
import { matrix, norm, vector } from '../../parts/tensors';
import { joined, readParts } from './wrapper';

/** Aria: learned queries look at the patches, as many as the picture's size asks for. */
export const aria: Family = (context) => {
  const { config } = context;
  const parts = readParts(context, { text: 'aria_text', tower: 'idefics3_vision' });
  const wide = parts.tower.hidden;
  const { hidden } = parts.text;
  const p = 'model.multi_modal_projector';
  const rows = config.integer('max_value_projector_patch_to_query_dict');
  const values = Object.values(config.object('projector_patch_to_query_dict') ?? {});
  const most = values.reduce<number>(
    (largest, one) => (typeof one === 'number' && one > largest ? one : largest),
    0,
  );
  const table = most > 0 && !config.says('max_value_projector_patch_to_query_dict') ? most : rows;
  return joined(parts, {
    projector: [
      vector(`${p}.query`, [table, wide], 'other'),
      ...['q_proj', 'k_proj', 'v_proj'].flatMap((name) =>
        matrix(`${p}.cross_attn.${name}`, wide, wide, 'vision'),
      ),
      ...groupedAttention({
        module: `${p}.cross_attn.multihead_attn`,
        hidden: wide,
        queryHeads: 1,
        kvHeads: 1,
        headDim: wide,
        qkvBias: true,
        outBias: true,
        causal: false,
        fused: 'in_proj',
        names: { output: 'out_proj' },
      }).weights,
      ...matrix(`${p}.cross_attn.linear`, wide, wide, 'vision', { bias: true }),
      ...norm(`${p}.cross_attn.layer_norm`, wide, 'layer'),
      ...norm(`${p}.cross_attn.layer_norm_kv`, wide, 'layer'),
      ...norm(`${p}.layer_norm`, wide, 'layer'),
      ...matrix(`${p}.feed_forward.linear_in`, hidden, wide, 'vision'),
      ...matrix(`${p}.feed_forward.linear_out`, hidden, hidden, 'vision'),
    ],
  });
};
