import { defaultSetup } from '../../src/deployment/defaults';
import type { Engine } from '../../src/deployment/engine';
import type { ServingSetup } from '../../src/deployment/setup';
import type { Estimate } from '../../src/roofline/estimate';
import { NO_MODIFIERS } from '../../src/roofline/modifiers';
import type { Scenario } from '../../src/roofline/scenario';
import { DEFAULT_WORKLOAD } from '../../src/workload/workload';
import { architecture } from './architectures';
import { measuredDevice } from './measuredDevice';
import { readMeasured } from './readCsv';

export type Metric = 'decode1' | 'throughput' | 'prefill';

/** One measured figure with the scenario that it answers. */
export interface MeasuredCase {
  id: string;
  engine: Engine;
  metric: Metric;
  hardware: string;
  family: string;
  model: string;
  source: string;
  /** A graphics card in a board computer, whose processor and one or four lanes of PCIe it waits for. */
  boardHost: boolean;
  scenario: Scenario;
  /** Seconds: a token, a whole batch, or a prefill. */
  measured: number;
  /** What was timed: one token, one prefill, or both from the first prompt token to the last output token. */
  kind: 'token' | 'prefill' | 'whole';
}

const DROPPED =
  /exceeds_|latency_not_monotonic|conflicting_duplicate|suspect_|label_ambiguous_|below_weight_bytes|active_params_unknown|params_recalled|hand_transcribed_x|multi_node|argonne_llamacpp|partial_cpu_offload|tokens_estimated|beam_search|batch_unknown/;

const ENGINES: readonly (readonly [RegExp, Engine])[] = [
  [/^(llama\.cpp|Llama\.cpp|Ollama)/, 'llama.cpp'],
  [/^vLLM$/, 'vllm'],
  [/^SGLang$/, 'sglang'],
  [/^(TGI|text-generation-inference)$/, 'tgi'],
  [/^TensorRT-LLM/, 'tensorrt-llm'],
  [/^(transformers|Transformers|transformers\(pytorch\)|transformers\(HF\))$/, 'transformers'],
  [/^OpenVINO/, 'openvino'],
  [/^(MLX|mlx-lm)$/, 'mlx'],
];

const GGUF: Readonly<Record<string, string>> = {
  fp16: 'f16',
  'fp16/bf16': 'f16',
  bf16: 'bf16',
  q4_k_xl: 'q4_k_m',
  q8_k_xl: 'q8_0',
  q6_k_xl: 'q6_k',
  q5_k_xl: 'q5_k_m',
  q3_k_xl: 'q3_k_m',
  int4: 'q4_0',
};

/** Every row of throughput.csv that can be put as a question to the engine, by the rules of the files' own README. */
export function measuredCases(): MeasuredCase[] {
  const cases: MeasuredCase[] = [];
  for (const row of readMeasured('throughput.csv')) {
    const found = caseOf(row);
    if (found) cases.push(found);
  }
  return cases;
}

function caseOf(row: Record<string, string>): MeasuredCase | null {
  if (DROPPED.test(row.flags ?? '')) return null;
  if (/spec-|offload|prefix-cache|mlperf/.test(row.technique ?? '')) return null;
  const question = questionOf(row, batchOf(row));
  if (!question) return null;
  const scenario = scenarioOf(row, question.input, question.output);
  if (!scenario) return null;
  return {
    id: row.id ?? '',
    engine: scenario.setup.engine,
    metric: question.metric,
    hardware: row.hardware ?? '',
    family: row.hw_family || row.hardware || '',
    model: row.arch_key ?? '',
    source: row.source_repo ?? '',
    boardHost: scenario.device.class !== 'cpu' && /sbc_host/.test(row.flags ?? ''),
    scenario,
    measured: question.seconds,
    kind: question.kind,
  };
}

function batchOf(row: Record<string, string>): number {
  return row.batch === '' ? 1 : Number(row.batch);
}

/** The scenario that a measured row describes; null where its engine, model, device or format is not among ours. */
export function scenarioOf(row: Record<string, string>, input: number, output: number): Scenario | null {
  const technique = row.technique ?? '';
  const engine = ENGINES.find(([pattern]) => pattern.test(row.engine ?? ''))?.[1];
  const model = architecture(row.arch_key ?? '');
  const device = measuredDevice(row.hardware ?? '');
  if (!engine || !model || !device) return null;
  const weights = weightsOf(row, engine);
  if (weights === undefined) return null;
  const batch = batchOf(row);
  const devices = Number(row.n_devices || '1');
  const base = defaultSetup(engine, { id: device.id, memoryBytes: device.memory });
  const split = parallelism(row.parallelism ?? '', devices, engine);
  if (!split || !Number.isInteger(batch) || batch < 1) return null;
  const setup: ServingSetup = {
    ...base,
    weights,
    kv: row.kv_precision === 'fp8' ? 'fp8' : row.kv_precision === 'int8' ? 'int8' : null,
    attention: /attn-eager|attn-nofa/.test(technique)
      ? 'eager'
      : /attn-fa/.test(technique)
        ? 'flash'
        : /attn-sdpa|bettertransformer/.test(technique)
          ? 'sdpa'
          : base.attention,
    parallelism: { ...base.parallelism, ...split },
    maxSequences: Math.max(base.maxSequences, batch),
  };
  return {
    model,
    setup,
    device,
    devices,
    workload: { ...DEFAULT_WORKLOAD, inputTokens: input, outputTokens: output, concurrency: batch },
    modifiers: NO_MODIFIERS,
  };
}

