import type { Family } from '../../family';
import { gemma4Text } from '../multimodal/gemma4';
import { afmoe } from './afmoe';
import { arctic } from './arctic';
import { axk1, axk2 } from './axk';
import { baichuan } from './baichuan';
import { baichuanM1 } from './baichuanM1';
import { bailingMoe } from './bailing';
import { bailingHybrid } from './bailingHybrid';
import { bailingLinear } from './bailingLinear';
import { bloom } from './bloom';
import { blt } from './blt';
import { chatglm } from './chatglm';
import { cohere, cohere2 } from './cohere';
import { cohere2Moe } from './cohere2Moe';
import { dbrx } from './dbrx';
import { deepseek, deepseekV2, deepseekV3, deepseekV32, glmMoeDsa } from './deepseek';
import { deepseekV4 } from './deepseekV4';
import { dots1, hunyuanMoe, minimaxM2, phimoe } from './dots';
import { dots3Text } from './dots3';
import { ernie45Moe } from './ernie45Moe';
import { exaone } from './exaone';
import { exaoneMoe, hyV3, solarOpen } from './exaoneMoe';
import { falcon } from './falcon';
import { falconH1 } from './falconH1';
import { laguna, step3p5 } from './gatedHeads';
import { gemma, gemma2, gemma3Text } from './gemma';
import { glm, glm4, glm4Moe } from './glm';
import { biogpt, codegen, gpt2, gptBigcode, gptj, gptNeo, openaiGpt } from './gpt2';
import { gptNeox } from './gptNeox';
import { gptOss } from './gptOss';
import { granite, graniteMoe, graniteMoeHybrid } from './granite';
import { grok1 } from './grok1';
import { dream, hfOlmo, llada } from './hfOlmo';
import { hrmText } from './hrm';
import { hunyuanLarge } from './hunyuanLarge';
import { glm5NextText, hyV4 } from './hyV4';
import { internlm, internlm2, internlm3 } from './internlm';
import { codeshell, jais } from './jais';
import { bamba, jamba } from './jamba';
import { jetmoe } from './jetmoe';
import { kimiLinear } from './kimiLinear';
import { lfm2 } from './lfm2';
import { lfm3 } from './lfm3';
import { llama } from './llama';
import { cwm, diffLlama, doge, graniteSwa, hyperclovax, jais2, nanochat, vaultGemma } from './llamaKin';
import { longcatFlash } from './longcat';
import { mamba, mamba2 } from './mamba';
import { mimo, mimoV2 } from './mimo';
import { minicpm, minicpm3 } from './minicpm';
import { minimax } from './minimax';
import { minimaxM3Text } from './minimaxM3';
import { mistral } from './mistral';
import { mistral4 } from './mistral4';
import { mistralLarge4Text } from './mistralLarge4';
import { mixtral } from './mixtral';
import { ariaText, graniteMoeSwa, kolibri, mellum } from './mixtureKin';
import { iquestLoopCoder, klear, panguProMoe, solar, xverse } from './mixtureRemote';
import { modernbertDecoder } from './modernbertDecoder';
import { mpt } from './mpt';
import { nemotronH } from './nemotronH';
import { nemotronNas } from './nemotronNas';
import { cpmAnt, ctrl, gptNeoxJapanese } from './oldDecoders';
import { olmo, olmo2, olmoe } from './olmo';
import { flexOlmo, olmoHybrid } from './olmoKin';
import { openelm } from './openelm';
import { opt } from './opt';
import { phi } from './phi';
import { phi3 } from './phi3';
import { phi3Small } from './phi3small';
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
import { plamo, plamo2 } from './plamo';
import { privacyFilter } from './privacyFilter';
import { qwen } from './qwen';
import { qwen2 } from './qwen2';
import { qwen3 } from './qwen3';
import { qwen35Text } from './qwen35';
import { qwen3Next } from './qwen3Next';
import { qwen2Moe, qwen3Moe } from './qwenMoe';
import { recurrentGemma } from './recurrentGemma';
import { rwkv } from './rwkv';
import { rwkv5, rwkv6, rwkv7 } from './rwkvLater';
import { smollm3 } from './smollm3';
import { stablelm } from './stablelm';
import { starcoder2 } from './starcoder2';
import { step3Text } from './step3';
import { switchTransformers } from './switchTransformers';
import { t5gemma, t5gemma2, t5gemma2Decoder, t5gemma2Encoder, t5gemma2Text, t5gemmaModule } from './t5gemma';
import { telechat } from './telechat';
import { xglm } from './xglm';
import { xlstm } from './xlstm';
import { zamba, zamba2 } from './zamba';
import { zaya } from './zaya';

