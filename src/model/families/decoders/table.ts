import type { Family } from '../../family';
import { arctic } from './arctic';
import { baichuan } from './baichuan';
import { bailingMoe } from './bailing';
import { bloom } from './bloom';
import { chatglm } from './chatglm';
import { cohere, cohere2 } from './cohere';
import { dbrx } from './dbrx';
import { deepseek, deepseekV2, deepseekV3, deepseekV32, glmMoeDsa } from './deepseek';
import { dots1, hunyuanMoe, minimaxM2, phimoe } from './dots';
import { ernie45Moe } from './ernie45Moe';
import { exaone } from './exaone';
import { falcon } from './falcon';
import { falconH1 } from './falconH1';
import { gemma, gemma2, gemma3Text } from './gemma';
import { glm, glm4, glm4Moe } from './glm';
import { biogpt, codegen, gpt2, gptBigcode, gptj, gptNeo, openaiGpt } from './gpt2';
import { gptNeox } from './gptNeox';
import { gptOss } from './gptOss';
import { granite, graniteMoe, graniteMoeHybrid } from './granite';
import { internlm, internlm2, internlm3 } from './internlm';
import { bamba, jamba } from './jamba';
import { kimiLinear } from './kimiLinear';
import { lfm2 } from './lfm2';
import { llama } from './llama';
import { longcatFlash } from './longcat';
import { mamba, mamba2 } from './mamba';
import { mimo, mimoV2 } from './mimo';
import { minicpm, minicpm3 } from './minicpm';
import { minimax } from './minimax';
import { mistral } from './mistral';
import { mixtral } from './mixtral';
import { mpt } from './mpt';
import { nemotronH } from './nemotronH';
import { nemotronNas } from './nemotronNas';
import { olmo, olmo2, olmoe } from './olmo';
import { openelm } from './openelm';
import { opt } from './opt';
import { phi } from './phi';
import { phi3 } from './phi3';
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
import { qwen3 } from './qwen3';
import { qwen35Text } from './qwen35';
import { qwen3Next } from './qwen3Next';
import { qwen2Moe, qwen3Moe } from './qwenMoe';
import { recurrentGemma } from './recurrentGemma';
import { rwkv } from './rwkv';
import { smollm3 } from './smollm3';
import { stablelm } from './stablelm';
import { starcoder2 } from './starcoder2';
import { xglm } from './xglm';
import { zamba, zamba2 } from './zamba';

/** Language models that generate: `model_type` to family. */
export const DECODERS: Readonly<Record<string, Family>> = {
  apertus,
  aquila: llama,
  arcee,
  arctic,
  baichuan,
  bailing_moe: bailingMoe,
  bailing_moe_v2: bailingMoe,
  bamba,
  biogpt,
  bitnet,
  bloom,
  chatglm,
  codegen,
  cohere,
  cohere2,
  dbrx,
  deci,
  deepseek,
  deepseek_v2: deepseekV2,
  deepseek_v3: deepseekV3,
  deepseek_v32: deepseekV32,
  dots1,
  ernie4_5: ernie45,
  ernie4_5_moe: ernie45Moe,
  exaone,
  exaone4,
  falcon,
  falcon_h1: falconH1,
  falcon_mamba: mamba,
  gemma,
  gemma2,
  gemma3_text: gemma3Text,
  glm,
  glm4,
  glm4_moe: glm4Moe,
  glm4_moe_lite: deepseekV3,
  glm4v_moe_text: glm4Moe,
  glm4v_text: glm4,
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
  internlm,
  internlm2,
  internlm3,
  jamba,
  kimi_k2: deepseekV3,
  kimi_linear: kimiLinear,
  lfm2,
  lfm2_moe: lfm2,
  llama,
  longcat_flash: longcatFlash,
  mamba,
  mamba2,
  mimo,
  mimo_v2_flash: mimoV2,
  minicpm,
  minicpm3,
  minimax,
  minimax_m2: minimaxM2,
  minimax_text_01: minimax,
  ministral: mistral,
  mistral,
  'mixformer-sequential': phi,
  mixtral,
  mpt,
  nemotron,
  'nemotron-nas': nemotronNas,
  nemotron_h: nemotronH,
  olmo,
  olmo2,
  olmo3: olmo2,
  olmoe,
  'openai-gpt': openaiGpt,
  openelm,
  opt,
  orion,
  PanguEmbedded: internlm,
  persimmon,
  phi,
  'phi-msft': phi,
  phi3,
  phi4: phi3,
  phimoe,
  qwen,
  qwen2,
  qwen2_5_vl_text: qwen2,
  qwen2_moe: qwen2Moe,
  qwen2_vl_text: qwen2,
  qwen3,
  qwen3_5_moe_text: qwen35Text,
  qwen3_5_text: qwen35Text,
  qwen3_moe: qwen3Moe,
  qwen3_next: qwen3Next,
  qwen3_vl_moe_text: qwen3Moe,
  qwen3_vl_text: qwen3,
  recurrent_gemma: recurrentGemma,
  RefinedWeb: falcon,
  RefinedWebModel: falcon,
  rwkv,
  seed_oss: seedOss,
  smollm3,
  stablelm,
  stablelm_epoch: stablelm,
  starcoder2,
  xglm,
  xverse: llama,
  Yi: llama,
  zamba,
  zamba2,
};
