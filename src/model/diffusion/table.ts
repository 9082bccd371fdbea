import type { Family } from '../family';
import { autoencoderDc } from './autoencoderDc';
import { autoencoderFlux2, autoencoderKl, vectorQuantised } from './autoencoder';
import { cogVideoX } from './cogVideoX';
import { controlNet } from './controlNet';
import { allegro, ltx, pixart, sana } from './crossAttention';
import { chroma, flux2, hunyuanVideo } from './fluxKin';
import { bria, flux, fluxControlNet, stableDiffusion3, stableDiffusion3ControlNet } from './jointTransformer';
import { ltxAutoencoder } from './ltxAutoencoder';
import { cosmos } from './cosmos';
import { dit } from './dit';
import { hunyuanDit } from './hunyuanDit';
import { luminaNext } from './luminaNext';
import { omniGen } from './omniGen';
import { auraFlow, hiDream, mochi } from './moreJoint';
import { prior } from './prior';
import { lumina2, zImage } from './singleStream';
import { t2iAdapter, tinyAutoencoder } from './smallParts';
import { spatioTemporalUnet, temporalAutoencoder } from './spatioTemporal';
import { unet } from './unet';
import { unet2d } from './unet2d';
import { qwenImage, qwenImageControlNet, wan, wanVace } from './wan';
import { cogVideoXAutoencoder, hunyuanVideoAutoencoder } from './videoAutoencoders';
import { wanAutoencoder } from './wanAutoencoder';

/** Which family reads which `_class_name` of a diffusers component. */
export const DIFFUSION_FAMILIES: Readonly<Record<string, Family>> = {
  AllegroTransformer3DModel: allegro,
  AuraFlowTransformer2DModel: auraFlow,
  AutoencoderKL: autoencoderKl,
  AutoencoderKLCogVideoX: cogVideoXAutoencoder,
  AutoencoderKLFlux2: autoencoderFlux2,
  AutoencoderKLHunyuanVideo: hunyuanVideoAutoencoder,
  AutoencoderKLLTXVideo: ltxAutoencoder,
  AutoencoderDC: autoencoderDc,
  AutoencoderKLQwenImage: wanAutoencoder,
  AutoencoderKLTemporalDecoder: temporalAutoencoder,
  AutoencoderKLWan: wanAutoencoder,
  AutoencoderTiny: tinyAutoencoder,
  BriaTransformer2DModel: bria,
  ChromaTransformer2DModel: chroma,
  CogVideoXTransformer3DModel: cogVideoX,
  ControlNetModel: controlNet,
  CosmosTransformer3DModel: cosmos,
  DiTTransformer2DModel: dit,
  Flux2Transformer2DModel: flux2,
  FluxControlNetModel: fluxControlNet,
  FluxTransformer2DModel: flux,
  HiDreamImageTransformer2DModel: hiDream,
  HunyuanDiT2DModel: hunyuanDit,
  HunyuanVideoTransformer3DModel: hunyuanVideo,
  LTXVideoTransformer3DModel: ltx,
  Lumina2Transformer2DModel: lumina2,
  LuminaNextDiT2DModel: luminaNext,
  MochiTransformer3DModel: mochi,
  OmniGenTransformer2DModel: omniGen,
  PixArtTransformer2DModel: pixart,
  PriorTransformer: prior,
  QwenImageControlNetModel: qwenImageControlNet,
  QwenImageTransformer2DModel: qwenImage,
  SanaTransformer2DModel: sana,
  SD3ControlNetModel: stableDiffusion3ControlNet,
  SD3Transformer2DModel: stableDiffusion3,
  SkyReelsV2Transformer3DModel: wan,
  T2IAdapter: t2iAdapter,
  UNet2DConditionModel: unet,
  UNet2DModel: unet2d,
  UNetSpatioTemporalConditionModel: spatioTemporalUnet,
  VQModel: vectorQuantised,
  WanTransformer3DModel: wan,
  WanVACETransformer3DModel: wanVace,
  ZImageTransformer2DModel: zImage,
};
