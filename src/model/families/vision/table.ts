import type { Family } from '../../family';
import { beit } from './beit';
import { clip, clipText, clipVision } from './clip';
import { convNext, convNextV2, dinov3ConvNext } from './convnext';
import { deformableDetr } from './deformableDetr';
import { conditionalDetr, detr, tableTransformer } from './detr';
import { dinov2 } from './dinov2';
import { dinov3 } from './dinov3';
import { depthAnything, dpt } from './dpt';
import { hgNetV2 } from './hgnet';
import { kimiVl, locateAnything, moonVit } from './moonVit';
import { pixtralVision } from './pixtral';
import { qwen25Vision, qwen2Vision, qwen3Vision } from './qwenVision';
import { resNet, rtDetrResNet } from './resnet';
import { dFine, rtDetr, rtDetrV2 } from './rtDetr';
import { glpn, segformer } from './segformer';
import { siglip, siglipText, siglipVision } from './siglip';
import { swin, swinv2 } from './swin';
import { upernet } from './upernet';
import { vit } from './vit';
import { vitMae, vitMsn, yolos } from './vitKin';

/** Vision towers and encoders: `model_type` to family. */
export const VISION: Readonly<Record<string, Family>> = {
  beit,
  clip,
  clip_text_model: clipText,
  clip_vision_model: clipVision,
  conditional_detr: conditionalDetr,
  convnext: convNext,
  convnextv2: convNextV2,
  d_fine: dFine,
  'data2vec-vision': beit,
  deformable_detr: deformableDetr,
  deit: vit,
  depth_anything: depthAnything,
  detr,
  dinov2,
  dinov2_with_registers: dinov2,
  dinov3_convnext: dinov3ConvNext,
  dinov3_vit: dinov3,
  'donut-swin': swin,
  dpt,
  glpn,
  hgnet_v2: hgNetV2,
  kimi_vl: kimiVl,
  locateanything: locateAnything,
  'maskformer-swin': swin,
  moonvit: moonVit,
  pixtral: pixtralVision,
  qwen2_5_vl_vision: qwen25Vision,
  qwen2_vl_vision: qwen2Vision,
  qwen3_5_moe_vision: qwen3Vision,
  qwen3_5_vision: qwen3Vision,
  qwen3_vl_moe_vision: qwen3Vision,
  qwen3_vl_vision: qwen3Vision,
  resnet: resNet,
  rt_detr: rtDetr,
  rt_detr_resnet: rtDetrResNet,
  rt_detr_v2: rtDetrV2,
  segformer,
  siglip,
  siglip2: siglip,
  siglip2_text_model: siglipText,
  siglip2_vision_model: siglipVision,
  siglip_text_model: siglipText,
  siglip_vision_model: siglipVision,
  swin,
  swinv2,
  'table-transformer': tableTransformer,
  upernet,
  vit,
  vit_mae: vitMae,
  vit_msn: vitMsn,
  yolos,
};
