import type { Config } from '../../config';
import type { Family, FamilyContext } from '../../family';
import type { MixerBlock } from '../../parts/block';
import { gatedDeltaNet } from '../../parts/gatedDeltaNet';
import { groupedAttention } from '../../parts/groupedAttention';
import { llamaLike, plainFeedForward, type BlockContext, type LlamaLike } from '../../parts/llamaLike';
import { qwenExperts, sparseLayers } from './qwenMoe';

/** Which layers attend in full: as `layer_types` lists them, or every `full_attention_interval`-th. */
export function fullAttentionLayers(config: Config): (index: number) => boolean {
  const interval = Math.max(1, config.integerOr(4, 'full_attention_interval'));
  const types = config.texts('layer_types');
  return (index) => (types === undefined ? (index + 1) % interval === 0 : types[index] === 'full_attention');
}

/** Three gated delta nets, then one gated full attention; the shape of Qwen3-Next and Qwen3.5. */
export function deltaHybrid(
  context: FamilyContext,
  projections: 'fused' | 'apart',
  options: LlamaLike = {},
): ReturnType<Family> {
  const { config } = context;
  const isFull = fullAttentionLayers(config);
  const sparse = config.optional('num_experts') !== undefined;
  const isSparse = sparseLayers(config);
  const experts = sparse ? qwenExperts(config) : null;
  config.understood(
    'attention_bias',
    'intermediate_size',
    'sliding_window',
    'use_sliding_window',
    'attn_output_gate',
  );
  return llamaLike(context, {
    window: { slides: () => false },
    describe: (index) => `${String(isFull(index))} ${String(isSparse(index))}`,
    attention: (index, base) =>
      isFull(index) ? gatedFullAttention(config, base) : linear(config, base, projections),
    feedForward: (index, base) =>
      experts !== null && isSparse(index) ? experts(base) : plainFeedForward(base),
    ...options,
  });
}

function gatedFullAttention(config: Config, base: BlockContext): MixerBlock {
  const bias = config.flag(false, 'attention_bias');
  return groupedAttention({
    module: `${base.path}self_attn`,
    hidden: base.sizes.hidden,
    queryHeads: base.sizes.heads,
    kvHeads: base.sizes.kvHeads,
    headDim: base.sizes.headDim,
    qkvBias: bias,
    outBias: bias,
    qkNorm: 'head',
    outputGate: true,
  });
}

function linear(config: Config, base: BlockContext, projections: 'fused' | 'apart'): MixerBlock {
  return gatedDeltaNet({
    module: `${base.path}linear_attn`,
    hidden: base.sizes.hidden,
    keyHeads: config.integer('linear_num_key_heads'),
    valueHeads: config.integer('linear_num_value_heads'),
    keyHeadDim: config.integer('linear_key_head_dim'),
    valueHeadDim: config.integer('linear_value_head_dim'),
    kernel: config.integer('linear_conv_kernel_dim'),
    projections,
    stateElementBytes: 4,
  });
}

export const qwen3Next: Family = (context) => deltaHybrid(context, 'fused');
