import type { Config } from '../../config';
import type { Family } from '../../family';
import type { MixerBlock } from '../../parts/block';
import type { BlockContext } from '../../parts/llamaLike';
import { matrix, norm, vector } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';
import { deepseekLatent, expertLayers } from './deepseek';
import { indexerSchedule } from './hyV4';

/** A learned scale and shift of every head's logits. */
function softmaxScaling(module: string, heads: number): WeightTensor[] {
  return ['scale', 'bias'].map((name) => vector(`${module}.softmax_scaling.${name}`, heads, 'attention'));
}

function indexer(config: Config, module: string, hidden: number): WeightTensor[] {
  const heads = config.integer('index_n_heads');
  const dim = config.integer('index_head_dim');
  return [
    ...norm(`${module}.q_input_norm`, hidden, 'layer'),
    ...matrix(`${module}.wq_b`, heads * dim, hidden, 'attention'),
    ...matrix(`${module}.wk`, dim, hidden, 'attention'),
    ...norm(`${module}.k_norm`, dim, 'layer'),
    ...matrix(`${module}.weights_proj`, heads, hidden, 'attention'),
    ...softmaxScaling(module, heads),
  ];
}

interface LayerKind {
  rotary: boolean;
  /** Keys and values are another layer's. */
  shares: boolean;
  indexed: boolean;
}

function attention(config: Config, base: BlockContext, kind: LayerKind): MixerBlock {
  const { hidden, heads } = base.sizes;
  const module = `${base.path}self_attn`;
  const rank = config.integer('kv_lora_rank');
  const whole = config.integer('qk_nope_head_dim') + config.integer('qk_rope_head_dim');
  const ropeDim = kind.rotary ? config.integer('qk_rope_head_dim') : 0;
  const valueDim = config.integer('v_head_dim');
  const bias = config.flag(false, 'attention_bias');
  return {
    mixer: {
      kind: 'attention',
      queryHeads: heads,
      kvHeads: heads,
      keyHeadDim: whole,
      valueHeadDim: valueDim,
      latent: { rank, ropeDim },
      causal: true,
      ...(kind.shares ? { sharesCache: true } : {}),
    },
    weights: [
      ...matrix(`${module}.q_proj`, heads * whole, hidden, 'attention'),
      ...(kind.shares
        ? []
        : [
            ...matrix(`${module}.kv_a_proj_with_mqa`, rank + ropeDim, hidden, 'attention', { bias }),
            ...norm(`${module}.kv_a_layernorm`, rank, 'rms'),
          ]),
      ...matrix(`${module}.kv_b_proj`, heads * (whole - ropeDim + valueDim), rank, 'attention'),
      ...matrix(`${module}.o_proj`, hidden, heads * valueDim, 'attention', { bias }),
      ...softmaxScaling(module, heads),
      ...(kind.indexed ? indexer(config, `${module}.indexer`, hidden) : []),
    ],
  };
}

/** Mistral Large 4, text: latent attention without a query latent, every fourth layer without rotary part. */
export const mistralLarge4Text: Family = (context) => {
  const { config } = context;
  const rotary = config.integers('no_rope_layers');
  const every = Math.max(1, config.integerOr(4, 'no_rope_layer_interval'));
  const sources = config.integers('kv_source_layers');
  const isIndexed = indexerSchedule(config);
  const isSparse = expertLayers(config);
  const kindOf = (index: number): LayerKind => ({
    rotary: rotary === undefined ? (index + 1) % every !== 0 : rotary[index] !== 0,
    shares: sources !== undefined && sources[index] !== index,
    indexed: isIndexed(index),
  });
  config.understood('index_topk', 'layer_types', 'q_lora_rank');
  return deepseekLatent(context, false, isIndexed, {
    window: { slides: () => false },
    describe: (index) => `${JSON.stringify(kindOf(index))} ${String(isSparse(index))}`,
    attention: (index, base) => attention(config, base, kindOf(index)),
  });
};
