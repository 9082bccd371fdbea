import { readModel } from '../../../src/model/readModel';
import type { ModelSpec } from '../../../src/model/spec';

/** A component of a diffusers folder, read as the product reads it; sizes that are not said are the class's. */
export function component(config: Readonly<Record<string, unknown>>): ModelSpec {
  const reading = readModel(JSON.stringify(config), { name: String(config._class_name) });
  if (!reading.ok) throw new Error(reading.error.message);
  return reading.model;
}

/** DiT-XL/2 for 256 pixels (Peebles and Xie, 2023). */
export const DIT_XL_2 = {
  _class_name: 'DiTTransformer2DModel',
  num_attention_heads: 16,
  attention_head_dim: 72,
  in_channels: 4,
  out_channels: 8,
  num_layers: 28,
  patch_size: 2,
  sample_size: 32,
  num_embeds_ada_norm: 1000,
};

/** The network of Stable Diffusion XL: sizes as its model card and paper have them (Podell and others, 2023). */
export const SDXL = {
  _class_name: 'UNet2DConditionModel',
  in_channels: 4,
  out_channels: 4,
  sample_size: 128,
  block_out_channels: [320, 640, 1280],
  layers_per_block: 2,
  attention_head_dim: [5, 10, 20],
  transformer_layers_per_block: [1, 2, 10],
  cross_attention_dim: 2048,
  down_block_types: ['DownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D'],
  up_block_types: ['CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'UpBlock2D'],
  addition_embed_type: 'text_time',
  addition_time_embed_dim: 256,
  projection_class_embeddings_input_dim: 2816,
  use_linear_projection: true,
};

/** The network of Stable Diffusion 1.5. */
export const SD15 = {
  _class_name: 'UNet2DConditionModel',
  in_channels: 4,
  out_channels: 4,
  sample_size: 64,
  block_out_channels: [320, 640, 1280, 1280],
  layers_per_block: 2,
  attention_head_dim: 8,
  cross_attention_dim: 768,
  down_block_types: ['CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D'],
};

export const FLUX = { _class_name: 'FluxTransformer2DModel', guidance_embeds: true };

export const COGVIDEOX_5B = {
  _class_name: 'CogVideoXTransformer3DModel',
  num_attention_heads: 48,
  num_layers: 42,
};
