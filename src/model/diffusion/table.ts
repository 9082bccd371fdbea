import type { Family } from '../family';
import { autoencoderKl } from './autoencoder';
import { flux, stableDiffusion3 } from './jointTransformer';
import { unet } from './unet';
import { qwenImage, wan } from './wan';

/** Which family reads which `_class_name` of a diffusers component. */
export const DIFFUSION_FAMILIES: Readonly<Record<string, Family>> = {
  AutoencoderKL: autoencoderKl,
  FluxTransformer2DModel: flux,
  QwenImageTransformer2DModel: qwenImage,
  SD3Transformer2DModel: stableDiffusion3,
  UNet2DConditionModel: unet,
  WanTransformer3DModel: wan,
};
