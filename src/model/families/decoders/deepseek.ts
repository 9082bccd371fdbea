import type { Config } from '../../config';
import type { Family, FamilyContext } from '../../family';
import type { FeedForwardBlock, MixerBlock } from '../../parts/block';
import { expertFeedForward } from '../../parts/feedForward';
import { latentAttention } from '../../parts/latentAttention';
import {
  llamaLike,
  plainAttention,
  plainFeedForward,
  type BlockContext,
  type LlamaLike,
} from '../../parts/llamaLike';
import { headCount, hiddenSize, layerCount, vocabularySize, type Sizes } from '../../parts/sizes';

/** Which layers hold experts: from `first_k_dense_replace` on, every `moe_layer_freq`-th; or as a list says. */
export function expertLayers(config: Config): (index: number) => boolean {
  const first = config.integerOr(0, 'first_k_dense_replace');
  const types = config.texts('mlp_layer_types');
  const listed = config.list('moe_layer_freq');
  if (types !== undefined) return (index) => types[index] === 'sparse';
  if (listed !== undefined) return (index) => listed[index] === 1 || listed[index] === true;
  const every = Math.max(1, config.integerOr(1, 'moe_layer_freq'));
  return (index) => index >= first && index % every === 0;
}

export interface DeepseekExperts {
  correctionBias: boolean;
}

/** Routed experts, and shared ones that add up to one network of their width together. */
export function deepseekExperts(
  config: Config,
  options: DeepseekExperts,
): (base: BlockContext) => FeedForwardBlock {
  const experts = config.integer('n_routed_experts', 'num_local_experts', 'num_experts');
  const picked = config.optional('num_experts_per_tok');
  if (picked === undefined) {
    config.notes.doubt('missing-key', 'num_experts_per_tok is not said: all experts are reckoned as active.');
  }
  const expertsPerToken = picked ?? experts;
  const width = config.integer('moe_intermediate_size');
  const shared = config.integerOr(0, 'n_shared_experts');
  return (base) =>
    expertFeedForward({
      module: `${base.path}mlp`,
      hidden: base.sizes.hidden,
      width,
      experts,
      expertsPerToken,
      sharedWidth: shared * width,
      sharedPath: 'shared_experts',
      correctionBias: options.correctionBias,
    });
}

function latent(config: Config, sizes: Sizes, path: string, indexed: boolean): MixerBlock {
  const bias = config.flag(false, 'attention_bias');
  return latentAttention({
    module: `${path}self_attn`,
    hidden: sizes.hidden,
    heads: sizes.heads,
    queryRank: config.optional('q_lora_rank') ?? null,
    kvRank: config.integer('kv_lora_rank'),
    nopeDim: config.integer('qk_nope_head_dim'),
    ropeDim: config.integer('qk_rope_head_dim'),
    valueDim: config.integer('v_head_dim'),
    bias,
    ...(indexed
      ? {
          indexer: {
            heads: config.integer('index_n_heads'),
            dim: config.integer('index_head_dim'),
            topKeys: config.optional('index_topk'),
          },
        }
      : {}),
  });
}

/** Sizes of a model whose heads are given by their latent parts: `head_dim` and KV heads have no say. */
export function latentSizes(config: Config): Sizes {
  const heads = headCount(config);
  config.understood('head_dim', 'num_key_value_heads');
  const keyDim = config.integer('qk_nope_head_dim') + config.integer('qk_rope_head_dim');
  if ((config.optional('qk_head_dim') ?? keyDim) !== keyDim)
    config.notes.doubt('contradiction', 'qk_head_dim is not the sum of its two parts.');
  return {
    hidden: hiddenSize(config),
    layers: layerCount(config),
    heads,
    kvHeads: heads,
    headDim: keyDim,
    vocabulary: vocabularySize(config),
  };
}

/** Draft layers for multi-token prediction are announced here and stored beside the model; the model does without. */
const DRAFT_KEYS = [
  'num_nextn_predict_layers',
  'num_mtp_layers',
  'mtp_num_hidden_layers',
  'mtp_use_dedicated_embeddings',
];

/** Latent attention in every layer, experts in most; `isIndexed` names the layers that pick their keys. */
export function deepseekLatent(
  context: FamilyContext,
  correctionBias: boolean,
  isIndexed: (index: number) => boolean,
  options: LlamaLike = {},
) {
  const { config } = context;
  config.understood(
    ...DRAFT_KEYS,
    'ep_size',
    'intermediate_size',
    'moe_intermediate_size',
    'n_shared_experts',
  );
  const isSparse = expertLayers(config);
  const hasExperts = config.optional('n_routed_experts', 'num_local_experts', 'num_experts') !== undefined;
  const experts = hasExperts ? deepseekExperts(config, { correctionBias }) : null;
  const sizes = latentSizes(config);
  return llamaLike(context, {
    sizes,
    describe: (index) => `${String(isSparse(index))} ${String(isIndexed(index))}`,
    attention: (index, base) => latent(config, sizes, base.path, isIndexed(index)),
    feedForward: (index, base) =>
      experts !== null && isSparse(index) ? experts(base) : plainFeedForward(base),
    ...options,
  });
}

/** DeepSeek-MoE 16B: Llama's attention with fine-grained experts. */
export const deepseek: Family = (context) => {
  const { config } = context;
  const bias = config.flag(false, 'attention_bias');
  const isSparse = expertLayers(config);
  const hasExperts = config.optional('n_routed_experts') !== undefined;
  const experts = hasExperts ? deepseekExperts(config, { correctionBias: false }) : null;
  return llamaLike(context, {
    qkvBias: bias,
    outBias: bias,
    describe: (index) => String(isSparse(index)),
    attention: (index, base) => plainAttention(index, base, { qkvBias: bias, outBias: bias }),
    feedForward: (index, base) =>
      experts !== null && isSparse(index) ? experts(base) : plainFeedForward(base),
  });
};

/** DeepSeek-V2: latent attention; the multi-head form where `use_mla` is false. */
export const deepseekV2: Family = (context) =>
  context.config.flag(true, 'use_mla')
    ? deepseekLatent(context, context.config.text('topk_method') === 'noaux_tc', () => false)
    : deepseek(context);

/** DeepSeek-V3, R1 and Kimi K2: V2 with a correction bias on the router. */
export const deepseekV3: Family = (context) => deepseekLatent(context, true, () => false);

/** DeepSeek-V3.2: V3 with an indexer that picks the keys each query attends to. */
export const deepseekV32: Family = (context) => {
  context.config.understood('index_topk', 'mlp_bias', 'indexer_rope_interleave');
  return deepseekLatent(context, true, () => true);
};

/** GLM-5: the same build; later releases share one layer's indexer among the next few. */
export const glmMoeDsa: Family = (context) => {
  const { config } = context;
  config.understood(
    'index_topk',
    'mlp_bias',
    'index_topk_freq',
    'index_skip_topk_offset',
    'index_share_for_mtp_iteration',
    'indexer_rope_interleave',
  );
  const types = config.texts('indexer_types');
  return deepseekLatent(context, true, (index) => types === undefined || types[index] === 'full');
};
