import { isObject, type Config } from '../../config';
import { classDefaults } from '../../classDefaults';
import type { Family, FamilyContext, FamilyModel } from '../../family';
import { encoderStack } from '../../parts/encoderStack';
import { planLayers, type LayerPlan } from '../../parts/foldLayers';
import { groupedAttention } from '../../parts/groupedAttention';
import { denseFeedForward } from '../../parts/feedForward';
import { lookup, norm, vector } from '../../parts/tensors';
import {
  blocks,
  conv,
  doubtHead,
  learned,
  linear,
  perStage,
  sides,
  visionModel,
} from '../../parts/visionPieces';
import { ReadFailure } from '../../readFailure';
import type { WeightTensor } from '../../spec';
import { asTower } from './clip';

/** SAM's picture encoder: windowed attention with learned relative positions, and a neck of two convolutions. */
export const samVision: Family = ({ config }) => {
  const hidden = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads');
  const out = config.integer('output_channels');
  const [imageHeight, imageWidth] = sides(config, 'image_size');
  const [patchHeight, patchWidth] = sides(config, 'patch_size');
  const rows = Math.floor(imageHeight / Math.max(1, patchHeight));
  const columns = Math.floor(imageWidth / Math.max(1, patchWidth));
  const window = config.integer('window_size');
  const everywhere = new Set(config.integers('global_attn_indexes') ?? []);
  const relative = config.flag(true, 'use_rel_pos');
  const path = 'vision_encoder.layers.{layer}.';
  const width = config.optional('mlp_dim') ?? Math.trunc(hidden * (config.number('mlp_ratio') ?? 4));
  config.understood('num_pos_feats', 'scale', 'mlp_ratio');
  const places = (index: number, all: number): number =>
    2 * (everywhere.has(index) || window === 0 ? all : window) - 1;
  const layers = encoderStack({
    path,
    layers: config.integer('num_hidden_layers'),
    hidden,
    heads,
    width,
    qkvBias: config.flag(true, 'qkv_bias'),
    outBias: true,
    mlpBias: true,
    attention: 'attn',
    fused: 'qkv',
    attentionNames: { output: 'proj' },
    feedForwardNames: { up: 'lin1', down: 'lin2' },
    describe: (index) => String(everywhere.has(index)),
    others: (index) =>
      relative
        ? [
            vector(`${path}attn.rel_pos_h`, [places(index, rows), hidden / heads], 'attention'),
            vector(`${path}attn.rel_pos_w`, [places(index, columns), hidden / heads], 'attention'),
          ]
        : [],
  });
  return visionModel(hidden, layers, [
    ...(config.flag(true, 'use_abs_pos')
      ? [learned('vision_encoder.pos_embed', 1, rows, columns, hidden)]
      : []),
    ...conv('vision_encoder.patch_embed.projection', hidden, config.integerOr(3, 'num_channels'), {
      kernel: [patchHeight, patchWidth],
      bias: true,
      part: 'embedding',
    }),
    ...conv('vision_encoder.neck.conv1', out, hidden),
    ...norm('vision_encoder.neck.layer_norm1', out, 'layer'),
    ...conv('vision_encoder.neck.conv2', out, out, { kernel: 3 }),
    ...norm('vision_encoder.neck.layer_norm2', out, 'layer'),
  ]);
};

/** What stands for a point, a box and a mask that the user draws. */
function promptEncoder(config: Config): WeightTensor[] {
  const hidden = config.integer('hidden_size');
  const inner = config.integer('mask_input_channels');
  const quarter = Math.floor(inner / 4);
  config.understood('image_size', 'patch_size', 'image_embedding_size', 'scale');
  const p = 'prompt_encoder.';
  return [
    ...conv(`${p}mask_embed.conv1`, quarter, 1, { kernel: 2, bias: true }),
    ...conv(`${p}mask_embed.conv2`, inner, quarter, { kernel: 2, bias: true }),
    ...conv(`${p}mask_embed.conv3`, hidden, inner, { bias: true }),
    ...norm(`${p}mask_embed.layer_norm1`, quarter, 'layer'),
    ...norm(`${p}mask_embed.layer_norm2`, inner, 'layer'),
    lookup(`${p}no_mask_embed`, 1, hidden),
    lookup(`${p}point_embed`, config.integer('num_point_embeddings'), hidden),
    lookup(`${p}not_a_point_embed`, 1, hidden),
  ];
}

