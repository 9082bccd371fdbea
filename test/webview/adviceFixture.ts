import type { Advice, Recommendation } from '../../src/advisor/advice';
import type { Estimate } from '../../src/roofline/estimate';
import type { AdviceMessage } from '../../src/protocol/panelProtocol';
import type { Band } from '../../src/units/quantities';

/** Figures of the order that an 8 B model on one H100 gives; for the page's tests only, no claim about any engine. */
const GB = 1e9;

function around(p50: number, spread: number): Band {
  return { p10: p50 / spread, p50, p90: p50 * spread };
}

interface Sketch {
  weights: number;
  kv: number;
  firstToken: Band;
  interToken: Band;
  /** Roof over prefill, FLOP/s. */
  limit: number;
}

export function estimate({ weights, kv, firstToken, interToken, limit }: Sketch): Estimate {
  const activations = 1.02 * GB;
  const runtime = 1.31 * GB;
  const total = weights + kv + activations + runtime;
  const end = (p: keyof Band) => firstToken[p] + 255 * interToken[p];
  return {
    memory: {
      weights,
      kvCache: kv,
      activations,
      runtime,
      total,
      perDevice: total,
      capacityPerDevice: 80 * GB,
      fits: total < 72 * GB,
      maxConcurrency: Math.floor((72 * GB - weights - activations - runtime) / (kv / 8)),
      maxContext: 131072,
    },
    latency: {
      timeToFirstToken: firstToken,
      interToken,
      endToEnd: { p10: end('p10'), p50: end('p50'), p90: end('p90') },
      tail: { endToEnd: null, timeToFirstToken: null },
    },
    throughput: {
      perSequence: 1 / interToken.p50,
      total: 8 / interToken.p50,
      prefill: 16384 / firstToken.p50,
    },
    bound: { prefill: 'compute', decode: 'memory' },
    roofline: {
      prefill: { intensity: 2.63e14 / (weights + 2.1e9), attained: 2.7e14 / firstToken.p50, limit },
      decode: {
        intensity: 1.3e11 / (weights + 2.28e9),
        attained: 1.3e11 / interToken.p50,
        limit: (1.3e11 / (weights + 2.28e9)) * 3.35e12,
      },
    },
    terms: [
      {
        id: 'prefill.linear',
        seconds: 0.398,
        bytes: 1.6e10,
        flop: 2.63e14,
        formula: '2 · tokens · parameters',
        inputs: { tokens: 16384 },
      },
      {
        id: 'prefill.attention',
        seconds: 0.026,
        bytes: 2.1e9,
        flop: 8.8e12,
        formula: '2 · 2 · n² · d',
        inputs: { n: 2048 },
      },
      {
        id: 'decode.weights',
        seconds: 5.2e-3,
        bytes: weights,
        flop: 1.2e11,
        formula: 'bytes / bandwidth',
        inputs: { bytes: weights },
      },
      {
        id: 'decode.kv',
        seconds: 7.4e-4,
        bytes: 2.28e9,
        flop: 2.3e9,
        formula: 'bytes / bandwidth',
        inputs: { bytes: 2.28e9 },
      },
      { id: 'decode.launch', seconds: 1.6e-4, bytes: 0, flop: 0, formula: 'fixed', inputs: {} },
    ],
    calibration: { basis: 'interpolated', rows: 42 },
    concurrency: 8,
    warnings: [],
  };
}

const baseline = estimate({
  weights: 16.06 * GB,
  kv: 2.42 * GB,
  firstToken: { p10: 0.371, p50: 0.428, p90: 0.522 },
  interToken: { p10: 5.6e-3, p50: 6.1e-3, p90: 6.9e-3 },
  limit: 9.89e14,
});

const fp8 = estimate({
  weights: 8.55 * GB,
  kv: 2.42 * GB,
  firstToken: around(0.262, 1.2),
  interToken: around(3.77e-3, 1.12),
  limit: 1.979e15,
});

const evidence: Recommendation['evidence'] = [
  {
    paper: 'give-me-bf16',
    source: 'table 6',
    title: '“Give Me BF16 or Give Me Death”? Accuracy-Performance Trade-Offs in LLM Quantization',
    value: 1.8,
    metric: 'speedup_latency',
    conditions: 'Llama-3.1 8B · A6000/A100/H100 · vLLM',
    distance: 0.08,
  },
  {
    paper: null,
    source: '12 rows of public benchmark runs',
    title: 'Measured',
    value: 1.55,
    metric: 'interToken',
    conditions: '8–14B · H100/L40S · batch 1–64',
    distance: 0.15,
  },
  {
    paper: 'qserve',
    source: 'figure 15',
    title: 'QServe: W4A8KV4 Quantization and System Co-design for Efficient LLM Serving',
    value: 1.2,
    metric: 'speedup_throughput',
    conditions: 'Llama-3-8B · A100 · batch 256',
    distance: 0.52,
  },
];

