import { isObject, type Config } from '../../config';
import type { Family } from '../../family';
import { latentAttention } from '../../parts/latentAttention';
import { matrix, norm } from '../../parts/tensors';
import { expertLayers, latentSizes } from './deepseek';
import { fineExperts, mixedDecoder } from './fineExperts';

/** Sizes of a layer's latent attention. */
interface LatentSizes {
  heads: number;
  queryRank: number | null;
  kvRank: number;
  nopeDim: number;
  ropeDim: number;
  valueDim: number;
}

/** What sliding layers have where a file says neither its own spelling of them nor sizes layer by layer. */
const SLIDING: Readonly<Record<string, number>> = {
  num_attention_heads: 64,
  q_lora_rank: 1024,
  kv_lora_rank: 1024,
  head_dim: 256,
  qk_nope_head_dim: 192,
  v_head_dim: 128,
};

/** Sliding layers have sizes of their own: under names that begin with `swa_`, or, in a saved file, layer by layer. */
function slidingSizes(config: Config, index: number, layers: number): LatentSizes {
  const all = config.object('per_layer_config');
  const width = String(layers - 1).length;
  const layer = all?.[String(index).padStart(width, '0')] ?? all?.[String(index)];
  const size = (key: string): number => {
    const said = isObject(layer) ? layer[key] : undefined;
    if (typeof said === 'number') return said;
    // A saved file leaves out what is as in the other layers.
    return all === undefined
      ? (config.optional(`swa_${key}`) ?? SLIDING[key] ?? config.integer(key))
      : config.integer(key);
  };
  const nopeDim = size('qk_nope_head_dim');
  const rope = isObject(layer) ? layer.qk_rope_head_dim : config.value('swa_qk_rope_head_dim');
  const saved = all === undefined ? size('head_dim') - nopeDim : config.integer('qk_rope_head_dim');
  return {
    heads: size('num_attention_heads'),
    queryRank: size('q_lora_rank'),
    kvRank: size('kv_lora_rank'),
    nopeDim,
    ropeDim: typeof rope === 'number' ? rope : saved,
    valueDim: size('v_head_dim'),
  };
}

/** dots 3 Note, text: three sliding latent attentions to one that picks its keys, a gate a head, DeepSeek's experts. */
export const dots3Text: Family = (context) => {
  const { config } = context;
  const sizes = latentSizes(config);
  const types = config.texts('layer_types');
  const slidesAtAll = config.flag(true, 'use_sliding_window');
  const sparse = config.value('use_dsa') !== false;
  const slides = (index: number): boolean =>
    types === undefined ? slidesAtAll && index >= 2 && index % 4 !== 1 : types[index] === 'sliding_attention';
  const isIndexed = (index: number): boolean => {
    if (slides(index)) return false;
    const type = types?.[index];
    if (config.says('use_dsa') || !config.says('per_layer_config')) return sparse;
    return type === 'indexed_attention';
  };
  const window = config.optional('sliding_window', 'sliding_window_size') ?? 512;
  const bias = config.flag(false, 'attention_bias');
  config.understood(
    'mlp_bias',
    'index_topk',
    'swa_num_key_value_heads',
    'swa_rope_theta',
    'num_nextn_predict_layers',
  );
  return mixedDecoder(context, {
    sizes,
    describe: (index) =>
      `${String(isIndexed(index))} ${slides(index) ? JSON.stringify(slidingSizes(config, index, sizes.layers)) : ''}`,
    attention: (index, base) => {
      const module = `${base.path}self_attn`;
      const { hidden } = sizes;
      const own: LatentSizes = slides(index)
        ? slidingSizes(config, index, sizes.layers)
        : {
            heads: sizes.heads,
            queryRank: config.optional('q_lora_rank') ?? null,
            kvRank: config.integer('kv_lora_rank'),
            nopeDim: config.integer('qk_nope_head_dim'),
            ropeDim: config.integer('qk_rope_head_dim'),
            valueDim: config.integer('v_head_dim'),
          };
      const block = latentAttention({
        module,
        hidden,
        ...own,
        bias,
        ...(isIndexed(index)
          ? { indexer: { heads: config.integer('index_n_heads'), dim: config.integer('index_head_dim') } }
          : {}),
        ...(slides(index) ? { window } : {}),
      });
      return {
        mixer: block.mixer,
        weights: [
          ...block.weights,
          ...norm(`${module}.k_rope_only_layernorm`, own.ropeDim, 'rms'),
          ...matrix(`${module}.g_proj`, own.heads, hidden, 'attention'),
        ],
      };
    },
    isSparse: expertLayers(config),
    experts: fineExperts(config, {
      correctionBias: true,
      sharedWidth:
        config.integerOr(1, 'n_shared_experts') *
        (config.optional('moe_shared_expert_intermediate_size') ??
          config.integer('shared_experts_intermediate_size')),
    }),
  });
};