/** A chain `proj_in`, layers of one width, `proj_out`; a SAM head of depth d has d − 2 layers between. */
export function samHead(
  module: string,
  input: number,
  hidden: number,
  out: number,
  depth: number,
): WeightTensor[] {
  return [
    ...linear(`${module}.proj_in`, hidden, input, 'head'),
    ...blocks(Math.max(0, depth - 2), (index) =>
      linear(`${module}.layers.${String(index)}`, hidden, hidden, 'head'),
    ).flat(),
    ...linear(`${module}.proj_out`, out, hidden, 'head'),
  ];
}

interface Decoder {
  layers: LayerPlan[];
  outside: WeightTensor[];
}

/** Depth of the small networks that draw each mask: fixed in the class. */
const MASK_DEPTH = 3;

/** How much narrower attention between prompts and picture is inside the blocks: fixed in the class. */
const BLOCK_RATE = 2;

/** Two-way attention between prompts and picture, then a mask for each answer and how good it is. */
function maskDecoder(config: Config, kind: Kind): Decoder {
  const hidden = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads');
  const inner = Math.floor(hidden / config.integer('attention_downsample_rate'));
  // The first two releases halve the width inside the blocks whatever the file says; its rate holds for the last step alone.
  const between = kind === 'second' ? inner : Math.floor(hidden / BLOCK_RATE);
  const masks = config.integer('num_multimask_outputs') + 1;
  const d = 'mask_decoder.';
  const path = `${d}transformer.layers.{layer}.`;
  const crossing = (module: string, width = inner): WeightTensor[] => [
    ...['q_proj', 'k_proj', 'v_proj'].flatMap((name) =>
      linear(`${module}.${name}`, width, hidden, 'attention'),
    ),
    ...linear(`${module}.out_proj`, hidden, width, 'attention'),
  ];
  const count = config.integer('num_hidden_layers');
  const mlp = config.integer('mlp_dim');
  // SAM 2 takes the number of blocks for the depth of each block's network as well.
  const deeper =
    kind === 'second'
      ? blocks(Math.max(0, count - 2), (index) =>
          linear(`${path}mlp.layers.${String(index)}`, mlp, mlp, 'feedForward'),
        ).flat()
      : [];
  const layers = planLayers(
    count,
    () => '',
    () => ({
      mixer: groupedAttention({
        module: `${path}self_attn`,
        hidden,
        queryHeads: heads,
        kvHeads: heads,
        headDim: hidden / heads,
        qkvBias: true,
        outBias: true,
        causal: false,
        names: { output: 'out_proj' },
      }),
      feedForward: denseFeedForward({
        module: `${path}mlp`,
        hidden,
        width: mlp,
        gated: false,
        bias: true,
        names: { up: 'lin1', down: 'lin2' },
      }),
      others: [
        ...[1, 2, 3, 4].flatMap((index) => norm(`${path}layer_norm${String(index)}`, hidden, 'layer')),
        ...crossing(`${path}cross_attn_token_to_image`, between),
        ...crossing(`${path}cross_attn_image_to_token`, between),
        ...deeper,
      ],
    }),
  );
  const eighth = Math.floor(hidden / 8);
  const quarter = Math.floor(hidden / 4);
  const depth = config.integer('iou_head_depth');
  const wide = config.integer('iou_head_hidden_dim');
  config.understood('vit_dim', 'dynamic_multimask_via_stability', 'dynamic_multimask_stability_delta');
  config.understood('dynamic_multimask_stability_thresh');
  const outside = [
    lookup(`${d}iou_token`, 1, hidden),
    lookup(`${d}mask_tokens`, masks, hidden),
    ...crossing(`${d}transformer.final_attn_token_to_image`),
    ...norm(`${d}transformer.layer_norm_final_attn`, hidden, 'layer'),
    ...conv(`${d}upscale_conv1`, quarter, hidden, { kernel: 2, bias: true }),
    ...conv(`${d}upscale_conv2`, eighth, quarter, { kernel: 2, bias: true }),
    ...norm(`${d}upscale_layer_norm`, quarter, 'layer'),
    ...blocks(masks, (index) =>
      samHead(`${d}output_hypernetworks_mlps.${String(index)}`, hidden, hidden, eighth, MASK_DEPTH),
    ).flat(),
    ...samHead(`${d}iou_prediction_head`, hidden, wide, masks, depth),
    ...(kind === 'hq' ? finerMasks(d, hidden, config.integer('vit_dim')) : []),
    ...(kind === 'second'
      ? [
          ...conv(`${d}conv_s0`, eighth, hidden, { bias: true }),
          ...conv(`${d}conv_s1`, quarter, hidden, { bias: true }),
          lookup(`${d}obj_score_token`, 1, hidden),
          ...samHead(`${d}pred_obj_score_head`, hidden, hidden, 1, MASK_DEPTH),
        ]
      : []),
  ];
  return { layers, outside };
}

