import type { Config } from '../../config';
import type { Family } from '../../family';
import type { MixerBlock } from '../../parts/block';
import { llamaLike, type BlockContext } from '../../parts/llamaLike';
import { streamHead, streamMixer } from '../../parts/residualStreams';
import { matrix, norm, vector } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';
import type { AttentionMixer, Mixer, WeightTensor } from '../../spec';
import { fineExperts } from './fineExperts';

const SPARSE = 'compressed_sparse_attention';
const HEAVY = 'heavily_compressed_attention';
const DEFAULT_RATES: Readonly<Record<string, number>> = { [SPARSE]: 4, [HEAVY]: 128 };

/** Published files give each layer the number of tokens it folds into one entry; 0 folds none. */
const TYPE_OF_RATIO: Readonly<Record<number, string>> = { 0: 'sliding_attention', 4: SPARSE, 128: HEAVY };

function layerTypes(config: Config): (index: number) => string {
  const types = config.texts('layer_types');
  const ratios = config.integers('compress_ratios');
  return (index) => {
    if (types !== undefined) return types[index] ?? '';
    if (ratios !== undefined) return TYPE_OF_RATIO[ratios[index] ?? 0] ?? '';
    // Two heavily compressed layers first; then the kinds take turns.
    return index < 2 || index % 2 === 0 ? HEAVY : SPARSE;
  };
}

/** Tokens that one entry of the cache stands for. */
function compressRate(config: Config, type: string): number {
  const said = config.object('compress_rates')?.[type];
  const key = type === SPARSE ? 'compress_rate_csa' : 'compress_rate_hca';
  const rate =
    config.optional(key) ?? (typeof said === 'number' ? said : (DEFAULT_RATES[type] ?? Number.NaN));
  if (!Number.isInteger(rate) || rate < 1)
    throw new ReadFailure('contradiction', `compress_rates of ${type} is no number of tokens.`);
  return rate;
}

/** What folds `rate` tokens into one: keys, gates, a place for each token; the sparse kind folds twice over, overlapping. */
function fold(module: string, hidden: number, width: number, rate: number, twice: boolean): WeightTensor[] {
  const out = twice ? 2 * width : width;
  return [
    ...matrix(`${module}.kv_proj`, out, hidden, 'attention'),
    ...matrix(`${module}.gate_proj`, out, hidden, 'attention'),
    vector(`${module}.position_bias`, [rate, out], 'attention'),
    ...norm(`${module}.kv_norm`, width, 'rms'),
  ];
}

interface V4Attention extends MixerBlock {
  /** The cache of folded tokens. */
  folded?: Mixer;
}

function attention(config: Config, base: BlockContext, type: string): V4Attention {
  const { hidden, heads, headDim } = base.sizes;
  const module = `${base.path}self_attn`;
  const rank = config.integer('q_lora_rank');
  const groups = Math.max(1, config.integer('o_groups'));
  const outRank = config.integer('o_lora_rank');
  const weights: WeightTensor[] = [
    ...matrix(`${module}.q_a_proj`, rank, hidden, 'attention'),
    ...norm(`${module}.q_a_norm`, rank, 'rms'),
    ...matrix(`${module}.q_b_proj`, heads * headDim, rank, 'attention'),
    ...matrix(`${module}.kv_proj`, headDim, hidden, 'attention'),
    ...norm(`${module}.kv_norm`, headDim, 'rms'),
    ...matrix(`${module}.o_a_proj`, groups * outRank, Math.floor((heads * headDim) / groups), 'attention'),
    ...matrix(`${module}.o_b_proj`, hidden, groups * outRank, 'attention'),
    vector(`${module}.sinks`, heads, 'attention'),
  ];
  const cached = (width: number): AttentionMixer => ({
    kind: 'attention',
    queryHeads: heads,
    kvHeads: 1,
    keyHeadDim: headDim,
    valueHeadDim: headDim,
    latent: { rank: width, ropeDim: 0 },
    causal: true,
  });
  // One vector a token is key and value at once.
  const mixer: Mixer = { ...cached(headDim), window: config.integer('sliding_window') };
  if (type === 'sliding_attention') return { mixer, weights };
  const rate = compressRate(config, type);
  const sparse = type === SPARSE;
  weights.push(...fold(`${module}.compressor`, hidden, headDim, rate, sparse));
  if (!sparse) return { mixer, weights, folded: cached(headDim / rate) };
  const indexer = `${module}.compressor.indexer`;
  const indexHeads = config.integer('index_n_heads');
  const indexDim = config.integer('index_head_dim');
  weights.push(
    ...fold(indexer, hidden, indexDim, rate, true),
    ...matrix(`${indexer}.q_b_proj`, indexHeads * indexDim, rank, 'attention'),
    ...matrix(`${indexer}.scorer.weights_proj`, indexHeads, hidden, 'attention'),
  );
  return { mixer, weights, folded: cached((headDim + indexDim) / rate) };
}

/**
 * DeepSeek-V4: a short window over single vectors that are key and value at once; beyond it, groups of tokens folded
 * into one entry each. Several residual streams, mixed before and after each half; the first layers pick experts by a
 * table of tokens, which is no weight.
 *
 * The cache beyond the window is told as a second mixer that keeps `width ÷ rate` elements a token.
 */
export const deepseekV4: Family = (context) => {
  const { config } = context;
  const typeOf = layerTypes(config);
  const mlpTypes = config.texts('mlp_layer_types');
  const hashed = config.integerOr(3, 'num_hash_layers');
  const isHashed = (index: number): boolean =>
    mlpTypes === undefined ? index < hashed : mlpTypes[index] === 'hash_moe';
  const streams = config.integer('hc_mult');
  const width = config.integer('moe_intermediate_size', 'intermediate_size');
  if (config.integerOr(1, 'n_shared_experts') !== 1)
    context.notes.doubt('shared-experts', 'This family is known with one shared expert.');
  if (config.flag(false, 'attention_bias'))
    context.notes.doubt('unknown-key', 'Biases are not known in this family.');
  const sharedBias = config.flag(false, 'mlp_bias');
  config.understood(
    'num_nextn_predict_layers',
    'qk_rope_head_dim',
    'num_key_value_heads',
    'compress_rope_theta',
    'index_topk',
    'hc_sinkhorn_iters',
    'hc_eps',
    'expert_dtype',
    'scale_fmt',
    'topk_method',
    'sliding_window',
  );
  const folded = new Map<string, MixerBlock>();
  const model = llamaLike(context, {
    window: { slides: () => false },
    describe: (index) => `${typeOf(index)} ${String(isHashed(index))}`,
    attention: (index, base) => {
      const { mixer, weights, folded: second } = attention(config, base, typeOf(index));
      if (second !== undefined) folded.set(typeOf(index), { mixer: second, weights: [] });
      return { mixer, weights };
    },
    feedForward: (index, base) =>
      fineExperts(config, {
        width,
        sharedWidth: width,
        sharedBias,
        correctionBias: !isHashed(index),
      })(base),
    others: (_, base) =>
      ['attn_hc', 'ffn_hc'].flatMap((name) =>
        streamMixer(base.path + name, base.sizes.hidden, streams, {
          rows: (2 + streams) * streams,
          scales: 3,
        }),
      ),
  });
  return {
    ...model,
    layers: model.layers.map((plan, index) => {
      const second = folded.get(typeOf(index));
      return second === undefined ? plan : { ...plan, second };
    }),
    outside: [...model.outside, ...streamHead('model.hc_head', model.hidden, streams)],
  };
};
