import type { Config } from '../../config';
import type { Family } from '../../family';
import { NO_FEED_FORWARD } from '../../parts/block';
import { planLayers } from '../../parts/foldLayers';
import { headOf } from '../../parts/head';
import { mamba1, mamba2 as mamba2Block, STATE_SPACE_KEYS } from '../../parts/mamba';
import { hiddenSize, layerCount, vocabularySize } from '../../parts/sizes';
import { lookup, norm } from '../../parts/tensors';
import type { MixerBlock } from '../../parts/block';

/** `auto` means a sixteenth of the width, rounded up. */
export function timeStepRank(config: Config, hidden: number, ...keys: string[]): number {
  const said = config.value(...keys);
  return typeof said === 'number' ? said : Math.ceil(hidden / 16);
}

/** A stack of state-space layers and nothing else. */
function stack(config: Config, architecture: string, mixer: MixerBlock): ReturnType<Family> {
  const hidden = hiddenSize(config);
  const vocabulary = vocabularySize(config);
  const head = headOf(config, hidden, vocabulary, { architecture });
  return {
    kind: 'decoder',
    hidden,
    vocabulary,
    maxContext: null,
    layers: planLayers(
      layerCount(config),
      () => '',
      () => ({
        mixer,
        feedForward: NO_FEED_FORWARD,
        others: norm('backbone.layers.{layer}.norm', hidden, 'rms'),
      }),
    ),
    outside: [
      lookup('backbone.embeddings', vocabulary, hidden),
      ...norm('backbone.norm_f', hidden, 'rms'),
      ...head.weights,
    ],
    tiedHead: head.tied,
    headKnown: head.known,
  };
}

/** Mamba and Falcon Mamba, whose inner norms store nothing. */
export const mamba: Family = ({ config, notes, architecture }) => {
  const hidden = hiddenSize(config);
  const expanded = (config.number('expand') ?? 2) * hidden;
  const said = config.optional('intermediate_size', 'd_inner');
  const inner = said ?? expanded;
  if (said !== undefined && config.says('expand') && said !== expanded) {
    notes.remark(
      'contradiction',
      `intermediate_size is ${String(said)}, and expand × hidden_size is ${String(expanded)}: the class follows the former.`,
    );
  }
  config.understood(
    ...STATE_SPACE_KEYS,
    'use_falcon_mambapy',
    'mixer_rms_eps',
    'n_layer',
    'fused_add_norm',
    'rms_norm',
  );
  return stack(
    config,
    architecture,
    mamba1({
      module: 'backbone.layers.{layer}.mixer',
      hidden,
      inner,
      state: config.integer('state_size'),
      kernel: config.integer('conv_kernel'),
      timeRank: timeStepRank(config, hidden, 'time_step_rank'),
      bias: config.flag(false, 'use_bias'),
      convolutionBias: config.flag(true, 'use_conv_bias'),
    }),
  );
};

export const mamba2: Family = ({ config, notes, architecture }) => {
  const hidden = hiddenSize(config);
  const heads = config.integer('num_heads');
  const headDim = config.integer('head_dim');
  const expanded = (config.number('expand') ?? 2) * hidden;
  if (heads * headDim !== expanded) {
    notes.doubt(
      'contradiction',
      `num_heads × head_dim is ${String(heads * headDim)}, and expand × hidden_size is ${String(expanded)}.`,
    );
  }
  config.understood(...STATE_SPACE_KEYS, 'time_step_rank', 'rms_norm', 'norm_before_gate');
  return stack(
    config,
    architecture,
    mamba2Block({
      module: 'backbone.layers.{layer}.mixer',
      hidden,
      heads,
      headDim,
      state: config.integer('state_size'),
      groups: config.integer('n_groups'),
      kernel: config.integer('conv_kernel'),
      bias: config.flag(false, 'use_bias'),
      convolutionBias: config.flag(true, 'use_conv_bias'),
    }),
  );
};
