import type { Family } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { groupedAttention } from '../../parts/groupedAttention';
import { planLayers } from '../../parts/foldLayers';
import { layerCount, vocabularySize } from '../../parts/sizes';
import { lookup, matrix, norm } from '../../parts/tensors';

/** OpenELM: heads and widths grow from layer to layer, as lists say. */
export const openelm: Family = ({ config }) => {
  const hidden = config.integer('model_dim');
  const headDim = config.integer('head_dim');
  const queryHeads = config.integers('num_query_heads') ?? [];
  const kvHeads = config.integers('num_kv_heads') ?? [];
  const multipliers = (config.list('ffn_multipliers') ?? []).map(Number);
  const divisor = Math.max(1, config.integerOr(256, 'ffn_dim_divisor'));
  const gated = config.flag(true, 'ffn_with_glu');
  const normed = config.flag(true, 'normalize_qk_projections');
  const vocabulary = vocabularySize(config);
  const tied = config.flag(true, 'share_input_output_layers');
  config.understood(
    'num_gqa_groups',
    'qkv_multipliers',
    'normalization_layer_name',
    'max_context_length',
    'rope_max_length',
  );
  const path = 'transformer.layers.{layer}.';
  const width = (index: number): number => makeDivisible((multipliers[index] ?? 1) * hidden, divisor);
  const layers = planLayers(layerCount(config), String, (index) => ({
    mixer: groupedAttention({
      module: `${path}attn`,
      hidden,
      queryHeads: queryHeads[index] ?? 1,
      kvHeads: kvHeads[index] ?? 1,
      headDim,
      fused: 'qkv_proj',
      qkNorm: normed ? 'head' : 'none',
      names: { output: 'out_proj' },
    }),
    feedForward: denseFeedForward({
      module: `${path}ffn`,
      hidden,
      width: width(index),
      gated,
      fused: 'proj_1',
      names: { down: 'proj_2' },
    }),
    others: ['ffn_norm', 'attn_norm'].flatMap((name) => norm(path + name, hidden, 'rms')),
  }));
  return {
    kind: 'decoder',
    hidden,
    vocabulary,
    maxContext: config.optional('max_context_length') ?? null,
    layers,
    outside: [
      lookup('transformer.token_embeddings', vocabulary, hidden),
      ...norm('transformer.norm', hidden, 'rms'),
      ...(tied ? [] : matrix('lm_head', vocabulary, hidden, 'head')),
    ],
    tiedHead: tied,
  };
};

/** The nearest multiple, never more than a tenth below the value. */
function makeDivisible(value: number, divisor: number): number {
  const near = Math.max(divisor, Math.floor((value + divisor / 2) / divisor) * divisor);
  return near < 0.9 * value ? near + divisor : near;
}
