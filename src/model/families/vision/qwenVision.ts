import type { Config } from '../../config';
import type { Family, FamilyModel } from '../../family';
import { encoderStack, type EncoderStack } from '../../parts/encoderStack';
import { convolution, lookup, matrix, norm } from '../../parts/tensors';
import type { WeightTensor } from '../../spec';

/** Neighbouring patches become one position: norm, then two matrices over all of them together. */
interface Merger {
  path: string;
  hidden: number;
  out: number;
  /** Patches that become one position. */
  merged: number;
  normWidth: number;
  kind: 'rms' | 'layer';
  names: readonly [string, string, string];
}

function merger(m: Merger): WeightTensor[] {
  const wide = m.hidden * m.merged;
  return [
    ...norm(`${m.path}.${m.names[0]}`, m.normWidth, m.kind),
    ...matrix(`${m.path}.${m.names[1]}`, wide, wide, 'other', { bias: true }),
    ...matrix(`${m.path}.${m.names[2]}`, m.out, wide, 'other', { bias: true }),
  ];
}

interface QwenTower {
  hidden: number;
  width: number;
  patchBias: boolean;
  /** What sets the blocks apart. */
  block?: Partial<EncoderStack>;
  /** Weights beside the blocks and the patches. */
  others: readonly WeightTensor[];
}

/** Patches of several frames, blocks with one matrix for query, key and value, and what comes after. */
function qwenTower(config: Config, t: QwenTower): FamilyModel {
  const patch = config.integer('patch_size');
  const frames = config.integer('temporal_patch_size');
  const channels = config.integerOr(3, 'in_channels', 'in_chans');
  return {
    kind: 'encoder',
    hidden: t.hidden,
    vocabulary: 0,
    maxContext: null,
    layers: encoderStack({
      path: 'visual.blocks.{layer}.',
      layers: config.integer('depth'),
      hidden: t.hidden,
      heads: config.integer('num_heads'),
      width: t.width,
      qkvBias: true,
      outBias: true,
      mlpBias: true,
      attention: 'attn',
      fused: 'qkv',
      attentionNames: { output: 'proj' },
      blockNorms: ['norm1', 'norm2'],
      ...t.block,
    }),
    outside: [
      ...convolution('visual.patch_embed.proj', [t.hidden, channels, frames, patch, patch], 'embedding', {
        bias: t.patchBias,
      }),
      ...t.others,
    ],
    tiedHead: false,
  };
}

/** Qwen2-VL's vision transformer: `hidden_size` is what it hands on, `embed_dim` its own width. */
export const qwen2Vision: Family = ({ config }) => {
  const hidden = config.integer('embed_dim');
  config.understood('spatial_patch_size');
  return qwenTower(config, {
    hidden,
    width: Math.trunc(hidden * (config.number('mlp_ratio') ?? 4)),
    patchBias: false,
    others: merger({
      path: 'visual.merger',
      hidden,
      out: config.integer('hidden_size'),
      merged: config.integer('spatial_merge_size') ** 2,
      normWidth: hidden,
      kind: 'layer',
      names: ['ln_q', 'mlp.0', 'mlp.2'],
    }),
  });
};

/** Qwen2.5-VL's: norms without shift, gated feed-forward, windows in all but a few layers (which store nothing). */
export const qwen25Vision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  config.understood('spatial_patch_size', 'window_size', 'fullatt_block_indexes', 'tokens_per_second');
  // The same width and the same channels by another name, in files of the model that also talks.
  config.understood('embed_dim', 'in_chans');
  return qwenTower(config, {
    hidden,
    width: config.integer('intermediate_size'),
    patchBias: false,
    block: { gated: true, norm: 'rms' },
    others: merger({
      path: 'visual.merger',
      hidden,
      out: config.integer('out_hidden_size'),
      merged: config.integer('spatial_merge_size') ** 2,
      normWidth: hidden,
      kind: 'rms',
      names: ['ln_q', 'mlp.0', 'mlp.2'],
    }),
  });
};

/** Qwen3-VL's and Qwen3.5's: learned positions, and mergers that feed early layers of the decoder. */
export const qwen3Vision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const merged = config.integer('spatial_merge_size') ** 2;
  const deep = config.list('deepstack_visual_indexes') ?? [];
  const common = {
    hidden,
    out: config.integer('out_hidden_size'),
    merged,
    kind: 'layer',
    names: ['norm', 'linear_fc1', 'linear_fc2'],
  } as const;
  return qwenTower(config, {
    hidden,
    width: config.integer('intermediate_size'),
    patchBias: true,
    block: { feedForwardNames: { up: 'linear_fc1', down: 'linear_fc2' } },
    others: [
      lookup('visual.pos_embed', config.integer('num_position_embeddings'), hidden),
      ...merger({ ...common, path: 'visual.merger', normWidth: hidden }),
      ...deep.flatMap((_, index) =>
        merger({
          ...common,
          path: `visual.deepstack_merger_list.${String(index)}`,
          normWidth: hidden * merged,
        }),
      ),
    ],
  });
};
