import type { Engine } from '../../src/deployment/engine';
import type { EngineConstants } from '../../src/roofline/calibration';

/** Where a fit starts, and where a constant stays that no row speaks about: usual orders of magnitude. */
const BASE: EngineConstants = {
  weightBandwidth: 0.85,
  unitBandwidth: 3e10,
  cacheBandwidth: 0.6,
  activationBandwidth: 0.6,
  compute: 0.6,
  attentionCompute: 0.3,
  expertAttained: 0.7,
  packedAttained: 1,
  expertLayerSeconds: 4e-5,
  halfRows: 32,
  plainFlop: 1,
  packedFlop: 3,
  superblockFlop: 1,
  cacheConvertFlop: 16,
  scoreFlop: 1,
  scoreBytes: 0.5,
  layerSeconds: 2e-5,
  stepSeconds: 5e-4,
  sequenceSeconds: 1e-5,
  hostLayerSeconds: 1e-5,
  hostRotarySeconds: 1e-6,
  hostExpertSeconds: 1e-6,
  kernels: {},
  requestSeconds: 2e-3,
  hopSeconds: 4e-6,
  linkBandwidth: 0.6,
};

/**
 * Experts in one fused kernel read their weights nearly as other matrices do where rows are few: the Mixtral servers of serving.csv leave
 * three quarters of the two shares, llama.cpp's rows all of them.
 */
const FUSED_EXPERTS = 0.8;

export const PRIORS: Readonly<Record<Engine, EngineConstants>> = {
  vllm: { ...BASE, expertAttained: FUSED_EXPERTS, stepSeconds: 1.5e-3, sequenceSeconds: 2e-5 },
  sglang: { ...BASE, expertAttained: FUSED_EXPERTS, stepSeconds: 1e-3, sequenceSeconds: 2e-5 },
  tgi: { ...BASE, expertAttained: FUSED_EXPERTS, stepSeconds: 2e-3, sequenceSeconds: 2e-5 },
  'tensorrt-llm': { ...BASE, expertAttained: FUSED_EXPERTS },
  'llama.cpp': {
    ...BASE,
    hopSeconds: 5e-6,
    // Long prompts of Llama 3 8B in q4_k_m take 1.11 to 1.33 times as long as in f16 on eight devices of all kinds, in the middle 1.28
    // (throughput.csv, XiongjieDai/GPU-Benchmarks-on-LLM-Inference). A fit would make it answer for pipelines of f16 as well.
    packedAttained: 0.8,
    // A row at a time: some ten instructions that load, convert and add up for each pair of weights or of cached elements.
    plainFlop: 12,
    scoreFlop: 8,
    layerSeconds: 6e-5,
    scoreBytes: 4,
    requestSeconds: 1e-4,
    compute: 0.4,
  },
  transformers: {
    ...BASE,
    // Hidden behind the host, and therefore not told apart from it.
    unitBandwidth: 1e12,
    hostRotarySeconds: 2e-4,
    hostExpertSeconds: 1e-4,
    kernels: {
      'bnb-nf4': { matrixSeconds: 1.8e-4, unpackBytes: 8 },
      'bnb-int8': { matrixSeconds: 3.8e-4, unpackBytes: 4 },
      'gptq-int4': { matrixSeconds: 2e-5, unpackBytes: 2 },
      'gptq-int8': { matrixSeconds: 2e-5, unpackBytes: 2 },
      'awq-int4': { matrixSeconds: 2e-5, unpackBytes: 4 },
      int8: { matrixSeconds: 3e-4, unpackBytes: 4 },
      int4: { matrixSeconds: 1e-4, unpackBytes: 4 },
      fp8: { matrixSeconds: 5e-5, unpackBytes: 4 },
    },
    hostLayerSeconds: 5e-4,
    stepSeconds: 1.5e-3,
    scoreBytes: 1,
    plainFlop: 0.5,
  },
  onnxruntime: { ...BASE, hostLayerSeconds: 1.5e-4 },
  openvino: { ...BASE, layerSeconds: 5e-5, hostLayerSeconds: 1e-4, scoreBytes: 2 },
  mlx: { ...BASE, layerSeconds: 5e-5 },
};

/** What everyone's calculator does: full bandwidth, full peak, nothing else. */
export const PEAK_ROOFLINE: EngineConstants = {
  weightBandwidth: 1,
  unitBandwidth: 1e15,
  cacheBandwidth: 1,
  activationBandwidth: 1,
  compute: 1,
  attentionCompute: 1,
  expertAttained: 1,
  packedAttained: 1,
  expertLayerSeconds: 0,
  halfRows: 0,
  plainFlop: 0,
  packedFlop: 0,
  superblockFlop: 0,
  cacheConvertFlop: 0,
  scoreFlop: 0,
  scoreBytes: 0,
  layerSeconds: 0,
  stepSeconds: 0,
  sequenceSeconds: 0,
  hostLayerSeconds: 0,
  hostRotarySeconds: 0,
  hostExpertSeconds: 0,
  kernels: {},
  requestSeconds: 0,
  hopSeconds: 0,
  linkBandwidth: 1,
};
