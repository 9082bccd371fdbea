import type { Config } from '../../config';
import type { Family, FamilyContext, FamilyModel } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers, type LayerPlan } from '../../parts/foldLayers';
import { biasedAttention } from '../../parts/biasedAttention';
import { labelCount } from '../../parts/head';
import { lookup, norm } from '../../parts/tensors';
import { chain, conv, doubtHead, linear, visionModel } from '../../parts/visionPieces';
import type { MixerBlock } from '../../parts/block';
import type { WeightTensor } from '../../spec';
import { detectorBackbone } from './detectorBackbone';

/** Rows of each of the two tables where positions are learned: fixed in the class. */
const LEARNED_ROWS = 50;

export const DETECTOR_KEYS = [
  'num_hidden_layers',
  'encoder_layerdrop',
  'decoder_layerdrop',
  'auxiliary_loss',
  'max_position_embeddings',
  'scale_embedding',
  'num_channels',
  'init_std',
  'init_xavier_std',
  'class_cost',
  'bbox_cost',
  'giou_cost',
];

/** Encoder of detectors: norms after each half, biases everywhere. */
export function detectorEncoder(config: Config, hidden: number, path: string): LayerPlan[] {
  return encoderStack({
    path,
    layers: config.integer('encoder_layers'),
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
}

/** A decoder's block: queries attend to one another, then to the picture. */
export function detectorDecoder(
  config: Config,
  hidden: number,
  path: string,
  changes: {
    self?: MixerBlock;
    cross?: (index: number) => MixerBlock;
    describe?: (index: number) => string;
    others?: readonly WeightTensor[];
  } = {},
): LayerPlan[] {
  const heads = config.integer('decoder_attention_heads');
  const attention = (module: string): MixerBlock => biasedAttention(path + module, hidden, heads);
  return planLayers(
    config.integer('decoder_layers'),
    (index) => changes.describe?.(index) ?? '',
    (index) => ({
      mixer: changes.self ?? attention('self_attn'),
      second: changes.cross?.(index) ?? attention('encoder_attn'),
      feedForward: denseFeedForward({
        module: path.slice(0, -1),
        hidden,
        width: config.integer('decoder_ffn_dim'),
        gated: false,
        bias: true,
        names: { up: 'fc1', down: 'fc2' },
      }),
      others: [
        ...['self_attn_layer_norm', 'encoder_attn_layer_norm', 'final_layer_norm'].flatMap((name) =>
          norm(path + name, hidden, 'layer'),
        ),
        ...(changes.others ?? []),
      ],
    }),
  );
}

/** Tables for rows and columns where positions are learned; sines store nothing. */
export function gridPositions(config: Config, hidden: number): WeightTensor[] {
  if (config.text('position_embedding_type') !== 'learned') return [];
  return ['row_embeddings', 'column_embeddings'].map((name) =>
    lookup(`model.backbone.position_embedding.${name}`, LEARNED_ROWS, Math.floor(hidden / 2)),
  );
}

type Kind = 'detr' | 'conditional' | 'table';

function detrLike(context: FamilyContext, kind: Kind): FamilyModel {
  const { config, architecture } = context;
  doubtHead(context, /Model$|ForObjectDetection$|ForSegmentation$/);
  config.understood(...DETECTOR_KEYS);
  const hidden = config.integer('d_model', 'hidden_size');
  const backbone = detectorBackbone(context, { frozen: true, fallback: 'resnet' });
  const classes = labelCount(config);
  const path = 'model.decoder.layers.{layer}.';
  const decoder =
    kind === 'conditional'
      ? detectorDecoder(config, hidden, path, conditionalAttention(config, hidden, path))
      : detectorDecoder(config, hidden, path);
  const headed = !/Model$/.test(architecture);
  const rows = kind === 'conditional' ? classes : classes + 1;
  return {
    ...visionModel(
      hidden,
      [...detectorEncoder(config, hidden, 'model.encoder.layers.{layer}.'), ...decoder],
      [
        lookup('model.query_position_embeddings', config.integer('num_queries'), hidden),
        ...gridPositions(config, hidden),
        ...conv('model.input_projection', hidden, backbone.widths.at(-1) ?? 0, { bias: true }),
        ...(kind === 'table' ? norm('model.encoder.layernorm', hidden, 'layer') : []),
        ...norm('model.decoder.layernorm', hidden, 'layer'),
        ...(kind === 'conditional'
          ? [
              ...chain('model.decoder.query_scale', hidden, hidden, hidden, 2, 'other'),
              ...chain('model.decoder.ref_point_head', hidden, hidden, 2, 2, 'other'),
            ]
          : []),
        ...(headed
          ? [
              ...linear('class_labels_classifier', rows, hidden, 'head'),
              ...chain('bbox_predictor', hidden, hidden, 4, 3),
            ]
          : []),
        ...(/ForSegmentation$/.test(architecture) ? maskHead(config, hidden, backbone.widths) : []),
      ],
    ),
    towers: [backbone.tower],
  };
}

/** Content and position have projections of their own; only the first block projects the query's position. */
function conditionalAttention(
  config: Config,
  hidden: number,
  path: string,
): { self: MixerBlock; cross: (index: number) => MixerBlock; describe: (index: number) => string } {
  const heads = config.integer('decoder_attention_heads');
  const block = (module: string, names: readonly string[], wide: boolean): MixerBlock => ({
    mixer: {
      kind: 'attention',
      queryHeads: heads,
      kvHeads: heads,
      keyHeadDim: (wide ? 2 * hidden : hidden) / heads,
      valueHeadDim: hidden / heads,
      causal: false,
    },
    weights: names.flatMap((name) => linear(`${path}${module}.${name}`, hidden, hidden, 'attention')),
  });
  const common = ['q_content_proj', 'k_content_proj', 'k_pos_proj', 'v_proj', 'out_proj'];
  return {
    self: block('self_attn', [...common, 'q_pos_proj'], false),
    cross: (index) =>
      block('encoder_attn', [...common, 'q_pos_sine_proj', ...(index === 0 ? ['q_pos_proj'] : [])], true),
    describe: (index) => (index === 0 ? 'first' : ''),
  };
}

/** The small pyramid that draws a mask for each query, and the attention that it starts from. */
function maskHead(config: Config, hidden: number, widths: readonly number[]): WeightTensor[] {
  const heads = config.integer('encoder_attention_heads');
  const start = hidden + heads;
  const share = (times: number): number => Math.floor(hidden / times);
  const step = (name: string, out: number, input: number): WeightTensor[] => [
    ...conv(`mask_head.${name}`, out, input, { kernel: 3, bias: true, part: 'head' }),
    ...norm(`mask_head.${name}.gn`, out, 'layer', 'head'),
  ];
  const features = [...widths].reverse().slice(-3);
  const [first = 0, second = 0, third = 0] = features;
  return [
    ...step('lay1', start, start),
    ...step('lay2', share(2), start),
    ...step('lay3', share(4), share(2)),
    ...step('lay4', share(8), share(4)),
    ...step('lay5', share(16), share(8)),
    ...conv('mask_head.out_lay', 1, share(16), { kernel: 3, bias: true, part: 'head' }),
    ...conv('mask_head.adapter1', share(2), first, { bias: true, part: 'head' }),
    ...conv('mask_head.adapter2', share(4), second, { bias: true, part: 'head' }),
    ...conv('mask_head.adapter3', share(8), third, { bias: true, part: 'head' }),
    ...linear('bbox_attention.q_linear', hidden, hidden, 'head'),
    ...linear('bbox_attention.k_linear', hidden, hidden, 'head'),
  ];
}

export const detr: Family = (context) => detrLike(context, 'detr');

export const conditionalDetr: Family = (context) => detrLike(context, 'conditional');

export const tableTransformer: Family = (context) => detrLike(context, 'table');
