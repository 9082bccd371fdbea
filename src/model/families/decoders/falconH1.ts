import type { Family } from '../../family';
import { planLayers } from '../../parts/foldLayers';
import { denseFeedForward } from '../../parts/feedForward';
import { groupedAttention } from '../../parts/groupedAttention';
import { headOf } from '../../parts/head';
import { mamba2, STATE_SPACE_KEYS } from '../../parts/mamba';
import { contextLimit, transformerSizes } from '../../parts/sizes';
import { lookup, norm } from '../../parts/tensors';

/** Falcon-H1: attention and Mamba 2 side by side in every layer. */
export const falconH1: Family = ({ config, architecture }) => {
  const sizes = transformerSizes(config);
  const { hidden, vocabulary } = sizes;
  const heads = config.integer('mamba_n_heads');
  const inner = config.optional('mamba_d_ssm') ?? config.integer('mamba_expand') * hidden;
  const headDim = config.value('mamba_d_head');
  const bias = config.flag(false, 'attention_bias');
  const mlpBias = config.flag(false, 'mlp_bias');
  const inBias = config.flag(false, 'mamba_proj_bias');
  const outBias = config.flag(false, 'projectors_bias');
  config.understood(
    ...STATE_SPACE_KEYS,
    'mamba_norm_before_gate',
    'mamba_use_mlp',
    'mamba_expand',
    'ssm_multipliers',
    'mlp_multipliers',
    'mlp_expansion_factor',
    'ssm_in_multiplier',
    'ssm_out_multiplier',
  );
  const head = headOf(config, hidden, vocabulary, { architecture });
  const path = 'model.layers.{layer}.';
  const width = config.integer('intermediate_size');
  const layers = planLayers(
    sizes.layers,
    () => '',
    () => ({
      mixer: groupedAttention({
        module: `${path}self_attn`,
        hidden,
        queryHeads: sizes.heads,
        kvHeads: sizes.kvHeads,
        headDim: sizes.headDim,
        qkvBias: bias,
        outBias: bias,
      }),
      second: mamba2({
        module: `${path}mamba`,
        hidden,
        heads,
        headDim: typeof headDim === 'number' ? headDim : inner / heads,
        state: config.integer('mamba_d_state'),
        groups: config.integer('mamba_n_groups'),
        kernel: config.integer('mamba_d_conv'),
        bias: inBias,
        outBias,
        convolutionBias: config.flag(true, 'mamba_conv_bias'),
        gatedNorm: config.flag(false, 'mamba_rms_norm'),
      }),
      feedForward: denseFeedForward({ module: `${path}feed_forward`, hidden, width, bias: mlpBias }),
      others: ['input_layernorm', 'pre_ff_layernorm'].flatMap((name) => norm(path + name, hidden, 'rms')),
    }),
  );
  return {
    kind: 'decoder',
    hidden,
    vocabulary,
    maxContext: contextLimit(config),
    layers,
    outside: [
      lookup('model.embed_tokens', vocabulary, hidden),
      ...norm('model.final_layernorm', hidden, 'rms'),
      ...head.weights,
    ],
    tiedHead: head.tied,
    headKnown: head.known,
  };
};
