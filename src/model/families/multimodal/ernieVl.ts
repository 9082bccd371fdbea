import type { Family } from '../../family';
import { denseFeedForward, expertFeedForward } from '../../parts/feedForward';
import { llamaLike, plainFeedForward, type BlockContext } from '../../parts/llamaLike';
import type { FeedForwardBlock } from '../../parts/block';
import { matrix, norm } from '../../parts/tensors';
import { encoderModel, vitStack } from '../../parts/vitStack';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';
import { joined, readParts, sizeOf } from './wrapper';

/** Ernie 4.5 VL's tower: Qwen2-VL's blocks on flattened patches. */
export const ernieVlVision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size', 'embed_dim');
  const patch = config.integer('patch_size');
  const p = 'model.vision_tower.';
  const width =
    config.optional('intermediate_size') ?? Math.trunc(hidden * (config.number('mlp_ratio') ?? 4));
  config.understood(
    'spatial_merge_size',
    'temporal_merge_size',
    'mlp_ratio',
    'attn_sep',
    'vit_first_fwd_bsz',
    'vit_num_recompute_layers',
    'attn_implementation',
    'in_chans',
  );
  return encoderModel(
    hidden,
    vitStack(config, `${p}blocks.{layer}.`, {
      width,
      attention: 'attn',
      fused: 'qkv',
      attentionNames: { output: 'proj' },
      blockNorms: ['norm1', 'norm2'],
    }),
    [
      ...matrix(
        `${p}patch_embed.proj`,
        hidden,
        config.integerOr(3, 'in_channels') * patch * patch,
        'embedding',
      ),
      ...norm(`${p}ln`, hidden, 'layer'),
    ],
  );
};

/** Ernie 4.5 VL's language model: experts for words and other experts for pictures, shared ones for both. */
export const ernieVlText: Family = (context) => {
  const { config } = context;
  const bias = config.flag(false, 'use_bias');
  const given = config.value('moe_num_experts');
  const counts = Array.isArray(given)
    ? (config.integers('moe_num_experts') ?? [])
    : [config.integer('moe_num_experts')];
  const widths = config.integers('moe_intermediate_size') ?? [];
  const expertsPerToken = config.integer('moe_k');
  const shared = config.integerOr(0, 'moe_num_shared_experts');
  const types = config.texts('mlp_layer_types');
  const [words, pictures] = widths;
  if (words === undefined || pictures === undefined)
    throw new ReadFailure('contradiction', 'moe_intermediate_size is no pair of widths.');
  const [many = 0, seen = many] = counts;
  config.understood('moe_norm_min', 'moe_capacity', 'moe_gate', 'moe_use_aux_free', 'moe_layer_interval');
  const isSparse = (index: number): boolean => (types === undefined ? index > 0 : types[index] === 'sparse');
  const experts = (base: BlockContext): FeedForwardBlock => {
    const side = (path: string, count: number, width: number): FeedForwardBlock =>
      expertFeedForward({
        module: `${base.path}mlp.${path}`,
        hidden: base.sizes.hidden,
        width,
        experts: count,
        expertsPerToken,
        correctionBias: true,
        correctionName: 'gate.moe_statics.e_score_correction_bias',
      });
    const text = side('text_moe', many, words);
    // A token takes the words' experts or the pictures', never both: the second kind is counted as idle.
    const vision = side('vision_moe', seen, pictures).weights.map((tensor) =>
      tensor.copies === undefined ? tensor : { ...tensor, activeCopies: 0 },
    );
    const both =
      shared > 0
        ? denseFeedForward({
            module: `${base.path}mlp.shared_experts`,
            hidden: base.sizes.hidden,
            width: shared * words,
            bias,
          }).weights
        : [];
    const feedForward = text.feedForward;
    return {
      feedForward:
        feedForward.kind === 'experts' ? { ...feedForward, sharedWidth: shared * words } : feedForward,
      weights: [...text.weights, ...vision, ...both],
    };
  };
  return llamaLike(context, {
    qkvBias: bias,
    outBias: bias,
    describe: (index) => String(isSparse(index)),
    feedForward: (index, base) =>
      isSparse(index) ? experts(base) : plainFeedForward(base, { mlpBias: bias }),
  });
};

/** Two matrices and a norm. */
function step(path: string, input: number, out: number): WeightTensor[] {
  return [
    ...matrix(`${path}.fc1`, out, input, 'vision', { bias: true }),
    ...matrix(`${path}.fc2`, out, out, 'vision', { bias: true }),
    ...norm(`${path}.ln`, out, 'layer'),
  ];
}

/** Ernie 4.5 VL: neighbouring patches merge, then neighbouring frames, then one matrix. */
export const ernieVl: Family = (context) => {
  const { config } = context;
  if (!config.says('text_config') && config.says('hidden_size'))
    throw new ReadFailure(
      'unsupported',
      'The flat form of this file is not read; its towers are not described.',
    );
  const parts = readParts(context, { text: 'ernie4_5_vl_moe_text', tower: 'ernie4_5_vl_moe_vision' });
  const wide = parts.tower.hidden * sizeOf(config, 'vision_config', 'spatial_merge_size', 2) ** 2;
  const frames = sizeOf(config, 'vision_config', 'temporal_merge_size', 2);
  const p = 'model.resampler_model';
  return joined(parts, {
    projector: [
      ...step(`${p}.spatial_linear`, wide, wide),
      ...step(`${p}.temporal_linear`, wide * frames, wide),
      ...matrix(`${p}.mlp`, parts.text.hidden, wide, 'vision', { bias: true }),
      ...norm(`${p}.after_norm`, parts.text.hidden, 'rms'),
    ],
  });
};
