import type { MixerBlock } from '../../parts/block';
import type { Config } from '../../config';
import type { Family } from '../../family';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers } from '../../parts/foldLayers';
import { labelCount } from '../../parts/head';
import { lookup, norm, vector } from '../../parts/tensors';
import { blocks, chain, conv, doubtHead, linear, visionModel } from '../../parts/visionPieces';
import { detectorBackbone } from './detectorBackbone';
import { DETECTOR_KEYS, detectorDecoder, gridPositions } from './detr';

export interface SampledAttention {
  module: string;
  hidden: number;
  heads: number;
  /** Places that one query of one head looks at, on all levels together. */
  points: number;
  /** Value and output are projected. */
  projected?: boolean;
}

/** Attention to a few sampled places of each level in place of all of them. */
export function sampledAttention(s: SampledAttention): MixerBlock {
  return {
    mixer: {
      kind: 'attention',
      queryHeads: s.heads,
      kvHeads: s.heads,
      keyHeadDim: s.hidden / s.heads,
      valueHeadDim: s.hidden / s.heads,
      causal: false,
    },
    weights: [
      ...linear(`${s.module}.sampling_offsets`, s.heads * s.points * 2, s.hidden, 'attention'),
      ...linear(`${s.module}.attention_weights`, s.heads * s.points, s.hidden, 'attention'),
      ...(s.projected === false
        ? []
        : ['value_proj', 'output_proj'].flatMap((name) =>
            linear(`${s.module}.${name}`, s.hidden, s.hidden, 'attention'),
          )),
    ],
  };
}

/** Some releases of the class store the heads twice where they are said not to be tied. */
export function doubtUntied(config: Config): void {
  if (!config.flag(true, 'tie_word_embeddings'))
    config.notes.doubt('shared-heads', 'Heads that are not tied may be stored once more in the decoder.');
}

/** Deformable DETR: attention to sampled places on several levels. */
export const deformableDetr: Family = (context) => {
  const { config, architecture, notes } = context;
  doubtHead(context, /Model$|ForObjectDetection$/);
  config.understood(...DETECTOR_KEYS, 'return_intermediate', 'disable_custom_kernels');
  doubtUntied(config);
  const hidden = config.integer('d_model', 'hidden_size');
  const levels = config.integer('num_feature_levels');
  const twoStage = config.flag(false, 'two_stage');
  const refined = config.flag(false, 'with_box_refine');
  if (twoStage || refined)
    notes.doubt(
      'shared-heads',
      'With boxes refined from block to block, some store one head a block and some one for all: one a block is counted.',
    );
  config.understood('two_stage_num_proposals');
  const several = levels > 1;
  const backbone = detectorBackbone(context, {
    frozen: true,
    fallback: 'resnet',
    stages: several ? [2, 3, 4] : [4],
    defaults: several ? { out_features: ['stage2', 'stage3', 'stage4'] } : {},
  });
  const encoderPath = 'model.encoder.layers.{layer}.';
  const decoderPath = 'model.decoder.layers.{layer}.';
  const heads = config.integer('encoder_attention_heads');
  const decoderHeads = config.integer('decoder_attention_heads');
  const encoder = planLayers(
    config.integer('encoder_layers'),
    () => '',
    () => ({
      mixer: sampledAttention({
        module: `${encoderPath}self_attn`,
        hidden,
        heads,
        points: levels * config.integer('encoder_n_points'),
      }),
      feedForward: denseFeedForward({
        module: encoderPath.slice(0, -1),
        hidden,
        width: config.integer('encoder_ffn_dim'),
        gated: false,
        bias: true,
        names: { up: 'fc1', down: 'fc2' },
      }),
      others: ['self_attn_layer_norm', 'final_layer_norm'].flatMap((name) =>
        norm(encoderPath + name, hidden, 'layer'),
      ),
    }),
  );
  const decoder = detectorDecoder(config, hidden, decoderPath, {
    cross: () =>
      sampledAttention({
        module: `${decoderPath}encoder_attn`,
        hidden,
        heads: decoderHeads,
        points: levels * config.integer('decoder_n_points'),
      }),
  });
  const maps = several ? backbone.widths : backbone.widths.slice(-1);
  const projection = (index: number): ReturnType<typeof conv> => {
    const width = maps[index];
    const further = index === maps.length ? (maps.at(-1) ?? 0) : hidden;
    return [
      ...conv(`model.input_proj.${String(index)}.0`, hidden, width ?? further, {
        kernel: width === undefined ? 3 : 1,
        bias: true,
      }),
      ...norm(`model.input_proj.${String(index)}.1`, hidden, 'layer'),
    ];
  };
  const classes = labelCount(config);
  const copies = refined || twoStage ? config.integer('decoder_layers') + (twoStage ? 1 : 0) : 1;
  return {
    ...visionModel(
      hidden,
      [...encoder, ...decoder],
      [
        vector('model.level_embed', [levels, hidden], 'embedding'),
        ...gridPositions(config, hidden),
        ...blocks(Math.max(levels, maps.length), projection).flat(),
        ...(twoStage
          ? [
              ...linear('model.enc_output', hidden, hidden, 'other'),
              ...norm('model.enc_output_norm', hidden, 'layer'),
              ...linear('model.pos_trans', 2 * hidden, 2 * hidden, 'other'),
              ...norm('model.pos_trans_norm', 2 * hidden, 'layer'),
            ]
          : [
              lookup('model.query_position_embeddings', config.integer('num_queries'), 2 * hidden),
              ...linear('model.reference_points', 2, hidden, 'other'),
            ]),
        ...(/Model$/.test(architecture)
          ? []
          : blocks(copies, (index) => [
              ...linear(`class_embed.${String(index)}`, classes, hidden, 'head'),
              ...chain(`bbox_embed.${String(index)}`, hidden, hidden, 4, 3),
            ]).flat()),
      ],
    ),
    towers: [backbone.tower],
  };
};