/** Language models that generate: `model_type` to family. */
export const DECODERS: Readonly<Record<string, Family>> = {
  afmoe,
  apertus,
  aquila: llama,
  arcee,
  arctic,
  aria_moe_lm: ariaText,
  aria_text: ariaText,
  axk1,
  axk2,
  baichuan,
  baichuan_m1: baichuanM1,
  bailing_hybrid: bailingHybrid,
  bailing_moe: bailingMoe,
  bailing_moe_linear: bailingLinear,
  bailing_moe_v2: bailingMoe,
  bamba,
  biogpt,
  bitnet,
  bloom,
  blt,
  btlm: jais,
  chatglm,
  codegen,
  codeshell,
  cohere,
  cohere2,
  cohere2_moe: cohere2Moe,
  cpmant: cpmAnt,
  ctrl,
  cwm,
  dbrx,
  deci,
  deepseek,
  deepseek_v2: deepseekV2,
  deepseek_v3: deepseekV3,
  deepseek_v32: deepseekV32,
  deepseek_v4: deepseekV4,
  diffllama: diffLlama,
  doge,
  dots1,
  dots3_note_text: dots3Text,
  Dream: dream,
  ernie4_5: ernie45,
  ernie4_5_moe: ernie45Moe,
  exaone,
  exaone4,
  exaone_moe: exaoneMoe,
  falcon,
  falcon_h1: falconH1,
  falcon_mamba: mamba,
  flex_olmo: flexOlmo,
  gemma,
  gemma2,
  gemma3_text: gemma3Text,
  gemma4_unified_text: gemma4Text,
  glm,
  glm4,
  glm4_moe: glm4Moe,
  glm4_moe_lite: deepseekV3,
  glm4v_moe_text: glm4Moe,
  glm4v_text: glm4,
  glm5_next_text: glm5NextText,
  glm_moe_dsa: glmMoeDsa,
  gpt2,
  gpt_bigcode: gptBigcode,
  gpt_neo: gptNeo,
  gpt_neox: gptNeox,
  gpt_neox_japanese: gptNeoxJapanese,
  gpt_neox_reward_model: gptNeox,
  gpt_oss: gptOss,
  gptj,
  'gpt-sw3': gpt2,
  granite,
  granite_swa: graniteSwa,
  granitemoe: graniteMoe,
  granitemoe_swa: graniteMoeSwa,
  granitemoehybrid: graniteMoeHybrid,
  granitemoeshared: graniteMoe,
  'grok-1': grok1,
  helium,
  hf_olmo: hfOlmo,
  hrm_text: hrmText,
  hunyuan: hunyuanLarge,
  hunyuan_v1_dense: hunyuanDense,
  hunyuan_v1_moe: hunyuanMoe,
  hy_v3: hyV3,
  hy_v4: hyV4,
  hyperclovax,
  internlm,
  internlm2,
  internlm3,
  iquestcoder: llama,
  iquestloopcoder: iquestLoopCoder,
  jais,
  jais2,
  jamba,
  jetmoe,
  kimi_k2: deepseekV3,
  kimi_linear: kimiLinear,
  Klear: klear,
  kolibri1: kolibri,
  laguna,
  lfm2,
  lfm2_moe: lfm2,
  lfm3,
  llada,
  llama,
  longcat_flash: longcatFlash,
  mamba,
  mamba2,
  mellum,
  mimo,
  mimo_v2_flash: mimoV2,
  minicpm,
  minicpm3,
  minimax,
  minimax_m1: minimax,
  minimax_m2: minimaxM2,
  minimax_m3_vl_text: minimaxM3Text,
  minimax_text_01: minimax,
  ministral: mistral,
  mistral,
  mistral4,
  mistral_large4_text: mistralLarge4Text,
  'mixformer-sequential': phi,
  mixtral,
  'modernbert-decoder': modernbertDecoder,
  moss: codegen,
  mpt,
  nanochat,
  nemotron,
  nemotron_h: nemotronH,
  'nemotron-nas': nemotronNas,
  olmo,
  olmo2,
  olmo3: olmo2,
  olmo_hybrid: olmoHybrid,
  olmoe,
  openai_privacy_filter: privacyFilter,
  'openai-gpt': openaiGpt,
  openelm,
  opt,
  orion,
  PanguEmbedded: internlm,
  PanguProMoE: panguProMoe,
  persimmon,
  phi,
  phi3,
  phi3small: phi3Small,
  phi4: phi3,
  phimoe,
  'phi-msft': phi,
  plamo,
  plamo2,
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
  rwkv5,
  rwkv6,
  rwkv7,
  seed_oss: seedOss,
  skywork: llama,
  smollm3,
  solar,
  solar_open: solarOpen,
  stablelm,
  stablelm_epoch: stablelm,
  starcoder2,
  step3_text: step3Text,
  step3p5,
  switch_transformers: switchTransformers,
  t5_gemma_module: t5gemmaModule,
  t5gemma,
  t5gemma2,
  t5gemma2_decoder: t5gemma2Decoder,
  t5gemma2_encoder: t5gemma2Encoder,
  t5gemma2_text: t5gemma2Text,
  telechat,
  telechat2: telechat,
  telechat3: llama,
  vaultgemma: vaultGemma,
  xglm,
  xlstm,
  xverse,
  Yi: llama,
  youtu: deepseekV3,
  youtu_llm: deepseekV3,
  zamba,
  zamba2,
  zaya,
};
