import type { Family } from '../../family';
import { denseFeedForward, expertFeedForward } from '../../parts/feedForward';
import { groupedAttention } from '../../parts/groupedAttention';
import { llamaLike } from '../../parts/llamaLike';
import { norm } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';

/** One number, or a list that says the same for every layer. */
function same(value: unknown): number | undefined {
  const list: unknown[] = Array.isArray(value) ? (value as unknown[]) : [value];
  const [first] = list;
  return typeof first === 'number' && list.every((each) => each === first) ? first : undefined;
}

/** Hunyuan-Large: experts with one shared; of every few layers the first alone has keys and values, the others use its. */
export const hunyuanLarge: Family = (context) => {
  const { config } = context;
  const width = config.integer('intermediate_size');
  const experts = config.integerOr(1, 'num_experts');
  const expertsPerToken = same(config.value('moe_topk')) ?? 1;
  const shared = same(config.value('num_shared_expert')) ?? 1;
  const ownWidth = config.value('moe_intermediate_size');
  const expertWidth = ownWidth === undefined ? width : same(ownWidth);
  if (expertWidth === undefined)
    throw new ReadFailure(
      'unsupported',
      'Experts that differ from layer to layer are not known in this family.',
    );
  const every = config.flag(false, 'use_cla') ? Math.max(1, config.integerOr(1, 'cla_share_factor')) : 1;
  const normed = config.flag(false, 'use_qk_norm');
  const bias = config.flag(false, 'attention_bias');
  const mixed = config.flag(false, 'use_mixed_mlp_moe');
  config.understood(
    'attention_head_dim',
    'moe_drop_tokens',
    'moe_random_routing_dropped_token',
    'moe_layer_num_skipped',
    'group_limited_greedy',
    'num_media_embeds',
    'norm_type',
    'use_rotary_pos_emb',
    'org_vocab_size',
    'mlp_bias',
    'capacity_factor',
  );
  if (config.flag(false, 'mlp_bias'))
    context.notes.doubt('unknown-key', 'Biases of the feed-forward part are not known here.');
  return llamaLike(context, {
    describe: (index) => String(index % every === 0),
    attention: (index, base) =>
      groupedAttention({
        module: `${base.path}self_attn`,
        hidden: base.sizes.hidden,
        queryHeads: base.sizes.heads,
        kvHeads: base.sizes.kvHeads,
        headDim: base.sizes.headDim,
        qkvBias: bias,
        outBias: bias,
        sharesCache: index % every !== 0,
      }),
    others: (_, base) =>
      normed
        ? ['query_layernorm', 'key_layernorm'].flatMap((name) =>
            norm(`${base.path}self_attn.${name}`, base.sizes.headDim, 'rms'),
          )
        : [],
    feedForward: (_, base) =>
      experts === 1
        ? denseFeedForward({ module: `${base.path}mlp`, hidden: base.sizes.hidden, width })
        : expertFeedForward({
            module: `${base.path}mlp`,
            hidden: base.sizes.hidden,
            width: expertWidth,
            experts,
            expertsPerToken,
            sharedWidth: mixed ? shared * width : 0,
            sharedPath: 'shared_mlp',
            router: 'gate.wg',
          }),
  });
};
