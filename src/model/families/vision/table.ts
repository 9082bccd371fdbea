import type { Family } from '../../family';
import { beit } from './beit';
import { bit } from './bit';
import { clip, clipText, clipVision } from './clip';
import { align, alignText, altClip, altClipText, chineseClipText, clipKin, clipSeg, owl } from './clipKin';
import { convNext, convNextV2, dinov3ConvNext } from './convnext';
import { deformableDetr } from './deformableDetr';
import { conditionalDetr, detr, tableTransformer } from './detr';
import { dinov2 } from './dinov2';
import { dinov3 } from './dinov3';
import { depthAnything, dpt } from './dpt';
import { alignVision, efficientNet } from './efficientnet';
import { groupVit, groupVitVision } from './groupvit';
import { hgNetV2 } from './hgnet';
import { mask2Former, maskFormer } from './mask2former';
import { kimiVl, locateAnything, moonVit } from './moonVit';
import { oneFormer } from './oneformer';
import { pixtralVision } from './pixtral';
import { qwen25Vision, qwen2Vision, qwen3Vision } from './qwenVision';
import { resNet, rtDetrResNet } from './resnet';
import { dFine, rtDetr, rtDetrV2 } from './rtDetr';
import { hieraDet, sam, sam2, sam2Vision, samHq, samVision } from './sam';
import { glpn, segformer } from './segformer';
import { siglip, siglipText, siglipVision } from './siglip';
import { swin, swinv2 } from './swin';
import { upernet } from './upernet';
import { vit } from './vit';
import { vitMae, vitMsn, yolos } from './vitKin';
import { zoeDepth } from './zoedepth';

/** Vision towers and encoders: `model_type` to family. */
export const VISION: Readonly<Record<string, Family>> = {
  align,
  align_text_model: alignText,
  align_vision_model: alignVision,
  altclip: altClip,
  altclip_text_model: altClipText,
  altclip_vision_model: clipVision,
  beit,
  bit,
  chinese_clip: clipKin,
  chinese_clip_text_model: chineseClipText,
  chinese_clip_vision_model: clipVision,
  clip,
  clip_text_model: clipText,
  clip_vision_model: clipVision,
  clipseg: clipSeg,
  clipseg_text_model: clipText,
  clipseg_vision_model: clipVision,
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
  efficientnet: efficientNet,
  glpn,
  groupvit: groupVit,
  groupvit_text_model: clipText,
  groupvit_vision_model: groupVitVision,
  hgnet_v2: hgNetV2,
  kimi_vl: kimiVl,
  locateanything: locateAnything,
  mask2former: mask2Former,
  maskformer: maskFormer,
  'maskformer-swin': swin,
  metaclip_2: clipKin,
  metaclip_2_text_model: clipText,
  metaclip_2_vision_model: clipVision,
  moonvit: moonVit,
  oneformer: oneFormer,
  owlv2: owl,
  owlv2_text_model: clipText,
  owlv2_vision_model: clipVision,
  owlvit: owl,
  owlvit_text_model: clipText,
  owlvit_vision_model: clipVision,
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
  sam,
  sam2,
  sam2_hiera_det_model: hieraDet,
  sam2_vision_model: sam2Vision,
  sam_hq: samHq,
  sam_hq_vision_model: samVision,
  sam_vision_model: samVision,
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
  zoedepth: zoeDepth,
};
