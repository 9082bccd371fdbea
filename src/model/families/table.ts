import type { Family } from '../family';
import { baichuan } from './baichuan';
import { bert, layoutlm, roberta } from './bert';
import { bloom } from './bloom';
import { chatglm } from './chatglm';
import { deepseek, deepseekV2, deepseekV3, deepseekV32, glmMoeDsa } from './deepseek';
import { falcon } from './falcon';
import { gemma, gemma2, gemma3Text } from './gemma';
import { glm, glm4, glm4Moe } from './glm';
import { codegen, gpt2, gptBigcode, gptj, gptNeo } from './gpt2';
import { gptNeox } from './gptNeox';
import { granite, graniteMoe, graniteMoeHybrid } from './granite';
import { internlm, internlm2, internlm3 } from './internlm';
import { llama } from './llama';
import { mimo, mimoV2 } from './mimo';
import { minicpm, minicpm3 } from './minicpm';
import { mistral } from './mistral';
import { mixtral } from './mixtral';
import { mpt } from './mpt';
import { opt } from './opt';
import { phi } from './phi';
import { phi3 } from './phi3';
import { qwen } from './qwen';
import { qwen2 } from './qwen2';
import { qwen3 } from './qwen3';
import { qwen2Moe, qwen3Moe } from './qwenMoe';
import { qwen3Next } from './qwen3Next';
import { smollm3 } from './smollm3';
import { stablelm } from './stablelm';
import { bart, m2m100, mbart } from './bart';
import { clip, clipText, clipVision } from './clip';
import { llama4, llama4Text, llama4Vision } from './llama4';
import { pixtralVision } from './pixtral';
import { qwen2Vision, qwen25Vision, qwen3Vision } from './qwenVision';
import { qwen35Text } from './qwen35';
import { siglip, siglipText, siglipVision } from './siglip';
import { t5 } from './t5';
import {
  gemma3,
  llava,
  llavaNext,
  mistral3,
  paligemma,
  qwen2Vl,
  qwen25Vl,
  qwen35,
  qwen35Moe,
  qwen3Vl,
  qwen3VlMoe,
} from './visionLanguage';
import { vit } from './vit';

/** Which family reads which `model_type`. A new family is one file and one line. */
export const FAMILIES: Readonly<Record<string, Family>> = {
  bart,
  clip,
  clip_text_model: clipText,
  clip_vision_model: clipVision,
  deit: vit,
  gemma3,
  llama4,
  llama4_text: llama4Text,
  llama4_vision_model: llama4Vision,
  llava,
  llava_next: llavaNext,
  m2m_100: m2m100,
  mbart,
  mistral3,
  mt5: t5,
  paligemma,
  pixtral: pixtralVision,
  qwen2_5_vl: qwen25Vl,
  qwen2_5_vl_text: qwen2,
  qwen2_5_vl_vision: qwen25Vision,
  qwen2_vl: qwen2Vl,
  qwen2_vl_text: qwen2,
  qwen2_vl_vision: qwen2Vision,
  qwen3_5: qwen35,
  qwen3_5_moe: qwen35Moe,
  qwen3_5_moe_text: qwen35Text,
  qwen3_5_text: qwen35Text,
  qwen3_5_vision: qwen3Vision,
  qwen3_vl: qwen3Vl,
  qwen3_vl_moe: qwen3VlMoe,
  qwen3_vl_moe_text: qwen3Moe,
  qwen3_vl_text: qwen3,
  qwen3_vl_vision: qwen3Vision,
  siglip,
  siglip_text_model: siglipText,
  siglip_vision_model: siglipVision,
  t5,
  umt5: t5,
  vipllava: llava,
  vit,
  baichuan,
  bert,
  bloom,
  chatglm,
  codegen,
  deepseek,
  deepseek_v2: deepseekV2,
  deepseek_v3: deepseekV3,
  deepseek_v32: deepseekV32,
  falcon,
  gemma,
  gemma2,
  gemma3_text: gemma3Text,
  glm,
  glm4,
  glm4_moe: glm4Moe,
  glm_moe_dsa: glmMoeDsa,
  gpt2,
  gpt_bigcode: gptBigcode,
  gpt_neo: gptNeo,
  gpt_neox: gptNeox,
  gptj,
  granite,
  granitemoe: graniteMoe,
  granitemoehybrid: graniteMoeHybrid,
  granitemoeshared: graniteMoe,
  internlm,
  internlm2,
  internlm3,
  kimi_k2: deepseekV3,
  layoutlm,
  llama,
  mimo,
  mimo_v2_flash: mimoV2,
  minicpm,
  minicpm3,
  ministral: mistral,
  ministral3: mistral3,
  mistral,
  mixtral,
  'mixformer-sequential': phi,
  mpt,
  opt,
  PanguEmbedded: internlm,
  phi,
  'phi-msft': phi,
  phi3,
  phi4: phi3,
  qwen,
  qwen2,
  qwen2_moe: qwen2Moe,
  qwen3,
  qwen3_moe: qwen3Moe,
  qwen3_next: qwen3Next,
  RefinedWeb: falcon,
  RefinedWebModel: falcon,
  roberta,
  smollm3,
  stablelm,
  stablelm_epoch: stablelm,
  camembert: roberta,
  'xlm-roberta': roberta,
};
