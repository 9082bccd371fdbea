import type { Config } from '../../config';
import type { Family } from '../../family';
import { deltaAttention } from '../../parts/deltaAttention';
import { latentAttention } from '../../parts/latentAttention';
import type { BlockContext } from '../../parts/llamaLike';
import type { MixerBlock } from '../../parts/block';
import { streamHead, streamMixer } from '../../parts/residualStreams';
import { matrix, vector } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';
import { deepseekLatent, expertLayers } from './deepseek';

/** Latent attention with the sizes that the file says, and an indexer where this layer has one of its own. */
function latent(config: Config, base: BlockContext, indexed: boolean): MixerBlock {
  return latentAttention({
    module: `${base.path}self_attn`,
    hidden: base.sizes.hidden,
    heads: base.sizes.heads,
    queryRank: config.optional('q_lora_rank') ?? null,
    kvRank: config.integer('kv_lora_rank'),
    nopeDim: config.integer('qk_nope_head_dim'),
    ropeDim: config.integer('qk_rope_head_dim'),
    valueDim: config.integer('v_head_dim'),
    bias: config.flag(false, 'attention_bias'),
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

/** Layers with an indexer of their own, where the file gives a schedule in place of a list. */
export function indexerSchedule(config: Config): (index: number) => boolean {
  const types = config.texts('indexer_types');
  const pattern = config.value('index_topk_pattern');
  const letters = typeof pattern === 'string' ? [...pattern] : null;
  const every = Math.max(1, config.integerOr(1, 'index_topk_freq'));
  const offset = config.integerOr(2, 'index_skip_topk_offset');
  return (index) => {
    if (types !== undefined) return types[index] === 'full';
    if (letters !== null) return letters[index] === 'F';
    return Math.max(index - offset + 1, 0) % every === 0;
  };
}

/** Hunyuan 4: latent attention with sinks, a gate on every value, four residual streams; most layers share an indexer. */
export const hyV4: Family = (context) => {
  const { config } = context;
  const types = config.texts('indexer_types');
  const isIndexed = (index: number): boolean =>
    types === undefined ? index === 0 || (index - 1) % 4 === 0 : types[index] === 'full';
  const streams = config.integer('hc_mult');
  const valueDim = config.integer('v_head_dim');
  config.understood('index_topk', 'layer_types', 'learnable_sink_init', 'hc_magnitude');
  const model = deepseekLatent(context, true, isIndexed, {
    window: { slides: () => false },
    attention: (index, base) => {
      const block = latent(config, base, isIndexed(index));
      const { heads, hidden } = base.sizes;
      const own: WeightTensor[] = [
        ...matrix(`${base.path}self_attn.gate_proj`, heads * valueDim, hidden, 'attention'),
        vector(`${base.path}self_attn.sinks`, heads, 'attention'),
      ];
      return { mixer: block.mixer, weights: [...block.weights, ...own] };
    },
    others: (_, base) =>
      ['attn_hc', 'ffn_hc'].flatMap((name) =>
        streamMixer(base.path + name, base.sizes.hidden, streams, { rows: 2 * streams, scales: 2 }),
      ),
  });
  return { ...model, outside: [...model.outside, ...streamHead('model.hc_head', model.hidden, streams)] };
};

/** GLM-5 Next, text: three delta attentions to one latent attention without rotary part, four residual streams. */
export const glm5NextText: Family = (context) => {
  const { config } = context;
  const types = config.texts('layer_types');
  const isLinear = (index: number): boolean =>
    types === undefined ? index % 4 !== 3 : types[index] === 'linear_attention';
  const schedule = indexerSchedule(config);
  const isSparse = expertLayers(config);
  const isIndexed = (index: number): boolean => !isLinear(index) && schedule(index);
  const linear = config.section('linear_attn_config', {});
  linear?.understood('gate_lower_bound', 'safe_gate', 'full_attn_layers', 'kda_layers');
  const streams = config.integer('hc_mult');
  config.understood(
    'index_topk',
    'index_kpool_always_select_tail',
    'linear_lower_bound',
    'hc_sinkhorn_iters',
    'swiglu_limit',
  );
  const heads = linear?.optional('num_heads') ?? config.integer('linear_num_heads');
  const headDim = linear?.optional('head_dim') ?? config.integer('linear_head_dim');
  const kernel = linear?.optional('short_conv_kernel_size') ?? config.integer('linear_conv_kernel_dim');
  const pool = config.integer('index_kpool');
  const indexDim = config.integer('index_head_dim');
  return deepseekLatent(context, true, isIndexed, {
    window: { slides: () => false },
    describe: (index) => `${String(isLinear(index))} ${String(isIndexed(index))} ${String(isSparse(index))}`,
    attention: (index, base) => {
      const module = `${base.path}self_attn`;
      const { hidden } = base.sizes;
      if (isLinear(index))
        return deltaAttention({ module, hidden, heads, headDim, kernel, gates: 'low-rank' });
      const block = latent(config, base, isIndexed(index));
      if (!isIndexed(index)) return block;
      const own: WeightTensor[] = [
        vector(`${module}.indexer.index_kpool_compress_ape`, [pool, indexDim], 'attention'),
        ...matrix(`${module}.indexer.index_kpool_compress_gate`, indexDim, hidden, 'attention'),
      ];
      return { mixer: block.mixer, weights: [...block.weights, ...own] };
    },
    others: (_, base) =>
      ['attn_hc', 'ffn_hc'].flatMap((name) =>
        streamMixer(base.path + name, base.sizes.hidden, streams, {
          rows: (2 + streams) * streams,
          scales: 3,
        }),
      ),
  });
};
