import type { Family } from '../../family';
import { clip, clipText, clipVision } from './clip';
import { dinov2 } from './dinov2';
import { dinov3 } from './dinov3';
import { kimiVl, locateAnything, moonVit } from './moonVit';
import { pixtralVision } from './pixtral';
import { qwen25Vision, qwen2Vision, qwen3Vision } from './qwenVision';
import { siglip, siglipText, siglipVision } from './siglip';
import { vit } from './vit';

/** Vision towers and encoders: `model_type` to family. */
export const VISION: Readonly<Record<string, Family>> = {
  clip,
  clip_text_model: clipText,
  clip_vision_model: clipVision,
  deit: vit,
  dinov2,
  dinov2_with_registers: dinov2,
  dinov3_vit: dinov3,
  kimi_vl: kimiVl,
  locateanything: locateAnything,
  moonvit: moonVit,
  pixtral: pixtralVision,
  qwen2_5_vl_vision: qwen25Vision,
  qwen2_vl_vision: qwen2Vision,
  qwen3_5_moe_vision: qwen3Vision,
  qwen3_5_vision: qwen3Vision,
  qwen3_vl_vision: qwen3Vision,
  siglip,
  siglip2: siglip,
  siglip2_text_model: siglipText,
  siglip2_vision_model: siglipVision,
  siglip_text_model: siglipText,
  siglip_vision_model: siglipVision,
  vit,
};