/** HQ-SAM's token and convolutions for finer masks. */
function finerMasks(d: string, hidden: number, vit: number): WeightTensor[] {
  const eighth = Math.floor(hidden / 8);
  const quarter = Math.floor(hidden / 4);
  const up = (name: string, out: number, input: number, kernel = 2): WeightTensor[] =>
    conv(`${d}${name}`, out, input, { kernel, bias: true });
  return [
    lookup(`${d}hq_token`, 1, hidden),
    ...samHead(`${d}hq_mask_mlp`, hidden, hidden, eighth, MASK_DEPTH),
    ...up('compress_vit_conv1', hidden, vit),
    ...norm(`${d}compress_vit_norm`, hidden, 'layer'),
    ...up('compress_vit_conv2', eighth, hidden),
    ...up('encoder_conv1', quarter, hidden),
    ...norm(`${d}encoder_norm`, quarter, 'layer'),
    ...up('encoder_conv2', eighth, quarter),
    ...up('mask_conv1', quarter, eighth, 3),
    ...norm(`${d}mask_norm`, quarter, 'layer'),
    ...up('mask_conv2', eighth, quarter, 3),
  ];
}

type Kind = 'first' | 'hq' | 'second';

/** A model of the line, read as its parts say; `visionType` is the picture encoder's own. */
export function samLike(
  context: FamilyContext,
  kind: Kind,
  visionType = `${context.modelType}_vision_model`,
): FamilyModel {
  const { config, nested, modelType } = context;
  doubtHead(context, /Model$/);
  if (!config.flag(true, 'tie_word_embeddings'))
    config.notes.doubt('shared-table', 'The table of positions may be stored twice where it is not tied.');
  const vision = nested('vision_config', visionType, { evenIfAbsent: true });
  const part = (key: string): Config | undefined => {
    const defaults = classDefaults(modelType)[key];
    return config.section(key, isObject(defaults) ? defaults : {});
  };
  const prompt = part('prompt_encoder_config');
  const decoder = part('mask_decoder_config');
  if (vision === undefined || prompt === undefined || decoder === undefined)
    throw new ReadFailure('contradiction', 'One of the three parts is no configuration.');
  for (const section of [prompt, decoder]) section.understood('model_type');
  const masks = maskDecoder(decoder, kind);
  const features = config.object('vision_config')?.num_pos_feats;
  const positions = typeof features === 'number' ? features : Math.floor(prompt.integer('hidden_size') / 2);
  const second = kind === 'second';
  const fpn = config.object('vision_config')?.fpn_hidden_size;
  return {
    ...visionModel(decoder.integer('hidden_size'), masks.layers, [
      // SAM 2 draws this table once and stores it as a buffer.
      ...(second
        ? [vector('no_memory_embedding', [1, 1, typeof fpn === 'number' ? fpn : 256], 'embedding')]
        : [vector('shared_image_embedding.positional_embedding', [2, positions], 'embedding')]),
      ...promptEncoder(prompt),
      ...masks.outside,
    ]),
    towers: [asTower(vision)],
  };
}

