import type { Family } from '../../family';
import { ernie45 } from '../decoders/plainDecoders';
import { gemma3n, gemma3nText } from './gemma3n';
import { gemma3nAudio, gemma4Audio } from './gemmaAudio';
import { mobileNetV5 } from '../vision/mobileNetV5';
import { gemma4, gemma4Text, gemma4Vision } from './gemma4';
import { glm4v, glm4vMoe, glmVision } from './glmVision';
import { idefics3, idefics3Vision } from './idefics3';
import { internVit, internVl } from './internvl';
import { internVlHf, internVlVision } from './internvlHf';
import { llama4, llama4Text, llama4Vision } from './llama4';
import { mllama, mllamaText } from './mllama';
import { phi3Vision } from './phi3Vision';
import { qwen2Audio, qwen2AudioEncoder } from './qwen2Audio';
import { deepseekVlHybrid, gotOcr2, samVision } from './samVision';
import {
  ernieVlVision,
  glm46v,
  glmOcr,
  glmOcrText,
  glmOcrVision,
  hunyuanVlVision,
  kimiK25,
  kimiVision,
  miniCpmV46,
  miniCpmV46Vision,
  ovis2,
  ovis2Vision,
} from './mergedPatches';
import {
  ayaVision,
  cohere2Vision,
  deepseekVl,
  lfm2Vl,
  lightOnOcr,
  paddleOcrVision,
  paddleOcrVl,
  videoLlama3,
  videoLlama3Vision,
  videoLlava,
} from './siglipWrappers';
import {
  gemma3,
  llava,
  llavaNext,
  mistral3,
  paligemma,
  qwen25Vl,
  qwen2Vl,
  qwen35,
  qwen35Moe,
  qwen3Vl,
  qwen3VlMoe,
  vipLlava,
} from './visionLanguage';
import { voxtral, voxtralEncoder } from './voxtral';
import { blip2, blip2Vision, qFormer } from './blip2';
import { idefics, idefics2, idefics2Perceiver, idefics2Vision, ideficsVision } from './idefics';
import { kosmos, kosmos25Text, kosmos25Vision, kosmos2Text } from './kosmos';
import { clipVision } from '../vision/clip';
import { florence2, florenceVision } from './florence2';
import { fuyu, git } from './gitFuyu';
import { aria } from './aria';
import { audioFlamingoEncoder, glmAsrEncoder, qwen25OmniAudio, qwen3Audio } from './audioTowers';
import { audioFlamingo3, glmAsr, qwen3Asr } from './speechWrappers';
import {
  qwen25Omni,
  qwen25OmniTalker,
  qwen25OmniThinker,
  qwen3Omni,
  qwen3OmniCodePredictor,
  qwen3OmniTalker,
  qwen3OmniTalkerText,
  qwen3OmniThinker,
} from './qwenOmni';
import { bigVgan, code2Wav, codesToSpectrogram, token2Wav } from './codesToWave';
import { qwen2 } from '../decoders/qwen2';
import { qwen3Moe } from '../decoders/qwenMoe';
import { qwen25Vision, qwen3Vision } from '../vision/qwenVision';
import { phi4Audio, phi4Multimodal, phi4Vision } from './phi4Multimodal';
import { molmo2, molmo2Adapter, molmo2Text, molmo2Vision } from './molmo2';
import { ernieVl, ernieVlText } from './ernieVl';
import { colModernVBert, colPali, colQwen2, modernVBert } from './retrieval';
import {
  chameleon,
  chameleonCodes,
  emu3,
  emu3Codes,
  emu3Text,
  janus,
  janusCodes,
  janusVision,
} from './imageTokens';
import {
  visionEncoderDecoder,
  speechEncoderDecoder,
  textEncoderDecoder,
  nougat,
  visionTextDualEncoder,
} from './encoderDecoder';
import { trocr } from './trocr';
import { pix2struct, pix2structText, pix2structVision } from './pix2struct';
import { miniCpmV, miniCpmVTower } from './miniCpmV';
import { molmo } from './molmo';
import { openVla } from './openVla';
import { deepseekVl2 } from './deepseekVl2';
import { phi4mm } from './phi4mm';

