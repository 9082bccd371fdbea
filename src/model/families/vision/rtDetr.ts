import type { Config } from '../../config';
import type { Family, FamilyContext, FamilyModel } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers, type LayerPlan } from '../../parts/foldLayers';
import { biasedAttention } from '../../parts/biasedAttention';
import { labelCount } from '../../parts/head';
import { lookup, norm, vector } from '../../parts/tensors';
import {
  blocks,
  chain,
  convNorm,
  doubtHead,
  linear,
  perStage,
  plainLayer,
  visionModel,
} from '../../parts/visionPieces';
import type { WeightTensor } from '../../spec';
import { ReadFailure } from '../../readFailure';
import { roundEven } from './bit';
import { doubtUntied, sampledAttention } from './deformableDetr';
import { detectorBackbone } from './detectorBackbone';
import { DETECTOR_KEYS } from './detr';

/** Re-parameterised blocks in one fusion block before `depth_mult`: fixed in the class. */
const FUSION_BLOCKS = 3;

/** A convolution with its batch norm, as these models name it. */
function unit(module: string, out: number, input: number, kernel = 1, groups = 1): WeightTensor[] {
  return convNorm(`${module}.conv`, `${module}.norm`, out, input, { kernel, groups });
}

/** Two paths of which one runs through re-parameterised blocks. */
function crossStage(
  module: string,
  input: number,
  width: number,
  out: number,
  count: number,
): WeightTensor[] {
  return [
    ...unit(`${module}.conv1`, width, input),
    ...unit(`${module}.conv2`, width, input),
    ...blocks(count, (index) => [
      ...unit(`${module}.bottlenecks.${String(index)}.conv1`, width, width, 3),
      ...unit(`${module}.bottlenecks.${String(index)}.conv2`, width, width),
    ]).flat(),
    ...(width === out ? [] : unit(`${module}.conv3`, out, width)),
  ];
}

/** D-FINE's fusion block: two cross-stage blocks one after the other, all outputs gathered. */
function gathered(module: string, hidden: number, inner: number, count: number): WeightTensor[] {
  return [
    ...unit(`${module}.conv1`, 2 * hidden, 2 * hidden),
    ...crossStage(`${module}.csp_rep1`, hidden, inner, inner, count),
    ...unit(`${module}.conv2`, inner, inner, 3),
    ...crossStage(`${module}.csp_rep2`, inner, inner, inner, count),
    ...unit(`${module}.conv3`, inner, inner, 3),
    ...unit(`${module}.conv4`, hidden, 2 * hidden + 2 * inner),
  ];
}

/** Attention on the smallest maps, then a pyramid down and up again. */
function hybridEncoder(config: Config, fine: boolean): LayerPlan[] {
  const hidden = config.integer('encoder_hidden_dim');
  const expansion = config.number('hidden_expansion') ?? 1;
  const stages = perStage(config, 'encoder_in_channels').length - 1;
  const attended = perStage(config, 'encode_proj_layers').length;
  const depth = fine ? roundEven(FUSION_BLOCKS * (config.number('depth_mult') ?? 1)) : FUSION_BLOCKS;
  const fusion = (module: string): WeightTensor[] =>
    fine
      ? gathered(module, hidden, Math.floor((expansion * hidden) / 2), depth)
      : crossStage(module, 2 * hidden, Math.trunc(hidden * expansion), hidden, depth);
  const down = (module: string): WeightTensor[] =>
    fine
      ? [...unit(`${module}.conv1`, hidden, hidden), ...unit(`${module}.conv2`, hidden, hidden, 3, hidden)]
      : unit(module, hidden, hidden, 3);
  const path = 'model.encoder.encoder.0.layers.{layer}.';
  const attention = encoderStack({
    path,
    layers: config.integer('encoder_layers') * attended,
    hidden,
    heads: config.integer('encoder_attention_heads'),
    width: config.integer('encoder_ffn_dim'),
    qkvBias: true,
    outBias: true,
    mlpBias: true,
    feedForward: '',
    feedForwardNames: { up: 'fc1', down: 'fc2' },
    blockNorms: ['self_attn_layer_norm', 'final_layer_norm'],
  });
  const pyramid = blocks(stages, () =>
    plainLayer([
      ...unit('model.encoder.lateral_convs.{layer}', hidden, hidden),
      ...fusion('model.encoder.fpn_blocks.{layer}'),
      ...down('model.encoder.downsample_convs.{layer}'),
      ...fusion('model.encoder.pan_blocks.{layer}'),
    ]),
  );
  return [...attention, ...pyramid];
}

