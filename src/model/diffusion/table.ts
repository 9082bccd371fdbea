import type { Family } from '../family';
import { autoencoderKl } from './autoencoder';
import { cogVideoX } from './cogVideoX';
import { allegro, ltx, pixart, sana } from './crossAttention';
import { chroma, flux2, hunyuanVideo } from './fluxKin';
import { flux, stableDiffusion3 } from './jointTransformer';
import { lumina2, zImage } from './singleStream';
import { unet } from './unet';
import { qwenImage, wan } from './wan';

/** Which family reads which `_class_name` of a diffusers component. */
export const DIFFUSION_FAMILIES: Readonly<Record<string, Family>> = {
  AllegroTransformer3DModel: allegro,
  AutoencoderKL: autoencoderKl,
  ChromaTransformer2DModel: chroma,
  CogVideoXTransformer3DModel: cogVideoX,
  Flux2Transformer2DModel: flux2,
  FluxTransformer2DModel: flux,
  HunyuanVideoTransformer3DModel: hunyuanVideo,
  LTXVideoTransformer3DModel: ltx,
  Lumina2Transformer2DModel: lumina2,
  PixArtTransformer2DModel: pixart,
  QwenImageTransformer2DModel: qwenImage,
  SanaTransformer2DModel: sana,
  SD3Transformer2DModel: stableDiffusion3,
  UNet2DConditionModel: unet,
  WanTransformer3DModel: wan,
  ZImageTransformer2DModel: zImage,
};
