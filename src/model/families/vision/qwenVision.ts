import type { Family } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { convolution, lookup, matrix, norm } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';

function patchShape(hidden: number, channels: number, temporal: number, patch: number): number[] {
  return [hidden, channels, temporal, patch, patch];
}

/** Neighbouring patches become one position: norm, then two matrices over all of them together. */
function merger(
  path: string,
  hidden: number,
  out: number,
  merged: number,
  normWidth: number,
  kind: 'rms' | 'layer',
  names: readonly [string, string, string],
): WeightTensor[] {
  const wide = hidden * merged;
  return [
    ...norm(`${path}.${names[0]}`, normWidth, kind),
    ...matrix(`${path}.${names[1]}`, wide, wide, 'other', { bias: true }),
    ...matrix(`${path}.${names[2]}`, out, wide, 'other', { bias: true }),
  ];
}

/** Qwen2-VL's vision transformer: `hidden_size` is what it hands on, `embed_dim` its own width. */
export const qwen2Vision: Family = ({ config }) => {
  const hidden = config.integer('embed_dim');
  const out = config.integer('hidden_size');
  const width = Math.trunc(hidden * (config.number('mlp_ratio') ?? 4));
  const merge = config.integer('spatial_merge_size');
  config.understood('spatial_patch_size');
  return {
    kind: 'encoder',
    hidden,
    vocabulary: 0,
    maxContext: null,
    layers: encoderStack({
      path: 'visual.blocks.{layer}.',
      layers: config.integer('depth'),
      hidden,
      heads: config.integer('num_heads'),
      width,
      qkvBias: true,
      outBias: true,
      mlpBias: true,
      attention: 'attn',
      fused: 'qkv',
      attentionNames: { output: 'proj' },
      blockNorms: ['norm1', 'norm2'],
    }),
    outside: [
      ...convolution(
        'visual.patch_embed.proj',
        patchShape(
          hidden,
          config.integerOr(3, 'in_channels', 'in_chans'),
          config.integer('temporal_patch_size'),
          config.integer('patch_size'),
        ),
        'embedding',
      ),
      ...merger('visual.merger', hidden, out, merge * merge, hidden, 'layer', ['ln_q', 'mlp.0', 'mlp.2']),
    ],
    tiedHead: false,
  };
};

/** Qwen2.5-VL's: norms without shift, gated feed-forward, windows in all but a few layers (which store nothing). */
export const qwen25Vision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const merge = config.integer('spatial_merge_size');
  config.understood('spatial_patch_size', 'window_size', 'fullatt_block_indexes', 'tokens_per_second');
  return {
    kind: 'encoder',
    hidden,
    vocabulary: 0,
    maxContext: null,
    layers: encoderStack({
      path: 'visual.blocks.{layer}.',
      layers: config.integer('depth'),
      hidden,
      heads: config.integer('num_heads'),
      width: config.integer('intermediate_size'),
      qkvBias: true,
      outBias: true,
      mlpBias: true,
      gated: true,
      norm: 'rms',
      attention: 'attn',
      fused: 'qkv',
      attentionNames: { output: 'proj' },
      blockNorms: ['norm1', 'norm2'],
    }),
    outside: [
      ...convolution(
        'visual.patch_embed.proj',
        patchShape(
          hidden,
          config.integerOr(3, 'in_channels', 'in_chans'),
          config.integer('temporal_patch_size'),
          config.integer('patch_size'),
        ),
        'embedding',
      ),
      ...merger('visual.merger', hidden, config.integer('out_hidden_size'), merge * merge, hidden, 'rms', [
        'ln_q',
        'mlp.0',
        'mlp.2',
      ]),
    ],
    tiedHead: false,
  };
};

/** Qwen3-VL's and Qwen3.5's: learned positions, and mergers that feed early layers of the decoder. */
export const qwen3Vision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const out = config.integer('out_hidden_size');
  const merged = config.integer('spatial_merge_size') ** 2;
  const deep = config.list('deepstack_visual_indexes') ?? [];
  const names = ['norm', 'linear_fc1', 'linear_fc2'] as const;
  return {
    kind: 'encoder',
    hidden,
    vocabulary: 0,
    maxContext: null,
    layers: encoderStack({
      path: 'visual.blocks.{layer}.',
      layers: config.integer('depth'),
      hidden,
      heads: config.integer('num_heads'),
      width: config.integer('intermediate_size'),
      qkvBias: true,
      outBias: true,
      mlpBias: true,
      attention: 'attn',
      fused: 'qkv',
      attentionNames: { output: 'proj' },
      feedForwardNames: { up: 'linear_fc1', down: 'linear_fc2' },
      blockNorms: ['norm1', 'norm2'],
    }),
    outside: [
      ...convolution(
        'visual.patch_embed.proj',
        patchShape(
          hidden,
          config.integerOr(3, 'in_channels', 'in_chans'),
          config.integer('temporal_patch_size'),
          config.integer('patch_size'),
        ),
        'embedding',
        { bias: true },
      ),
      lookup('visual.pos_embed', config.integer('num_position_embeddings'), hidden),
      ...merger('visual.merger', hidden, out, merged, hidden, 'layer', names),
      ...deep.flatMap((_, index) =>
        merger(
          `visual.deepstack_merger_list.${String(index)}`,
          hidden,
          out,
          merged,
          hidden * merged,
          'layer',
          names,
        ),
      ),
    ],
    tiedHead: false,
  };
};