export const sam: Family = (context) => samLike(context, 'first');

export const samHq: Family = (context) => samLike(context, 'hq');

export const sam2: Family = (context) => samLike(context, 'second');

/** SAM 2's picture encoder: Hiera, and a neck that brings its stages to one width. */
export const sam2Vision: Family = (context) => {
  const { config, nested } = context;
  const backbone = nested('backbone_config', 'sam2_hiera_det_model', { evenIfAbsent: true });
  if (backbone === undefined) throw new ReadFailure('contradiction', 'backbone_config is no configuration.');
  const out = config.integer('fpn_hidden_size');
  const kernel = config.integer('fpn_kernel_size');
  config.understood('fpn_stride', 'fpn_padding', 'fpn_top_down_levels', 'num_feature_levels');
  config.understood('backbone_feature_sizes');
  return {
    ...backbone,
    outside: [
      ...backbone.outside,
      ...perStage(config, 'backbone_channel_list').flatMap((width, index) =>
        conv(`vision_encoder.neck.convs.${String(index)}`, out, width, { kernel, bias: true }),
      ),
    ],
  };
};

/** Hiera as SAM 2 has it: attention in windows, queries pooled where a stage begins. */
export const hieraDet: Family = ({ config }) => {
  const widths = perStage(config, 'embed_dim_per_stage');
  const depths = perStage(config, 'blocks_per_stage', widths.length);
  const heads = perStage(config, 'num_attention_heads_per_stage', widths.length);
  const windows = perStage(config, 'window_size_per_stage', widths.length);
  const ratio = config.number('mlp_ratio') ?? 4;
  const first = config.integer('hidden_size');
  const path = 'vision_encoder.backbone.blocks.{layer}.';
  const layers: LayerPlan[] = widths.flatMap((out, stage) => {
    const count = heads[stage] ?? 1;
    const block = (input: number): LayerPlan => ({
      mixer: {
        mixer: {
          kind: 'attention',
          queryHeads: count,
          kvHeads: count,
          keyHeadDim: out / count,
          valueHeadDim: out / count,
          causal: false,
        },
        weights: [
          ...linear(`${path}attn.qkv`, 3 * out, input, 'attention'),
          ...linear(`${path}attn.proj`, out, out, 'attention'),
        ],
      },
      feedForward: denseFeedForward({
        module: `${path}mlp`,
        hidden: out,
        width: Math.trunc(out * ratio),
        gated: false,
        bias: true,
        names: { up: 'proj_in', down: 'proj_out' },
      }),
      others: [
        ...norm(`${path}layer_norm1`, input, 'layer'),
        ...norm(`${path}layer_norm2`, out, 'layer'),
        ...(input === out ? [] : linear(`${path}proj`, out, input)),
      ],
    });
    const rest = block(out);
    const before = widths[stage - 1] ?? out;
    return blocks(depths[stage] ?? 0, (index) => (index === 0 ? block(before) : rest));
  });
  const background = sides(config, 'window_positional_embedding_background_size');
  const window = windows[0] ?? 0;
  config.understood('num_attention_heads', 'image_size', 'patch_stride', 'patch_padding', 'query_stride');
  config.understood('num_query_pool_stages', 'global_attention_blocks');
  return visionModel(first, layers, [
    learned('vision_encoder.backbone.pos_embed', 1, first, ...background),
    learned('vision_encoder.backbone.pos_embed_window', 1, first, window, window),
    ...conv('vision_encoder.backbone.patch_embed.projection', first, config.integerOr(3, 'num_channels'), {
      kernel: sides(config, 'patch_kernel_size'),
      bias: true,
      part: 'embedding',
    }),
  ]);
};