/** Language models that see or hear, and the towers made for them: `model_type` to family. */
export const MULTIMODAL: Readonly<Record<string, Family>> = {
  DeepseekOCR: deepseekVl2,
  aria,
  audioflamingo3: audioFlamingo3,
  audioflamingo3_encoder: audioFlamingoEncoder,
  aya_vision: ayaVision,
  'blip-2': blip2,
  blip_2_qformer: qFormer,
  blip_2_vision_model: blip2Vision,
  chameleon,
  chameleon_vqgan: chameleonCodes,
  cohere2_vision: cohere2Vision,
  colmodernvbert: colModernVBert,
  colpali: colPali,
  colqwen2: colQwen2,
  davit: florenceVision,
  deepseek_vl: deepseekVl,
  deepseek_vl_hybrid: deepseekVlHybrid,
  deepseek_vl_v2: deepseekVl2,
  emu3,
  emu3_text_model: emu3Text,
  emu3_vqgan: emu3Codes,
  'encoder-decoder': textEncoderDecoder,
  ernie4_5_vl_moe: ernieVl,
  ernie4_5_vl_moe_text: ernieVlText,
  ernie4_5_vl_moe_vision: ernieVlVision,
  florence2,
  florence_vision: florenceVision,
  fuyu,
  gemma3,
  gemma3n,
  gemma3n_audio: gemma3nAudio,
  gemma3n_text: gemma3nText,
  gemma3n_vision: mobileNetV5,
  gemma4,
  gemma4_audio: gemma4Audio,
  gemma4_text: gemma4Text,
  gemma4_vision: gemma4Vision,
  git,
  git_vision_model: clipVision,
  glm46v,
  glm4v,
  glm4v_moe: glm4vMoe,
  glm4v_moe_vision: glmVision,
  glm4v_vision: glmVision,
  glm_ocr: glmOcr,
  glm_ocr_text: glmOcrText,
  glm_ocr_vision: glmOcrVision,
  glmasr: glmAsr,
  glmasr_encoder: glmAsrEncoder,
  got_ocr2: gotOcr2,
  got_ocr2_vision: samVision,
  hunyuan_vl_vision: hunyuanVlVision,
  idefics,
  idefics2,
  idefics2_perceiver: idefics2Perceiver,
  idefics2_vision: idefics2Vision,
  idefics3,
  idefics3_vision: idefics3Vision,
  idefics_vision: ideficsVision,
  instructblip: blip2,
  instructblip_qformer: qFormer,
  instructblip_vision_model: blip2Vision,
  instructblipvideo: blip2,
  instructblipvideo_qformer: qFormer,
  instructblipvideo_vision_model: blip2Vision,
  intern_vit_6b: internVit,
  internvl: internVlHf,
  internvl_chat: internVl,
  internvl_vision: internVlVision,
  janus,
  janus_vision_model: janusVision,
  janus_vqgan: janusCodes,
  kimi_k25: kimiK25,
  kimi_k25_vision: kimiVision,
  'kosmos-2': kosmos,
  'kosmos-2.5': kosmos,
  kosmos_2_5_text_model: kosmos25Text,
  kosmos_2_5_vision_model: kosmos25Vision,
  kosmos_2_text_model: kosmos2Text,
  kosmos_2_vision_model: clipVision,
  lfm2_vl: lfm2Vl,
  lighton_ocr: lightOnOcr,
  llama4,
  llama4_text: llama4Text,
  llama4_vision_model: llama4Vision,
  llava,
  llava_next: llavaNext,
  llava_next_video: llavaNext,
  llava_onevision: llavaNext,
  minicpmo: miniCpmV,
  minicpmv: miniCpmV,
  minicpmv4_6: miniCpmV46,
  minicpmv4_6_vision: miniCpmV46Vision,
  minicpmv4_7: miniCpmV46,
  minicpmv4_7_vision: miniCpmV46Vision,
  minicpmv_vision: miniCpmVTower,
  ministral3: mistral3,
  mistral3,
  mllama,
  mllama_text_model: mllamaText,
  modernvbert: modernVBert,
  molmo,
  molmo2,
  molmo2_adapter: molmo2Adapter,
  molmo2_text: molmo2Text,
  molmo2_vision: molmo2Vision,
  nougat,
  openvla: openVla,
  ovis2,
  ovis2_vision: ovis2Vision,
  paddleocr_vl: paddleOcrVl,
  paddleocr_vl_text: ernie45,
  paddleocr_vl_vision: paddleOcrVision,
  paligemma,
  phi3_v: phi3Vision,
  phi4_multimodal: phi4Multimodal,
  phi4_multimodal_audio: phi4Audio,
  phi4_multimodal_vision: phi4Vision,
  phi4mm,
  pix2struct,
  pix2struct_text_model: pix2structText,
  pix2struct_vision_model: pix2structVision,
  qwen2_5_omni: qwen25Omni,
  qwen2_5_omni_audio_encoder: qwen25OmniAudio,
  qwen2_5_omni_bigvgan: bigVgan,
  qwen2_5_omni_dit: codesToSpectrogram,
  qwen2_5_omni_talker: qwen25OmniTalker,
  qwen2_5_omni_text: qwen2,
  qwen2_5_omni_thinker: qwen25OmniThinker,
  qwen2_5_omni_token2wav: token2Wav,
  qwen2_5_omni_vision_encoder: qwen25Vision,
  qwen2_5_vl: qwen25Vl,
  qwen2_audio: qwen2Audio,
  qwen2_audio_encoder: qwen2AudioEncoder,
  qwen2_vl: qwen2Vl,
  qwen3_5: qwen35,
  qwen3_5_moe: qwen35Moe,
  qwen3_asr: qwen3Asr,
  qwen3_asr_encoder: qwen3Audio,
  qwen3_omni_moe: qwen3Omni,
  qwen3_omni_moe_audio_encoder: qwen3Audio,
  qwen3_omni_moe_code2wav: code2Wav,
  qwen3_omni_moe_talker: qwen3OmniTalker,
  qwen3_omni_moe_talker_code_predictor: qwen3OmniCodePredictor,
  qwen3_omni_moe_talker_text: qwen3OmniTalkerText,
  qwen3_omni_moe_text: qwen3Moe,
  qwen3_omni_moe_thinker: qwen3OmniThinker,
  qwen3_omni_moe_vision_encoder: qwen3Vision,
  qwen3_vl: qwen3Vl,
  qwen3_vl_moe: qwen3VlMoe,
  sam_vision_model: samVision,
  shieldgemma2: gemma3,
  smolvlm: idefics3,
  smolvlm_vision: idefics3Vision,
  'speech-encoder-decoder': speechEncoderDecoder,
  trocr,
  video_llama_3: videoLlama3,
  video_llama_3_vision: videoLlama3Vision,
  video_llava: videoLlava,
  vipllava: vipLlava,
  'vision-encoder-decoder': visionEncoderDecoder,
  'vision-text-dual-encoder': visionTextDualEncoder,
  voxtral,
  voxtral_encoder: voxtralEncoder,
};