/** Places sampled on all levels together: one number for each level, or a list. */
function sampledPoints(config: Config, levels: number): number {
  const said = config.value('decoder_n_points');
  if (!Array.isArray(said)) return levels * config.integer('decoder_n_points');
  return perStage(config, 'decoder_n_points').reduce((sum, count) => sum + count, 0);
}

function decoderLayers(
  config: Config,
  hidden: number,
  points: number,
  fine: boolean,
  count: number,
): LayerPlan[] {
  const heads = config.integer('decoder_attention_heads');
  const path = 'model.decoder.layers.{layer}.';
  return planLayers(
    count,
    () => '',
    () => ({
      mixer: biasedAttention(`${path}self_attn`, hidden, heads),
      second: sampledAttention({ module: `${path}encoder_attn`, hidden, heads, points, projected: !fine }),
      feedForward: denseFeedForward({
        module: path.slice(0, -1),
        hidden,
        width: config.integer('decoder_ffn_dim'),
        gated: false,
        bias: true,
        names: { up: 'fc1', down: 'fc2' },
      }),
      others: [
        ...norm(`${path}self_attn_layer_norm`, hidden, 'layer'),
        ...(fine
          ? [
              ...linear(`${path}gateway.gate`, 2 * hidden, 2 * hidden, 'other'),
              ...norm(`${path}gateway.norm`, hidden, 'layer'),
            ]
          : norm(`${path}encoder_attn_layer_norm`, hidden, 'layer')),
        ...norm(`${path}final_layer_norm`, hidden, 'layer'),
      ],
    }),
  );
}

/** Maps of the encoder brought to the decoder's width; further levels are made from the last. */
function decoderInputs(config: Config, hidden: number, levels: number, fine: boolean): WeightTensor[] {
  const widths = perStage(config, 'decoder_in_channels');
  const last = widths.at(-1) ?? 0;
  if (fine && last === hidden) return [];
  return blocks(Math.max(levels, widths.length), (index) => {
    const module = `model.decoder_input_proj.${String(index)}`;
    const own = fine ? last : widths[index];
    const further = index >= widths.length;
    const input = further ? (fine || index === widths.length ? last : hidden) : (own ?? last);
    return convNorm(`${module}.0`, `${module}.1`, hidden, input, { kernel: further ? 3 : 1 });
  }).flat();
}

function fineParts(config: Config, hidden: number, layers: number): WeightTensor[] {
  return [
    vector('model.decoder.reg_scale', 1, 'other'),
    vector('model.decoder.up', 1, 'other'),
    ...chain('model.decoder.pre_bbox_head', hidden, hidden, 4, 3),
    ...blocks(layers, (index) =>
      chain(
        `model.decoder.lqe_layers.${String(index)}.reg_conf`,
        4 * (config.integer('top_prob_values') + 1),
        config.integer('lqe_hidden_dim'),
        1,
        config.integer('lqe_layers'),
      ),
    ).flat(),
  ];
}

