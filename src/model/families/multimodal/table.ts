import type { Family } from '../../family';
import { gemma3n, gemma3nText } from './gemma3n';
import { gemma4, gemma4Text, gemma4Vision } from './gemma4';
import { glm4v, glm4vMoe, glmVision } from './glmVision';
import { idefics3, idefics3Vision } from './idefics3';
import { internVit, internVl } from './internvl';
import { internVlHf, internVlVision } from './internvlHf';
import { llama4, llama4Text, llama4Vision } from './llama4';
import { mllama, mllamaText } from './mllama';
import { phi3Vision } from './phi3Vision';
import { qwen2Audio, qwen2AudioEncoder } from './qwen2Audio';
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
} from './visionLanguage';
import { voxtral, voxtralEncoder } from './voxtral';

/** Language models that see or hear, and the towers made for them: `model_type` to family. */
export const MULTIMODAL: Readonly<Record<string, Family>> = {
  gemma3,
  gemma3n,
  gemma3n_text: gemma3nText,
  gemma4,
  gemma4_text: gemma4Text,
  gemma4_vision: gemma4Vision,
  glm4v,
  glm4v_moe: glm4vMoe,
  glm4v_moe_vision: glmVision,
  glm4v_vision: glmVision,
  idefics3,
  idefics3_vision: idefics3Vision,
  intern_vit_6b: internVit,
  internvl: internVlHf,
  internvl_chat: internVl,
  internvl_vision: internVlVision,
  llama4,
  llama4_text: llama4Text,
  llama4_vision_model: llama4Vision,
  llava,
  llava_next: llavaNext,
  llava_next_video: llavaNext,
  llava_onevision: llavaNext,
  ministral3: mistral3,
  mistral3,
  mllama,
  mllama_text_model: mllamaText,
  paligemma,
  phi3_v: phi3Vision,
  qwen2_5_vl: qwen25Vl,
  qwen2_audio: qwen2Audio,
  qwen2_audio_encoder: qwen2AudioEncoder,
  qwen2_vl: qwen2Vl,
  qwen3_5: qwen35,
  qwen3_5_moe: qwen35Moe,
  qwen3_vl: qwen3Vl,
  qwen3_vl_moe: qwen3VlMoe,
  smolvlm: idefics3,
  smolvlm_vision: idefics3Vision,
  vipllava: llava,
  voxtral,
  voxtral_encoder: voxtralEncoder,
};
