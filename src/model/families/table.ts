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
import { albert } from './albert';
import { bailingMoe } from './bailing';
import { cohere, cohere2 } from './cohere';
import { dbrx } from './dbrx';
import { distilbert } from './distilbert';
import { dots1, minimaxM2, phimoe } from './dots';
import { ernie45Moe } from './ernie45Moe';
import { exaone } from './exaone';
import { gemma4, gemma4Text, gemma4Vision } from './gemma4';
import { glm4v, glm4vMoe, glmVision } from './glmVision';
import { gptOss } from './gptOss';
import { idefics3, idefics3Vision } from './idefics3';
import { internVit, internVl } from './internvl';
import { bamba, jamba } from './jamba';
import { lfm2 } from './lfm2';
import { mamba, mamba2 } from './mamba';
import { mllama, mllamaText } from './mllama';
import { modernbert } from './modernbert';
import { nemotronH } from './nemotronH';
import { nemotronNas } from './nemotronNas';
import { olmo, olmo2, olmoe } from './olmo';
import { openelm } from './openelm';
import {
  arcee,
  bitnet,
  ernie45,
  exaone4,
  helium,
  hunyuanDense,
  nemotron,
  orion,
  persimmon,
  seedOss,
} from './plainDecoders';
import { recurrentGemma } from './recurrentGemma';
import { rwkv } from './rwkv';
import { starcoder2 } from './starcoder2';
import { whisper } from './whisper';
import { xglm } from './xglm';

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
  siglip2: siglip,
  siglip2_text_model: siglipText,
  siglip2_vision_model: siglipVision,
  siglip_text_model: siglipText,
  siglip_vision_model: siglipVision,
  t5,
  umt5: t5,
  vipllava: llava,
  vit,
  albert,
  aquila: llama,
  arcee,
  bailing_moe: bailingMoe,
  bailing_moe_v2: bailingMoe,
  bamba,
  bitnet,
  cohere,
  cohere2,
  dbrx,
  distilbert,
  dots1,
  ernie4_5: ernie45,
  ernie4_5_moe: ernie45Moe,
  exaone,
  exaone4,
  falcon_mamba: mamba,
  gemma4,
  gemma4_text: gemma4Text,
  gemma4_vision: gemma4Vision,
  glm4v,
  glm4v_moe: glm4vMoe,
  glm4v_moe_text: glm4Moe,
  glm4v_moe_vision: glmVision,
  glm4v_text: glm4,
  glm4v_vision: glmVision,
  gpt_oss: gptOss,
  helium,
  hunyuan_v1_dense: hunyuanDense,
  idefics3,
  idefics3_vision: idefics3Vision,
  intern_vit_6b: internVit,
  internvl_chat: internVl,
  jamba,
  lfm2,
  lfm2_moe: lfm2,
  llava_onevision: llavaNext,
  mamba,
  mamba2,
  minimax_m2: minimaxM2,
  mllama,
  mllama_text_model: mllamaText,
  modernbert,
  nemotron,
  nemotron_h: nemotronH,
  'nemotron-nas': nemotronNas,
  olmo,
  olmo2,
  olmo3: olmo2,
  olmoe,
  openelm,
  orion,
  persimmon,
  phimoe,
  qwen3_5_moe_vision: qwen3Vision,
  recurrent_gemma: recurrentGemma,
  rwkv,
  seed_oss: seedOss,
  smolvlm: idefics3,
  smolvlm_vision: idefics3Vision,
  starcoder2,
  whisper,
  xglm,
  xverse: llama,
  Yi: llama,
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
  gpt_neox_reward_model: gptNeox,
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
