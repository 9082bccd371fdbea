import type { Family } from '../../family';
import { NO_FEED_FORWARD, NO_MIXER } from '../../parts/block';
import { denseFeedForward, expertFeedForward } from '../../parts/feedForward';
import { planLayers, type LayerPlan } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import { headOf } from '../../parts/head';
import { mamba2 } from '../../parts/mamba';
import { transformerSizes } from '../../parts/sizes';
import { lookup, norm } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';

const KINDS: Readonly<Record<string, string>> = { mamba: 'M', attention: '*', mlp: '-', moe: 'E' };

/** Nemotron-H and Nemotron 3: each layer is one thing alone, spelled in a pattern: Mamba 2, attention, network, experts. */
export const nemotronH: Family = ({ config }) => {
  const sizes = transformerSizes(config);
  const { hidden, vocabulary } = sizes;
  const pattern =
    config.text('hybrid_override_pattern') ??
    config
      .texts('layers_block_type')
      ?.map((kind) => KINDS[kind] ?? '?')
      .join('');
  if (pattern === undefined) throw new ReadFailure('missing-key', 'hybrid_override_pattern is not said.');
  const head = headOf(config, hidden, vocabulary);
  config.understood(
    'time_step_limit',
    'time_step_floor',
    'time_step_min',
    'time_step_max',
    'rescale_prenorm_residual',
    'residual_in_fp32',
    'use_mamba_kernels',
    'mamba_hidden_act',
    'mamba_ssm_cache_dtype',
    'mamba_num_groups',
    'chunk_size',
    'expand',
    'sliding_window',
    'num_nextn_predict_layers',
    'mtp_hybrid_override_pattern',
    'mtp_layers_block_type',
    'attention_head_dim',
    'moe_shared_expert_overlap',
  );
  const path = 'backbone.layers.{layer}.';
  const module = `${path}mixer`;
  const others = norm(`${path}norm`, hidden, 'rms');
  const bias = config.flag(false, 'attention_bias');
  const mlpBias = config.flag(false, 'mlp_bias');
  const build = (kind: string): LayerPlan => {
    switch (kind) {
      case 'M':
        return {
          mixer: mamba2({
            module,
            hidden,
            heads: config.integer('mamba_num_heads'),
            headDim: config.integer('mamba_head_dim'),
            state: config.integer('ssm_state_size'),
            groups: config.integer('n_groups'),
            kernel: config.integer('conv_kernel'),
            bias: config.flag(false, 'use_bias', 'mamba_proj_bias'),
            convolutionBias: config.flag(true, 'use_conv_bias'),
          }),
          feedForward: NO_FEED_FORWARD,
          others,
        };
      case '*':
        return {
          mixer: groupedAttention({
            module,
            hidden,
            queryHeads: sizes.heads,
            kvHeads: sizes.kvHeads,
            headDim: sizes.headDim,
            qkvBias: bias,
            outBias: bias,
          }),
          feedForward: NO_FEED_FORWARD,
          others,
        };
      case '-':
        return {
          mixer: NO_MIXER,
          feedForward: denseFeedForward({
            module,
            hidden,
            width: config.integer('intermediate_size'),
            gated: false,
            bias: mlpBias,
          }),
          others,
        };
      case 'E':
        if (config.optional('moe_latent_size') !== undefined) {
          throw new ReadFailure('unsupported', 'Experts in a latent space (moe_latent_size) are not known.');
        }
        return {
          mixer: NO_MIXER,
          feedForward: expertFeedForward({
            module,
            hidden,
            width: config.integer('moe_intermediate_size'),
            experts: config.integer('n_routed_experts'),
            expertsPerToken: config.integer('num_experts_per_tok'),
            sharedWidth:
              config.integerOr(0, 'n_shared_experts') *
              config.integerOr(0, 'moe_shared_expert_intermediate_size'),
            sharedPath: 'shared_experts',
            correctionBias: true,
            gated: false,
            bias: mlpBias,
          }),
          others,
        };
      default:
        throw new ReadFailure(
          'contradiction',
          `The layer pattern holds "${kind}", which stands for no layer.`,
        );
    }
  };
  config.understood(
    'moe_intermediate_size',
    'n_routed_experts',
    'num_experts_per_tok',
    'n_shared_experts',
    'moe_shared_expert_intermediate_size',
    'moe_latent_size',
    'mlp_bias',
    'intermediate_size',
    'mamba_proj_bias',
  );
  if (pattern.length !== sizes.layers) {
    throw new ReadFailure(
      'contradiction',
      `The layer pattern has ${String(pattern.length)} layers, num_hidden_layers says ${String(sizes.layers)}.`,
    );
  }
  return {
    kind: 'decoder',
    hidden,
    vocabulary,
    maxContext: config.optional('max_position_embeddings') ?? null,
    layers: planLayers(
      sizes.layers,
      (index) => pattern[index] ?? '',
      (index) => build(pattern[index] ?? ''),
    ),
    outside: [
      lookup('backbone.embeddings', vocabulary, hidden),
      ...norm('backbone.norm_f', hidden, 'rms'),
      ...head.weights,
    ],
    tiedHead: head.tied,
  };
};
