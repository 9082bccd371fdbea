import type { Config } from '../../config';
import type { Family } from '../../family';
import type { MixerBlock } from '../../parts/block';
import { denseFeedForward } from '../../parts/feedForward';
import { planLayers, type LayerPlan } from '../../parts/foldLayers';
import { norm, vector } from '../../parts/tensors';
import { blocks, conv, linear, plainLayer } from '../../parts/visionPieces';
import type { WeightTensor } from '../../spec';
import { samLike } from './sam';
import { samHead } from './samDecoder';

/** Width that memories come in at, and depth of the network that makes an object's pointer: fixed in the class. */
const MEMORY_WIDTH = 64;
const POINTER_DEPTH = 3;
const MASK_KERNEL = 4;

/** SAM 2 for videos: SAM 2, and a memory of the frames that went before. */
export const sam2Video: Family = (context) => {
  const { config } = context;
  const model = samLike(context, 'second', 'sam2_vision_model');
  for (const key of UNDERSTOOD) config.understood(key);
  const section = config.object('vision_config')?.fpn_hidden_size;
  const hidden = typeof section === 'number' ? section : model.hidden;
  const memory = config.integer('memory_encoder_output_channels');
  return {
    ...model,
    layers: [...model.layers, ...attention(config), ...fuser(config)],
    outside: [
      ...model.outside,
      ...encoder(config, memory),
      ...norm('memory_attention.layer_norm', config.integer('memory_attention_hidden_size'), 'layer'),
      vector('no_memory_positional_encoding', [1, 1, hidden], 'embedding'),
      vector(
        'memory_temporal_positional_encoding',
        [config.integer('num_maskmem'), 1, 1, memory],
        'embedding',
      ),
      vector('no_object_pointer', [1, hidden], 'embedding'),
      ...conv('mask_downsample', 1, 1, { kernel: MASK_KERNEL, bias: true }),
      ...samHead('object_pointer_proj', hidden, hidden, hidden, POINTER_DEPTH),
      ...(config.flag(true, 'enable_temporal_pos_encoding_for_object_pointers')
        ? linear('temporal_positional_encoding_projection_layer', memory, hidden, 'other')
        : []),
      ...(config.flag(true, 'enable_occlusion_spatial_embedding')
        ? [vector('occlusion_spatial_embedding_parameter', [1, memory], 'embedding')]
        : []),
    ],
  };
};

/** Frames attend to themselves, then to what is remembered. */
function attention(config: Config): LayerPlan[] {
  const hidden = config.integer('memory_attention_hidden_size');
  const heads = config.integer('memory_attention_num_attention_heads');
  const inner = Math.floor(hidden / config.integer('memory_attention_downsample_rate'));
  const path = 'memory_attention.layers.{layer}.';
  const mixer = (module: string, seen: number): MixerBlock => ({
    mixer: {
      kind: 'attention',
      queryHeads: heads,
      kvHeads: heads,
      keyHeadDim: inner / heads,
      valueHeadDim: inner / heads,
      causal: false,
    },
    weights: [
      ...linear(`${path}${module}.q_proj`, inner, hidden, 'attention'),
      ...linear(`${path}${module}.k_proj`, inner, seen, 'attention'),
      ...linear(`${path}${module}.v_proj`, inner, seen, 'attention'),
      ...linear(`${path}${module}.o_proj`, hidden, inner, 'attention'),
    ],
  });
  return planLayers(
    config.integer('memory_attention_num_layers'),
    () => '',
    () => ({
      mixer: mixer('self_attn', hidden),
      second: mixer('cross_attn_image', MEMORY_WIDTH),
      feedForward: denseFeedForward({
        module: path.slice(0, -1),
        hidden,
        width: config.integer('memory_attention_feed_forward_hidden_size'),
        gated: false,
        bias: true,
        names: { up: 'linear1', down: 'linear2' },
      }),
      others: [1, 2, 3].flatMap((index) => norm(`${path}layer_norm${String(index)}`, hidden, 'layer')),
    }),
  );
}

/** ConvNeXt's blocks, which fuse a mask with the picture it was drawn on. */
function fuser(config: Config): LayerPlan[] {
  const width = config.integer('memory_fuser_embed_dim');
  const inner = config.integer('memory_fuser_intermediate_dim');
  const kernel = config.integer('memory_fuser_kernel_size');
  const path = 'memory_encoder.memory_fuser.layers.{layer}.';
  return blocks(config.integer('memory_fuser_num_layers'), () =>
    plainLayer([
      ...conv(`${path}depthwise_conv`, width, width, { kernel, groups: width, bias: true }),
      ...norm(`${path}layer_norm`, width, 'layer'),
      ...linear(`${path}pointwise_conv1`, inner, width),
      ...linear(`${path}pointwise_conv2`, width, inner),
      vector(`${path}scale`, width, 'vision'),
    ]),
  );
}

/** Masks made small step by step, each step as many times wider as it is smaller. */
function encoder(config: Config, memory: number): WeightTensor[] {
  const hidden = config.integer('memory_encoder_hidden_size');
  const stride = config.integer('mask_downsampler_stride');
  const kernel = config.integer('mask_downsampler_kernel_size');
  const steps = Math.floor(Math.log2(config.integer('mask_downsampler_total_stride')) / Math.log2(stride));
  const m = 'memory_encoder.';
  const width = (step: number): number => stride ** (2 * step);
  return [
    ...blocks(steps, (step) => [
      ...conv(`${m}mask_downsampler.layers.${String(step)}.conv`, width(step + 1), width(step), {
        kernel,
        bias: true,
      }),
      ...norm(`${m}mask_downsampler.layers.${String(step)}.layer_norm`, width(step + 1), 'layer'),
    ]).flat(),
    ...conv(`${m}mask_downsampler.final_conv`, config.integer('mask_downsampler_embed_dim'), width(steps), {
      bias: true,
    }),
    ...conv(`${m}feature_projection`, hidden, hidden, { bias: true }),
    ...conv(`${m}projection`, memory, hidden, { bias: true }),
  ];
}

const UNDERSTOOD = [
  'image_size',
  'sigmoid_scale_for_mem_enc',
  'sigmoid_bias_for_mem_enc',
  'multimask_output_in_sam',
  'multimask_min_pt_num',
  'multimask_max_pt_num',
  'multimask_output_for_tracking',
  'max_object_pointers_in_encoder',
  'max_cond_frame_num',
  'memory_attention_rope_feat_sizes',
  'memory_attention_rope_theta',
  'mask_downsampler_padding',
  'memory_fuser_padding',
  'memory_fuser_layer_scale_init_value',
  'memory_attention_feed_forward_hidden_act',
  'mask_downsampler_hidden_act',
  'memory_fuser_hidden_act',
];
