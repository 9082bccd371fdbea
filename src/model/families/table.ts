import type { Family } from '../family';
import { albert } from './albert';
import { arctic } from './arctic';
import { baichuan } from './baichuan';
import { bailingMoe } from './bailing';
import { bart, blenderbot, blenderbotSmall, m2m100, marian, mbart } from './bart';
import { bert, layoutlm, roberta } from './bert';
import { bloom } from './bloom';
import { chatglm } from './chatglm';
import { clip, clipText, clipVision } from './clip';
import { cohere, cohere2 } from './cohere';
import { dbrx } from './dbrx';
import { deepseek, deepseekV2, deepseekV3, deepseekV32, glmMoeDsa } from './deepseek';
import { dinov2 } from './dinov2';
import { dinov3 } from './dinov3';
import { distilbert } from './distilbert';
import { dots1, hunyuanMoe, minimaxM2, phimoe } from './dots';
import { debertaV2, electra, mpnet, nomicBert } from './electra';
import { ernie45Moe } from './ernie45Moe';
import { exaone } from './exaone';
import { falcon } from './falcon';
import { falconH1 } from './falconH1';
import { gemma, gemma2, gemma3Text } from './gemma';
import { gemma3n, gemma3nText } from './gemma3n';
import { gemma4, gemma4Text, gemma4Vision } from './gemma4';
import { glm, glm4, glm4Moe } from './glm';
import { glm4v, glm4vMoe, glmVision } from './glmVision';
import { biogpt, codegen, gpt2, gptBigcode, gptNeo, gptj, openaiGpt } from './gpt2';
import { gptNeox } from './gptNeox';
import { gptOss } from './gptOss';
import { granite, graniteMoe, graniteMoeHybrid } from './granite';
import { idefics3, idefics3Vision } from './idefics3';
import { internlm, internlm2, internlm3 } from './internlm';
import { internVit, internVl } from './internvl';
import { internVlHf, internVlVision } from './internvlHf';
import { bamba, jamba } from './jamba';
import { kimiLinear } from './kimiLinear';
import { lfm2 } from './lfm2';
import { llama } from './llama';
import { llama4, llama4Text, llama4Vision } from './llama4';
import { longcatFlash } from './longcat';
import { mamba, mamba2 } from './mamba';
import { mimo, mimoV2 } from './mimo';
import { minicpm, minicpm3 } from './minicpm';
import { minimax } from './minimax';
import { mistral } from './mistral';
import { mixtral } from './mixtral';
import { mllama, mllamaText } from './mllama';
import { modernbert } from './modernbert';
import { kimiVl, locateAnything, moonVit } from './moonVit';
import { mpt } from './mpt';
import { nemotronH } from './nemotronH';
import { nemotronNas } from './nemotronNas';
import { olmo, olmo2, olmoe } from './olmo';
import { openelm } from './openelm';
import { opt } from './opt';
import { phi } from './phi';
import { phi3 } from './phi3';
import { phi3Vision } from './phi3Vision';
import { pixtralVision } from './pixtral';
import {
  apertus,
  arcee,
  bitnet,
  deci,
  ernie45,
  exaone4,
  helium,
  hunyuanDense,
  nemotron,
  orion,
  persimmon,
  seedOss,
} from './plainDecoders';
import { qwen } from './qwen';
import { qwen2 } from './qwen2';
import { qwen2Audio, qwen2AudioEncoder } from './qwen2Audio';
import { qwen3 } from './qwen3';
import { qwen35Text } from './qwen35';
import { qwen3Next } from './qwen3Next';
import { qwen2Moe, qwen3Moe } from './qwenMoe';
import { qwen25Vision, qwen2Vision, qwen3Vision } from './qwenVision';
import { recurrentGemma } from './recurrentGemma';
import { rwkv } from './rwkv';
import { siglip, siglipText, siglipVision } from './siglip';
import { smollm3 } from './smollm3';
import { stablelm } from './stablelm';
import { starcoder2 } from './starcoder2';
import { t5 } from './t5';
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
import { vit } from './vit';
import { voxtral, voxtralEncoder } from './voxtral';
import { whisper } from './whisper';
import { xglm } from './xglm';
import { zamba, zamba2 } from './zamba';