function recommendation(
  rank: number,
  part: Pick<Recommendation, 'techniques' | 'title' | 'memoryChange' | 'quality' | 'why'> &
    Partial<Recommendation> & { gain: Band },
): Recommendation {
  const { gain, ...rest } = part;
  return {
    rank,
    speedup: { metric: 'endToEnd', ...gain },
    estimate: fp8,
    costChange: -0.041,
    needs: [],
    settings: [],
    evidence: evidence.slice(0, 2),
    benchmark: null,
    members: rest.techniques.map((technique) => ({
      technique,
      title: technique,
      gain: gain.p50 ** (1 / rest.techniques.length),
      memoryChange: 0,
    })),
    decision: null,
    ...rest,
  };
}

export const advice: Advice = {
  schema: 1,
  scenario: {
    model: 'Llama-3.1-8B-Instruct',
    hardware: 'h100-sxm',
    devices: 1,
    engine: 'vllm',
    weights: 'bf16',
    kv: 'bf16',
    attention: 'flash',
    concurrency: 8,
    requestRate: null,
    input: 2048,
    output: 256,
    sharedPrefix: 0,
    tensorParallel: 1,
    pipelineParallel: 1,
    expertParallel: 1,
    dataParallel: 1,
    contextParallel: 1,
    maxModelLen: null,
    gpuMemoryUtilization: 0.9,
    techniques: [],
  },
  baseline,
  recommendations: [
    recommendation(1, {
      techniques: ['fp8-weights', 'eagle-3'],
      title: 'FP8 weights + EAGLE-3 draft',
      gain: { p10: 1.95, p50: 2.6, p90: 3.25 },
      memoryChange: -7.1 * GB,
      quality: {
        lossless: false,
        risk: 'low',
        note: 'FP8 costs about 0.1 point on average; the draft changes nothing.',
      },
      needs: ['FP8 units: the H100 SXM has them', 'a draft head trained for this model'],
      settings: [
        { engine: 'vllm', setting: '--quantization fp8' },
        { engine: 'vllm', setting: `--speculative-config '{"method":"eagle3","num_speculative_tokens":3}'` },
      ],
      why: 'Decode reads 16.1 GB of weights for every token, 85 % of the step. FP8 halves the bytes, and a draft of three tokens spends each pass on more than one.',
      evidence,
    }),
    recommendation(2, {
      techniques: ['fp8-weights'],
      title: 'FP8 weights and activations',
      gain: { p10: 1.45, p50: 1.62, p90: 1.78 },
      memoryChange: -7.5 * GB,
      quality: {
        lossless: false,
        risk: 'low',
        note: 'About 0.1 point on average over the benchmarks of the papers below.',
      },
      needs: ['no calibration data', 'FP8 units: the H100 SXM has them', 'vLLM 0.5 or later'],
      settings: [{ engine: 'vllm', setting: '--quantization fp8' }],
      why: 'Decode at 8 sequences reads 16.1 GB of weights for every token: 85 % of the step. FP8 halves it, and the H100 has the units.\nThe first token gains too: prefill is compute-bound and FP8 doubles the roof.',
      evidence,
      benchmark:
        'vllm bench serve --model meta-llama/Llama-3.1-8B-Instruct --max-concurrency 8 --num-prompts 200',
    }),
    recommendation(3, {
      techniques: ['eagle-3'],
      title: 'EAGLE-3 speculation',
      gain: { p10: 1.3, p50: 1.9, p90: 2.5 },
      memoryChange: 0.9 * GB,
      quality: {
        lossless: true,
        risk: 'none',
        note: 'Rejection sampling keeps the distribution of the target.',
      },
      settings: [
        { engine: 'vllm', setting: `--speculative-config '{"method":"eagle3","num_speculative_tokens":3}'` },
      ],
      needs: ['a draft head trained for this model'],
      why: 'Decode waits for memory, so verifying four tokens costs little more than one.',
    }),
    recommendation(4, {
      techniques: ['awq-int4'],
      title: '4-bit weights (AWQ)',
      gain: { p10: 1.5, p50: 1.85, p90: 2.1 },
      memoryChange: -10.6 * GB,
      quality: { lossless: false, risk: 'medium', note: 'Between 0.4 and 1.8 points lost, by task.' },
      settings: [{ engine: 'vllm', setting: '--quantization awq_marlin' }],
      why: 'Weights shrink to a quarter; at 8 sequences the kernel still waits for memory.',
    }),
    recommendation(5, {
      techniques: ['prompt-lookup'],
      title: 'Prompt-lookup decoding',
      gain: { p10: 1.02, p50: 1.25, p90: 1.9 },
      memoryChange: 0,
      quality: { lossless: true, risk: 'none', note: 'Verified by the target.' },
      settings: [{ engine: 'transformers', setting: 'prompt_lookup_num_tokens=4' }],
      why: 'It pays where answers quote the prompt, and little elsewhere: hence the wide band.',
      costChange: null,
    }),
    recommendation(6, {
      techniques: ['fp8-kv-cache'],
      title: 'FP8 KV cache',
      gain: { p10: 1.01, p50: 1.05, p90: 1.12 },
      memoryChange: -1.21 * GB,
      quality: { lossless: false, risk: 'low', note: 'About 0.1 point.' },
      settings: [{ engine: 'vllm', setting: '--kv-cache-dtype fp8' }],
      why: 'The cache is 12 % of what a step reads at 2,304 tokens.',
      costChange: 0.002,
    }),
  ],
  refusedStacks: [],
  rejected: [
    { technique: 'chunked-prefill', reason: 'on by default in vLLM' },
    {
      technique: 'minference',
      reason: 'prefill attention is 3 % of the time at 2,048 tokens; it pays from about 50,000',
    },
    { technique: 'tensor-parallel', reason: 'one device' },
    { technique: 'weight-offload', reason: 'the weights fit' },
    { technique: 'expert-parallel', reason: 'the model has no experts' },
  ],
  selector: {
    model: 'selector.onnx',
    version: '0.1.0',
    trainedOn: 640,
    method: 'gradient-boosted residual on physics',
  },
  warnings: [
    { code: 'kv-default', message: 'No cache format is set; the cache is taken to be BF16, as vLLM does.' },
  ],
};

