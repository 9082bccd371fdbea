import type { Config } from '../../config';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers, type LayerPlan } from '../../parts/foldLayers';
import { biasedAttention } from '../../parts/biasedAttention';
import { lookup, norm } from '../../parts/tensors';
import { blocks, conv, linear } from '../../parts/visionPieces';
import type { WeightTensor } from '../../spec';

/** The first release, the one with finer masks, and SAM 2. */
export type SamKind = 'first' | 'hq' | 'second';

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
export function maskDecoder(config: Config, kind: SamKind): Decoder {
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
      mixer: biasedAttention(`${path}self_attn`, hidden, heads),
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
