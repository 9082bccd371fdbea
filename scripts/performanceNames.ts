/** What rows of the results are called in our catalogues. */

type Row = Record<string, string>;

/** By paper, then by what was run; the empty pattern takes the rest. Null: a baseline, or a whole system. */
const TECHNIQUES: Record<string, readonly (readonly [RegExp, string | null])[]> = {
  qserve: [
    [/^W4A16/, 'awq-int4-weights'],
    [/GPTQ/, 'gptq-int4-weights'],
    [/AWQ/, 'awq-int4-weights'],
    [/W8A8/, 'w8a8-int8'],
    [/QoQ/, 'w4a8kv4'],
    [/W4A4/, 'w4a4-int4'],
  ],
  'ref:spec-bench': [
    [/SAMD/, 'suffix-automaton-speculation'],
    [/^EAGLE3/, 'eagle3-speculation'],
    [/^EAGLE2/, 'eagle2-speculation'],
    [/^EAGLE/, 'eagle-speculation'],
    [/Hydra/, 'hydra-speculation'],
    [/SpS/, 'draft-model-speculation'],
    [/PLD/, 'prompt-lookup-decoding'],
    [/Medusa/, 'medusa-speculation'],
    [/Recycling/, 'token-recycling'],
    [/REST/, 'datastore-speculation'],
    [/Jacobi/, 'jacobi-lookahead-decoding'],
  ],
  'ref:redhat-cards': [[/FP8/, 'fp8-weights']],
  'bf16-or-death': [
    [/W8A8.*FP|FP8/, 'fp8-weights'],
    [/W8A8/, 'w8a8-int8'],
    [/AWQ/, 'awq-int4-weights'],
    [/W4A16/, 'gptq-int4-weights'],
  ],
  'lookahead-alipay': [
    [/baseline/, null],
    [/./, 'trie-lookup-speculation'],
  ],
  h2o: [
    [/FlexGen|DeepSpeed|Accelerate/, 'cpu-offload'],
    [/H2O|^$/, 'h2o-kv-eviction'],
  ],
  hired: [
    [/full/, null],
    [/./, 'vision-token-dropping'],
  ],
  mustdrop: [[/(?:)/, 'staged-vision-token-dropping']],
  'llm-in-a-flash': [
    [/Naive|no optimisation/, null],
    [/(?:)/, 'flash-offload'],
  ],
  'powerinfer-2': [[/(?:)/, 'neuron-cluster-offload']],
  'tpi-llm': [
    [/Transformers \(swap\)/, null],
    [/Accelerate/, 'cpu-offload'],
    [/(?:)/, 'edge-device-pooling'],
  ],
  llmcad: [
    [/^vanilla/, null],
    [/chain/, 'draft-model-speculation'],
    [/(?:)/, 'offloaded-speculation'],
  ],
  bild: [[/(?:)/, 'big-little-decoding']],
  sarathi: [
    [/decode cost|prefill-only|decode-only/, null],
    [/(?:)/, 'chunked-prefill'],
  ],
  puzzle: [[/(?:)/, 'distilled-child']],
  nanoflow: [[/(?:)/, 'nano-batch-overlap']],
  prosparse: [
    [/^Dense|^dense/, null],
    [/(?:)/, 'relu-activation-sparsity'],
  ],
  coreinfer: [
    [/Transformers|DejaVu|PowerInfer/, null],
    [/(?:)/, 'sentence-activation-sparsity'],
  ],
  'flashdecoding-pp': [[/(?:)/, 'decode-attention-kernels']],
  'deepspeed-moe': [
    [/PR-MoE|MoS/, 'residual-expert-student'],
    [/(?:)/, 'expert-parallel'],
  ],
  minference: [
    [/InfLLM|StreamingLLM/, null],
    [/(?:)/, 'minference-sparse-prefill'],
  ],
  cacheblend: [[/(?:)/, 'cache-blending']],
  flexllm: [[/(?:)/, 'finetuning-co-serving']],
  hunyuanvideo: [
    [/\d GPU|xDiT/, 'sequence-parallel-diffusion'],
    [/(?:)/, null],
  ],
  prepacking: [
    [/prepacking/, 'prefill-packing'],
    [/(?:)/, null],
  ],
  llumnix: [[/(?:)/, 'cross-instance-scheduling']],
  alisa: [[/(?:)/, 'sparse-window-kv']],
  'squeezed-attention': [[/(?:)/, 'fixed-context-clustering']],
  edgemoe: [[/(?:)/, 'expert-flash-offload']],
  'attention-offloading': [[/(?:)/, 'attention-offload']],
  'abq-llm': [[/(?:)/, 'two-bit-weights-int8-activations']],
  'flash-llm': [[/(?:)/, 'unstructured-sparsity']],
  gqsa: [[/(?:)/, 'group-sparse-int4']],
  'specdec-pp': [[/(?:)/, 'adaptive-draft-length']],
  distillspec: [[/(?:)/, 'distilled-draft']],
  easyspec: [[/(?:)/, 'layer-parallel-drafting']],
  kangaroo: [[/(?:)/, 'early-exit-self-speculation']],
  'falcon-sar': [[/(?:)/, 'semi-autoregressive-drafting']],
  chimera: [[/(?:)/, 'fused-feature-drafting']],
  modegpt: [[/(?:)/, 'modular-low-rank']],
  'sparse-finetuning': [[/(?:)/, 'sparse-int8-cpu']],
  'ladder-residual': [[/(?:)/, 'ladder-residual']],
  exflow: [[/(?:)/, 'expert-affinity-placement']],
  bigmac: [[/(?:)/, 'low-dimensional-expert-exchange']],
  'code-dynamic-inference': [[/(?:)/, 'early-exit-classifier']],
  'deer-vla': [[/(?:)/, 'multi-exit-robot-policy']],
  'sorted-llama': [[/(?:)/, 'sorted-sub-model']],
  'code-var': [[/(?:)/, 'collaborative-visual-decoding']],
  flover: [[/(?:)/, 'continuous-batching']],
  hcot: [[/(?:)/, 'hidden-chain-of-thought']],
  'lut-tensor-core': [[/(?:)/, 'lookup-table-tensor-cores']],
  flightllm: [[/(?:)/, 'fpga-mapping']],
  olive: [[/(?:)/, 'outlier-victim-quantisation']],
  'hyperparams-vllm-hf': [[/(?:)/, 'engine-tuning']],
  'tcra-llm': [[/(?:)/, 'prompt-compression']],
  xl3m: [[/(?:)/, 'segment-selection']],
};