/** The same model where it does not fit, for the page's refusals. */
export const tooLarge: Advice = {
  ...advice,
  scenario: { ...advice.scenario, hardware: 'rtx-4090', concurrency: 64 },
  baseline: {
    ...baseline,
    concurrency: 64,
    memory: {
      ...baseline.memory,
      kvCache: 19.4 * GB,
      total: 37.8 * GB,
      perDevice: 37.8 * GB,
      capacityPerDevice: 24 * GB,
      fits: false,
      maxConcurrency: 10,
      maxContext: 24576,
    },
  },
  recommendations: [],
};

const hardware = [
  ['h100-sxm', 'H100 SXM 80 GB'],
  ['h200-sxm', 'H200 SXM 141 GB'],
  ['a100-sxm-80gb', 'A100 SXM 80 GB'],
  ['l40s', 'L40S 48 GB'],
  ['rtx-4090', 'GeForce RTX 4090 24 GB'],
  ['mi300x', 'Instinct MI300X 192 GB'],
  ['m2-ultra-76', 'M2 Ultra, 76 cores'],
] as const;

export function adviceMessage(inReplyTo: number | null, change: Partial<AdviceMessage> = {}): AdviceMessage {
  return {
    type: 'advice',
    inReplyTo,
    subject: {
      name: 'Llama-3.1-8B-Instruct',
      facts: [
        '8,030,261,248 parameters',
        'BF16',
        'GQA 8 of 32 heads',
        '128 KiB of KV a token',
        '131,072 context',
      ],
      file: 'models/llama-3.1-8b/config.json',
      document: 'file:///workspace/models/llama-3.1-8b/config.json',
    },
    query: {
      hardware: 'h100-sxm',
      devices: 1,
      engine: 'vllm',
      concurrency: 8,
      input: 2048,
      output: 256,
      goal: 'latency',
      lossless: false,
    },
    advice,
    roofs: {
      device: 'H100 SXM 80 GB',
      bandwidth: 3.35e12,
      peaks: [
        { format: 'bf16', flopPerSecond: 9.89e14 },
        { format: 'f16', flopPerSecond: 9.89e14 },
        { format: 'fp8', flopPerSecond: 1.979e15 },
        { format: 'int8', flopPerSecond: 1.979e15 },
      ],
    },
    choices: {
      hardware: hardware.map(([id, name]) => ({ id, name })),
      engines: [
        { id: 'vllm', name: 'vLLM' },
        { id: 'sglang', name: 'SGLang' },
        { id: 'tensorrt-llm', name: 'TensorRT-LLM' },
        { id: 'transformers', name: 'Transformers' },
      ],
      techniques: [
        { id: 'fp8-weights', title: 'FP8 weights', family: 'quantisation' },
        { id: 'eagle-3', title: 'EAGLE-3 draft', family: 'speculation' },
        { id: 'awq-int4', title: 'AWQ', family: 'weight-only quantisation' },
        { id: 'prompt-lookup', title: 'Prompt lookup', family: 'speculation' },
        { id: 'fp8-kv-cache', title: 'FP8 KV cache', family: 'cache quantisation' },
        { id: 'chunked-prefill', title: 'Chunked prefill', family: 'scheduling' },
        { id: 'minference', title: 'MInference', family: 'sparse attention' },
        { id: 'tensor-parallel', title: 'Tensor parallel', family: 'parallelism' },
      ],
      longest: 131072,
    },
    applyTo: 'compose.yaml',
    ...change,
  };
}