interface Question {
  metric: Metric;
  input: number;
  output: number;
  seconds: number;
  kind: MeasuredCase['kind'];
}

function questionOf(row: Record<string, string>, batch: number): Question | null {
  const value = Number(row.value);
  if (!(value > 0) || !Number.isInteger(batch) || batch < 1) return null;
  const scope = row.metric_scope ?? '';
  const given = row.input_tokens !== '';
  const input = given ? Number(row.input_tokens) : 0;
  const output = row.output_tokens === '' ? 128 : Number(row.output_tokens);
  const whole: Metric = batch === 1 ? 'decode1' : 'throughput';
  switch (row.metric) {
    case 'decode_tok_s_per_seq':
      if (scope === 'decode_only') return { metric: whole, input, output, seconds: 1 / value, kind: 'token' };
      if (scope === 'e2e_incl_prefill')
        return { metric: whole, input, output, seconds: output / value, kind: 'whole' };
      return null;
    case 'decode_tok_s_total':
      if (scope === 'decode_only')
        return { metric: whole, input, output, seconds: batch / value, kind: 'token' };
      if (scope === 'e2e_incl_prefill' && given)
        return { metric: whole, input, output, seconds: (batch * output) / value, kind: 'whole' };
      return null;
    case 'total_tok_s':
      if (scope !== 'e2e_incl_prefill' || !given) return null;
      return { metric: whole, input, output, seconds: (batch * (input + output)) / value, kind: 'whole' };
    case 'tpot_ms':
      if (scope !== 'decode_only') return null;
      return { metric: whole, input, output, seconds: value / 1e3, kind: 'token' };
    case 'prefill_tok_s':
      if (!given || input < 1) return null;
      return { metric: 'prefill', input, output: 1, seconds: (batch * input) / value, kind: 'prefill' };
    case 'ttft_ms':
      if (!given || input < 1 || !/prefill_only|batch_prefill_latency/.test(scope)) return null;
      return { metric: 'prefill', input, output: 1, seconds: value / 1e3, kind: 'prefill' };
    default:
      return null;
  }
}

/** The weight scheme that a row's precision and technique mean; undefined where none of ours does. */
function weightsOf(row: Record<string, string>, engine: Engine): string | null | undefined {
  const precision = row.precision ?? '';
  const technique = row.technique ?? '';
  if (engine === 'llama.cpp') {
    const name = GGUF[precision] ?? precision;
    return /^(f16|bf16|q\d_\w+|iq\d_\w+|mxfp4)$/.test(name) ? name : undefined;
  }
  if (engine === 'mlx') {
    if (precision === 'q4' || precision === 'q4g32' || precision === 'int4') return 'mlx-4bit';
    if (precision === 'q8' || precision === 'int8') return 'mlx-8bit';
  }
  if (/awq/.test(technique) && precision === 'int4') return 'awq-int4';
  if (/gptq-int4|gptq/.test(technique) && precision === 'int4') return 'gptq-int4';
  if (/gptq/.test(technique) && precision === 'int8') return 'gptq-int8';
  if (/bnb-int8/.test(technique)) return 'bnb-int8';
  if (/bnb/.test(technique) || precision === 'nf4') return 'bnb-nf4';
  if (/smoothquant|w8a8/.test(technique)) return 'w8a8-int8';
  switch (precision) {
    case 'fp16':
    case 'fp16/bf16':
      return 'f16';
    case 'bf16':
      return 'bf16';
    case 'fp32':
      return 'f32';
    case 'fp8':
      return 'fp8';
    case 'int8':
      return 'int8';
    case 'int4':
      return 'int4';
    case 'nvfp4':
      return 'nvfp4';
    case 'mxfp4':
      return 'mxfp4';
    default:
      return undefined;
  }
}

function parallelism(
  text: string,
  devices: number,
  engine: Engine,
): { tensor: number; pipeline: number; expert: number } | null {
  if (devices === 1) return { tensor: 1, pipeline: 1, expert: 1 };
  const size = (pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? '1');
  const tensor = size(/TP(\d+)/);
  const pipeline = size(/PP(\d+)/);
  const expert = size(/EP(\d+)/);
  if (tensor * pipeline === devices) return { tensor, pipeline, expert };
  if (/layer-split|device_map/.test(text) || engine === 'llama.cpp' || engine === 'transformers') {
    return { tensor: 1, pipeline: devices, expert: 1 };
  }
  if (text === '') return { tensor: devices, pipeline: 1, expert: 1 };
  return null;
}

/** The same figure out of an answer of the engine. */
export function predictedSeconds(measured: MeasuredCase, answer: Estimate): number {
  if (measured.kind === 'token') return answer.latency.interToken.p50;
  return measured.kind === 'prefill' ? answer.latency.timeToFirstToken.p50 : answer.latency.endToEnd.p50;
}
