import type { Family } from '../../family';
import { aimV2, aimV2Text, aimV2Vision } from './aimv2';
import { beit } from './beit';
import { bit } from './bit';
import { blip, blipText, blipVision } from './blip';
import { bridgeTower, bridgeTowerText, bridgeTowerVision } from './bridgetower';
import { clip, clipText, clipVision } from './clip';
import { align, alignText, altClip, altClipText, chineseClipText, clipKin, clipSeg, owl } from './clipKin';
import { convNext, convNextV2, dinov3ConvNext } from './convnext';
import { cvt, swiftFormer } from './convolvedVit';
import { deformableDetr } from './deformableDetr';
import { depthPro } from './depthPro';
import { conditionalDetr, detr, tableTransformer } from './detr';
import { dinov2 } from './dinov2';
import { dinov3 } from './dinov3';
import { depthAnything, dpt } from './dpt';
import { alignVision, efficientNet } from './efficientnet';
import { flava, flavaImage, flavaMultimodal, flavaText } from './flava';
import { groundingDino } from './groundingDino';
import { groupVit, groupVitVision } from './groupvit';
import { hgNetV2 } from './hgnet';
import { hiera } from './hiera';
import { levit } from './levit';
import { mask2Former, maskFormer } from './mask2former';
import { imageGpt, mgpStr, mlcdVision } from './mgpStr';
import { mobileNetV1, mobileNetV2 } from './mobilenet';
import { mobileVit, mobileVitV2 } from './mobilevit';
import { kimiVl, locateAnything, moonVit } from './moonVit';
import { oneFormer } from './oneformer';
import { pixtralVision } from './pixtral';
import { poolFormer, pvt, pvtV2 } from './pyramidVit';
import { qwen25Vision, qwen2Vision, qwen3Vision } from './qwenVision';
import { regNet } from './regnet';
import { resNet, rtDetrResNet } from './resnet';
import { dFine, rtDetr, rtDetrV2 } from './rtDetr';
import { sam, sam2, samHq } from './sam';
import { samVision } from './samTower';
import { sam2Video } from './sam2Video';
import { hieraDet, sam2Vision } from './sam2Vision';
import { glpn, segformer } from './segformer';
import { siglip, siglipText, siglipVision } from './siglip';
import { swin, swinv2 } from './swin';
import { superPoint, swin2Sr } from './swin2sr';
import { patchTst, timesFm } from './timeSeries';
import { timm } from './timm';
import { tvp } from './tvp';
import { upernet } from './upernet';
import { timesformer, vJepa2, videoMae, vivit } from './video';
import { lxmert, visualBert } from './visualBert';
import { vit } from './vit';
import { iJepa, vilt, vitMae, vitMsn, yolos } from './vitKin';
import { vitDet, vitMatte, vitPose, vitPoseBackbone } from './vitpose';
import { dinat, focalNet } from './windowKin';
import { xClip, xClipVision } from './xclip';
import { zoeDepth } from './zoedepth';

/** Vision towers and encoders: `model_type` to family. */
export const VISION: Readonly<Record<string, Family>> = {
  aimv2: aimV2,
  aimv2_text_model: aimV2Text,
  aimv2_vision_model: aimV2Vision,
  align,
  align_text_model: alignText,
  align_vision_model: alignVision,
  altclip: altClip,
  altclip_text_model: altClipText,
  altclip_vision_model: clipVision,
  beit,
  bit,
  blip,
  blip_text_model: blipText,
  blip_vision_model: blipVision,
  bridgetower: bridgeTower,
  bridgetower_text_model: bridgeTowerText,
  bridgetower_vision_model: bridgeTowerVision,
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
  cvt,
  d_fine: dFine,
  'data2vec-vision': beit,
  deformable_detr: deformableDetr,
  deit: vit,
  depth_anything: depthAnything,
  depth_pro: depthPro,
  detr,
  dinat,
  dinov2,
  dinov2_with_registers: dinov2,
  dinov3_convnext: dinov3ConvNext,
  dinov3_vit: dinov3,
  'donut-swin': swin,
  dpt,
  efficientnet: efficientNet,
  flava,
  flava_image_model: flavaImage,
  flava_multimodal_model: flavaMultimodal,
  flava_text_model: flavaText,
  focalnet: focalNet,
  glpn,
  'grounding-dino': groundingDino,
  groupvit: groupVit,
  groupvit_text_model: clipText,
  groupvit_vision_model: groupVitVision,
  hgnet_v2: hgNetV2,
  hiera,
  ijepa: iJepa,
  imagegpt: imageGpt,
  kimi_vl: kimiVl,
  levit,
  locateanything: locateAnything,
  lxmert,
  mask2former: mask2Former,
  maskformer: maskFormer,
  'maskformer-swin': swin,
  metaclip_2: clipKin,
  metaclip_2_text_model: clipText,
  metaclip_2_vision_model: clipVision,
  'mgp-str': mgpStr,
  mlcd: mlcdVision,
  mlcd_vision_model: mlcdVision,
  'mm-grounding-dino': groundingDino,
  mobilenet_v1: mobileNetV1,
  mobilenet_v2: mobileNetV2,
  mobilevit: mobileVit,
  mobilevitv2: mobileVitV2,
  moonvit: moonVit,
  oneformer: oneFormer,
  owlv2: owl,
  owlv2_text_model: clipText,
  owlv2_vision_model: clipVision,
  owlvit: owl,
  owlvit_text_model: clipText,
  owlvit_vision_model: clipVision,
  patchtst: patchTst,
  pixtral: pixtralVision,
  poolformer: poolFormer,
  pvt,
  pvt_v2: pvtV2,
  qwen2_5_vl_vision: qwen25Vision,
  qwen2_vl_vision: qwen2Vision,
  qwen3_5_moe_vision: qwen3Vision,
  qwen3_5_vision: qwen3Vision,
  qwen3_vl_moe_vision: qwen3Vision,
  qwen3_vl_vision: qwen3Vision,
  regnet: regNet,
  resnet: resNet,
  rt_detr: rtDetr,
  rt_detr_resnet: rtDetrResNet,
  rt_detr_v2: rtDetrV2,
  sam,
  sam2,
  sam2_hiera_det_model: hieraDet,
  sam2_video: sam2Video,
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
  superpoint: superPoint,
  swiftformer: swiftFormer,
  swin,
  swin2sr: swin2Sr,
  swinv2,
  'table-transformer': tableTransformer,
  timesfm: timesFm,
  timesformer,
  timm_backbone: timm,
  timm_wrapper: timm,
  tvp,
  upernet,
  videomae: videoMae,
  vilt,
  visual_bert: visualBert,
  vit,
  vit_mae: vitMae,
  vit_msn: vitMsn,
  vitdet: vitDet,
  vitmatte: vitMatte,
  vitpose: vitPose,
  vitpose_backbone: vitPoseBackbone,
  vivit,
  vjepa2: vJepa2,
  xclip: xClip,
  xclip_text_model: clipText,
  xclip_vision_model: xClipVision,
  yolos,
  zoedepth: zoeDepth,
};