/** Families as families.csv names them, by the catalogue id; the table's own name where a row has none. */
const FAMILIES: Record<string, string> = {
  'speculative-decoding': 'speculative-decoding',
  'activation-sparsity': 'activation-sparsity',
  offload: 'offload',
  'offload-attention': 'offload',
  'edge-engine': 'offload',
  'token-reduction': 'vision-token-reduction',
  'kv-cache-eviction': 'kv-eviction',
  'quantisation-weight-activation': 'weight-activation-quantisation',
  'quantisation-weight-activation-kv': 'weight-activation-quantisation',
  'quantisation-weight-only': 'weight-only-quantisation',
  'quantisation-study': 'weight-activation-quantisation',
  'quantisation+pruning': 'pruning',
  'overlap-scheduling': 'overlap',
  'batching-scheduling': 'batching-and-scheduling',
  'chunked-prefill': 'chunked-prefill-and-packing',
  'prefill-packing': 'chunked-prefill-and-packing',
  'nas-distillation': 'distilled-or-searched-child',
  'tp-communication': 'tensor-parallel-communication',
  'moe-inference': 'expert-parallelism',
  'kernel-optimisation': 'kernels',
  'sparse-attention': 'sparse-attention',
  'kv-reuse': 'kv-reuse',
  'weight-pruning': 'pruning',
  'low-rank-structured': 'low-rank',
  'early-exit': 'early-exit-and-layer-skip',
  'hardware-codesign': 'kernels',
  'model-collaboration': 'diffusion-and-visual-generation',
  'sequence-parallel': 'diffusion-and-visual-generation',
};

const DEVICES: readonly (readonly [RegExp, string])[] = [
  [/^(2x |8x )?A100(-80G| 80GB)( SXM.*)?$/, 'a100-sxm-80gb'],
  [/^(8-GPU TP \()?(1x )?H100( SXM)?( in paper\))?$/, 'h100-sxm'],
  [/^L40S/, 'l40s'],
  [/^L40$/, 'l40'],
  [/^RTX 3090/, 'rtx-3090'],
  [/^RTX 4090/, 'rtx-4090'],
  [/^(NVIDIA )?T4/, 't4'],
  [/Tesla P40/, 'p40'],
  [/^NVIDIA A40/, 'a40'],
  [/^16x NVIDIA A10 /, 'a10'],
];

export function techniqueOf(row: Row): string | null {
  const label = `${row.variant ?? ''}`;
  if (/^none/.test(row.technique ?? '')) return null;
  for (const [pattern, technique] of TECHNIQUES[row.paper_id ?? ''] ?? []) {
    if (pattern.test(label)) return technique;
  }
  return null;
}

export function familyOf(row: Row): string {
  const family = row.family ?? '';
  if (row.paper_id === 'hcot' || row.paper_id === 'tcra-llm') return 'prompt-and-reasoning-compression';
  return FAMILIES[family] ?? family;
}

export function deviceOf(hardware: string): string | null {
  return DEVICES.find(([pattern]) => pattern.test(hardware))?.[1] ?? null;
}