/** Which family reads which `model_type`. A new family is one file and one line. */
export const FAMILIES: Readonly<Record<string, Family>> = {
  albert,
  apertus,
  aquila: llama,
  arcee,
  arctic,
  baichuan,
  bailing_moe: bailingMoe,
  bailing_moe_v2: bailingMoe,
  bamba,
  bart,
  bert,
  biogpt,
  bitnet,
  blenderbot,
  'blenderbot-small': blenderbotSmall,
  bloom,
  camembert: roberta,
  chatglm,
  clip,
  clip_text_model: clipText,
  clip_vision_model: clipVision,
  codegen,
  cohere,
  cohere2,
  dbrx,
  'deberta-v2': debertaV2,
  deci,
  deepseek,
  deepseek_v2: deepseekV2,
  deepseek_v3: deepseekV3,
  deepseek_v32: deepseekV32,
  deit: vit,
  dinov2,
  dinov2_with_registers: dinov2,
  dinov3_vit: dinov3,
  distilbert,
  dots1,
  electra,
  ernie4_5: ernie45,
  ernie4_5_moe: ernie45Moe,
  exaone,
  exaone4,
  falcon,
  falcon_h1: falconH1,
  falcon_mamba: mamba,
  gemma,
  gemma2,
  gemma3,
  gemma3_text: gemma3Text,
  gemma3n,
  gemma3n_text: gemma3nText,
  gemma4,
  gemma4_text: gemma4Text,
  gemma4_vision: gemma4Vision,
  glm,
  glm4,
  glm4_moe: glm4Moe,
  glm4_moe_lite: deepseekV3,
  glm4v,
  glm4v_moe: glm4vMoe,
  glm4v_moe_text: glm4Moe,
  glm4v_moe_vision: glmVision,
  glm4v_text: glm4,
  glm4v_vision: glmVision,
  glm_moe_dsa: glmMoeDsa,
  gpt2,
  gpt_bigcode: gptBigcode,
  gpt_neo: gptNeo,
  gpt_neox: gptNeox,
  gpt_neox_reward_model: gptNeox,
  gpt_oss: gptOss,
  gptj,
  granite,
  granitemoe: graniteMoe,
  granitemoehybrid: graniteMoeHybrid,
  granitemoeshared: graniteMoe,
  helium,
  hunyuan_v1_dense: hunyuanDense,
  hunyuan_v1_moe: hunyuanMoe,
  idefics3,
  idefics3_vision: idefics3Vision,
  intern_vit_6b: internVit,
  internlm,
  internlm2,
  internlm3,
  internvl: internVlHf,
  internvl_chat: internVl,
  internvl_vision: internVlVision,
  jamba,
  kimi_k2: deepseekV3,
  kimi_linear: kimiLinear,
  kimi_vl: kimiVl,
  layoutlm,
  lfm2,
  lfm2_moe: lfm2,
  llama,
  llama4,
  llama4_text: llama4Text,
  llama4_vision_model: llama4Vision,
  llava,
  llava_next: llavaNext,
  llava_next_video: llavaNext,
  llava_onevision: llavaNext,
  locateanything: locateAnything,
  longcat_flash: longcatFlash,
  m2m_100: m2m100,
  mamba,
  mamba2,
  marian,
  mbart,
  mimo,
  mimo_v2_flash: mimoV2,
  minicpm,
  minicpm3,
  minimax,
  minimax_m2: minimaxM2,
  minimax_text_01: minimax,
  ministral: mistral,
  ministral3: mistral3,
  mistral,
  mistral3,
  'mixformer-sequential': phi,
  mixtral,
  mllama,
  mllama_text_model: mllamaText,
  modernbert,
  moonvit: moonVit,
  mpnet,
  mpt,
  mt5: t5,
  nemotron,
  'nemotron-nas': nemotronNas,
  nemotron_h: nemotronH,
  nomic_bert: nomicBert,
  olmo,
  olmo2,
  olmo3: olmo2,
  olmoe,
  'openai-gpt': openaiGpt,
  openelm,
  opt,
  orion,
  paligemma,
  PanguEmbedded: internlm,
  pegasus: marian,
  persimmon,
  phi,
  'phi-msft': phi,
  phi3,
  phi3_v: phi3Vision,
  phi4: phi3,
  phimoe,
  pixtral: pixtralVision,
  qwen,
  qwen2,
  qwen2_5_vl: qwen25Vl,
  qwen2_5_vl_text: qwen2,
  qwen2_5_vl_vision: qwen25Vision,
  qwen2_audio: qwen2Audio,
  qwen2_audio_encoder: qwen2AudioEncoder,
  qwen2_moe: qwen2Moe,
  qwen2_vl: qwen2Vl,
  qwen2_vl_text: qwen2,
  qwen2_vl_vision: qwen2Vision,
  qwen3,
  qwen3_5: qwen35,
  qwen3_5_moe: qwen35Moe,
  qwen3_5_moe_text: qwen35Text,
  qwen3_5_moe_vision: qwen3Vision,
  qwen3_5_text: qwen35Text,
  qwen3_5_vision: qwen3Vision,
  qwen3_moe: qwen3Moe,
  qwen3_next: qwen3Next,
  qwen3_vl: qwen3Vl,
  qwen3_vl_moe: qwen3VlMoe,
  qwen3_vl_moe_text: qwen3Moe,
  qwen3_vl_text: qwen3,
  qwen3_vl_vision: qwen3Vision,
  recurrent_gemma: recurrentGemma,
  RefinedWeb: falcon,
  RefinedWebModel: falcon,
  roberta,
  rwkv,
  seed_oss: seedOss,
  siglip,
  siglip2: siglip,
  siglip2_text_model: siglipText,
  siglip2_vision_model: siglipVision,
  siglip_text_model: siglipText,
  siglip_vision_model: siglipVision,
  smollm3,
  smolvlm: idefics3,
  smolvlm_vision: idefics3Vision,
  stablelm,
  stablelm_epoch: stablelm,
  starcoder2,
  t5,
  umt5: t5,
  vipllava: llava,
  vit,
  voxtral,
  voxtral_encoder: voxtralEncoder,
  whisper,
  xglm,
  'xlm-roberta': roberta,
  xverse: llama,
  Yi: llama,
  zamba,
  zamba2,
};
