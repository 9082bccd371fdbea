import type { Family } from '../../family';
import type { Config } from '../../config';
import { NO_FEED_FORWARD, NO_MIXER, type FeedForwardBlock } from '../../parts/block';
import { denseFeedForward, expertFeedForward } from '../../parts/feedForward';
import { planLayers, type LayerPlan } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import { headOf } from '../../parts/head';
import { mamba2, STATE_SPACE_KEYS } from '../../parts/mamba';
import { headCount, headWidth, hiddenSize, kvHeadCount, vocabularySize } from '../../parts/sizes';
import { lookup, matrix, norm, vector } from '../../parts/tensors';
import { ReadFailure } from '../../readFailure';

const KINDS: Readonly<Record<string, string>> = {
  mamba: 'M',
  linear_attention: 'M',
  attention: '*',
  full_attention: '*',
  mlp: '-',
  moe: 'E',
};

/** The class's own four layers, where a file says none. */
const DEFAULT_PATTERN = 'ME*-';

/** Nemotron-H and Nemotron 3: each layer is one thing alone, spelled in a pattern: Mamba 2, attention, network, experts. */
export const nemotronH: Family = ({ config, architecture, notes }) => {
  const hidden = hiddenSize(config);
  const vocabulary = vocabularySize(config);
  const heads = headCount(config);
  const pattern =
    config.text('hybrid_override_pattern') ??
    config
      .texts('layers_block_type', 'layer_types')
      ?.map((kind) => KINDS[kind] ?? '?')
      .join('') ??
    DEFAULT_PATTERN;
  const layers = config.optional('num_hidden_layers') ?? pattern.length;
  const head = headOf(config, hidden, vocabulary, { architecture });
  config.understood(
    ...STATE_SPACE_KEYS,
    'mamba_hidden_act',
    'mamba_ssm_cache_dtype',
    'mamba_num_groups',
    'time_step_rank',
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
  if (bias || head.tied)
    notes.doubt('unknown-key', 'Releases of this class differ in biases of attention and in a tied head.');
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
            bias: config.flag(false, 'use_bias'),
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
            queryHeads: heads,
            kvHeads: kvHeadCount(config, heads),
            headDim: headWidth(config, hidden, heads),
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
        return { mixer: NO_MIXER, feedForward: nemotronExperts(config, module, hidden), others };
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
  if (pattern.length !== layers) {
    throw new ReadFailure(
      'contradiction',
      `The layer pattern has ${String(pattern.length)} layers, num_hidden_layers says ${String(layers)}.`,
    );
  }
  return {
    kind: 'decoder',
    hidden,
    vocabulary,
    maxContext: config.optional('max_position_embeddings') ?? null,
    layers: planLayers(
      layers,
      (index) => pattern[index] ?? '',
      (index) => build(pattern[index] ?? ''),
    ),
    outside: [
      lookup('backbone.embeddings', vocabulary, hidden),
      ...norm('backbone.norm_f', hidden, 'rms'),
      ...head.weights,
    ],
    tiedHead: head.tied,
    headKnown: head.known,
  };
};

/**
 * Nemotron's experts: two matrices without biases; where the file says a latent width, routed experts live in it between two
 * matrices of the layer's own.
 */
function nemotronExperts(config: Config, module: string, hidden: number): FeedForwardBlock {
  const latent = config.optional('moe_latent_size');
  const bias = config.flag(false, 'mlp_bias');
  // One shared network, whatever number the file says of them.
  const shared = config.integerOr(0, 'moe_shared_expert_intermediate_size');
  const experts = config.integer('n_routed_experts');
  const routed = expertFeedForward({
    module,
    hidden: latent ?? hidden,
    width: config.integer('moe_intermediate_size'),
    experts,
    expertsPerToken: config.integer('num_experts_per_tok'),
    noRouter: true,
    gated: false,
  });
  const own = denseFeedForward({
    module: `${module}.shared_experts`,
    hidden,
    width: shared,
    gated: false,
    bias,
  });
  return {
    feedForward:
      routed.feedForward.kind === 'experts'
        ? { ...routed.feedForward, sharedWidth: shared }
        : routed.feedForward,
    weights: [
      ...matrix(`${module}.gate`, experts, hidden, 'experts'),
      vector(`${module}.gate.e_score_correction_bias`, experts, 'experts'),
      ...routed.weights,
      ...(shared > 0 ? own.weights : []),
      ...(latent === undefined
        ? []
        : [
            ...matrix(`${module}.fc1_latent_proj`, latent, hidden, 'feedForward', { bias }),
            ...matrix(`${module}.fc2_latent_proj`, hidden, latent, 'feedForward', { bias }),
          ]),
    ],
  };
}