function rtDetrLike(context: FamilyContext, kind: 'first' | 'second' | 'fine'): FamilyModel {
  const { config, architecture } = context;
  const fine = kind === 'fine';
  doubtHead(context, /ForObjectDetection$/);
  config.understood(...DETECTOR_KEYS, ...UNDERSTOOD);
  if (kind !== 'first') doubtUntied(config);
  config.understood('tie_word_embeddings');
  const hidden = config.integer('d_model', 'hidden_size');
  const inner = config.integer('encoder_hidden_dim');
  const levels = config.integer('num_feature_levels');
  const layers = config.integer('decoder_layers');
  const backbone = detectorBackbone(context, {
    frozen: config.flag(true, 'freeze_backbone_batch_norms'),
    fallback: fine ? 'hgnet_v2' : 'rt_detr_resnet',
    stages: [2, 3, 4],
    defaults: { out_features: ['stage2', 'stage3', 'stage4'] },
    path: 'model.backbone.model.',
  });
  const points = sampledPoints(config, kind === 'second' ? config.integer('decoder_n_levels') : levels);
  const said = fine ? config.integerOr(-1, 'eval_idx') : -1;
  const evaluated = said >= 0 ? said : layers + said;
  const wide = fine ? roundEven((config.number('layer_scale') ?? 1) * hidden) : hidden;
  const classes = labelCount(config);
  const boxes = fine ? 4 * (config.integer('max_num_bins') + 1) : 4;
  if (evaluated < 0 || evaluated >= Math.max(1, layers))
    throw new ReadFailure('contradiction', 'eval_idx names no layer of the decoder.');
  const built = fine ? layers + (layers - evaluated - 1) : layers;
  const headed = !/Model$/.test(architecture);
  return {
    ...visionModel(
      hidden,
      [...hybridEncoder(config, fine), ...decoderLayers(config, hidden, points, fine, built)],
      [
        ...(fine
          ? backbone.widths.slice(0, perStage(config, 'decoder_in_channels').length)
          : backbone.widths
        ).flatMap((width, index) =>
          convNorm(
            `model.encoder_input_proj.${String(index)}.0`,
            `model.encoder_input_proj.${String(index)}.1`,
            inner,
            width,
          ),
        ),
        ...(config.integer('num_denoising') > 0
          ? [lookup('model.denoising_class_embed', classes + 1, hidden)]
          : []),
        ...(config.flag(false, 'learn_initial_query')
          ? [lookup('model.weight_embedding', config.integer('num_queries'), hidden)]
          : []),
        ...linear('model.enc_output.0', hidden, hidden, 'other'),
        ...norm('model.enc_output.1', hidden, 'layer'),
        ...linear('model.enc_score_head', classes, hidden, 'head'),
        ...chain('model.enc_bbox_head', hidden, hidden, 4, 3),
        ...decoderInputs(config, hidden, levels, fine),
        ...chain('model.decoder.query_pos_head', 4, 2 * hidden, hidden, 2, 'other'),
        ...(fine ? fineParts(config, hidden, layers) : []),
        ...(headed
          ? blocks(layers, (index) => {
              const width = index > evaluated ? wide : hidden;
              return [
                ...linear(`model.decoder.class_embed.${String(index)}`, classes, hidden, 'head'),
                ...chain(`model.decoder.bbox_embed.${String(index)}`, width, width, boxes, 3),
              ];
            }).flat()
          : []),
      ],
    ),
    towers: [backbone.tower],
  };
}

const UNDERSTOOD = [
  'feat_strides',
  'eval_size',
  'normalize_before',
  'positional_encoding_temperature',
  'label_noise_ratio',
  'box_noise_scale',
  'anchor_image_size',
  'with_box_refine',
  'num_queries',
  'decoder_offset_scale',
  'decoder_method',
  'disable_custom_kernels',
  'up',
  'reg_scale',
  'use_focal_loss',
  'head_dim',
];

export const rtDetr: Family = (context) => rtDetrLike(context, 'first');

export const rtDetrV2: Family = (context) => rtDetrLike(context, 'second');

export const dFine: Family = (context) => rtDetrLike(context, 'fine');
