import { NO_LIMIT } from '../deployment/defaults';
import { kvCacheBytes, weightBytes } from '../model/memory';
import { estimate } from '../roofline/estimateScenario';
import { mostStepTokens } from '../roofline/phase';
import { isUncut } from '../roofline/promptPieces';
import type { Scenario } from '../roofline/scenario';
import { usableMemory } from '../roofline/usableMemory';
import { devicesUsed, weightBytesPerDevice } from '../techniques/facts';
import { formatBytes, formatInteger, formatPercent, formatSeconds, formatSignificant } from '../units/format';
import { assumptions } from './verdict';

/** Lengths that a person is likely to consider in place of a long one. */
const OTHER_LENGTHS = [131_072, 32_768, 8_192, 2_048];

/**
 * What a setting of a launch comes to in this scenario, in lines for a hover; settings are known by the engine's own long names. Empty where
 * the setting touches no term of the engine.
 */
export function settingCost(scenario: Scenario, setting: string): string[] {
  const lines = Object.hasOwn(COSTS, setting) ? COSTS[setting]?.(scenario) : undefined;
  return lines ? [...lines, `*${assumptions(scenario)}*`] : [];
}

const COSTS: Record<string, (scenario: Scenario) => string[]> = {
  max_model_len: lengthCost,
  max_num_seqs: concurrencyCost,
  gpu_memory_utilization: fractionCost,
  kv_cache_dtype: cacheCost,
  tensor_parallel_size: parallelCost,
  pipeline_parallel_size: parallelCost,
  quantization: weightCost,
  dtype: weightCost,
  model: weightCost,
  kv_transfer_config: transferCost,
  max_num_batched_tokens: stepCost,
  enable_chunked_prefill: stepCost,
};

/** Links between servers, one way: a network card of today, and of the day before. */
const NETWORKS = [
  { name: '400 Gbit/s', bandwidth: 50e9 },
  { name: '25 Gbit/s', bandwidth: 3.125e9 },
] as const;

/** Bytes that the cache may take over all devices: what the engine claims, less everything that is not cache. */
function cacheRoom(scenario: Scenario): number {
  const { memory } = estimate(scenario);
  const claimed = usableMemory(scenario.device) * scenario.setup.memoryFraction * devicesUsed(scenario);
  return Math.max(0, claimed - memory.weights - memory.activations - memory.runtime);
}

function cacheOf(scenario: Scenario, tokens: number): number {
  // What the estimate counts for one sequence knows the format of the cache; the model room alone does not.
  const one = estimate({
    ...scenario,
    workload: {
      ...scenario.workload,
      concurrency: 1,
      requestRate: null,
      inputTokens: Math.max(1, tokens - 1),
      outputTokens: 1,
    },
  });
  return one.memory.kvCache;
}

function lengthCost(scenario: Scenario): string[] {
  const length = scenario.setup.maxModelLength ?? scenario.model.maxContext;
  if (length === null || kvCacheBytes(scenario.model, 1) === 0) return [];
  const room = cacheRoom(scenario);
  const each = cacheOf(scenario, length);
  const holds = (tokens: number): string => formatInteger(Math.floor(room / cacheOf(scenario, tokens)));
  const others = OTHER_LENGTHS.filter((other) => other < length).slice(0, 2);
  return [
    `One sequence of ${formatInteger(length)} tokens takes ${formatBytes(each)} of KV; this deployment leaves ${formatBytes(room)} → ${holds(length)} at once`,
    ...(others.length > 0
      ? [`At ${others.map((other) => `${formatInteger(other)} it holds ${holds(other)}`).join('; at ')}`]
      : []),
  ];
}

function concurrencyCost(scenario: Scenario): string[] {
  const { memory } = estimate(scenario);
  const { inputTokens, outputTokens } = scenario.workload;
  return [
    `Memory holds ${formatInteger(memory.maxConcurrency)} sequences of ${formatInteger(inputTokens)} + ${formatInteger(outputTokens)} tokens; ${limitInWords(scenario)}`,
  ];
}

function limitInWords({ setup }: Scenario): string {
  return setup.maxSequences >= NO_LIMIT
    ? 'the engine sets no limit'
    : `the engine takes up to ${formatInteger(setup.maxSequences)} at once`;
}

function fractionCost(scenario: Scenario): string[] {
  const usable = usableMemory(scenario.device);
  const claimed = usable * scenario.setup.memoryFraction;
  return [
    `Claims ${formatBytes(claimed)} of the ${formatBytes(usable)} that programs see on a device; ${formatBytes(cacheRoom(scenario))} in all is left for the KV cache`,
  ];
}

function cacheCost(scenario: Scenario): string[] {
  const tokens = scenario.workload.inputTokens + scenario.workload.outputTokens;
  return [
    `${formatBytes(cacheOf(scenario, tokens))} for a sequence of ${formatInteger(tokens)} tokens; ${formatBytes(cacheRoom(scenario))} are left for the cache`,
  ];
}

function parallelCost(scenario: Scenario): string[] {
  const result = estimate(scenario);
  const share = result.terms
    .filter((term) => /^decode\..*(communication|allReduce|transfer)/i.test(term.id))
    .reduce((sum, term) => sum + term.seconds, 0);
  const step = result.terms
    .filter((term) => term.id.startsWith('decode.'))
    .reduce((sum, term) => sum + term.seconds, 0);
  const devices = devicesUsed(scenario);
  return [
    `${formatBytes(weightBytesPerDevice(scenario))} of weights on ${devices === 1 ? 'one device' : `each of ${formatInteger(devices)} devices`}`,
    ...(share > 0
      ? [`Communication takes ${formatSeconds(share)} of each decode step, ${formatPercent(share / step)}`]
      : []),
  ];
}

/** How long prompts may hold those up that decode: a step with as much of them as the engine puts into one. */
function stepCost(scenario: Scenario): string[] {
  const { setup, workload } = scenario;
  const whole = isUncut(setup);
  const tokens = whole ? workload.inputTokens : mostStepTokens(scenario);
  if (!Number.isFinite(tokens) || tokens >= NO_LIMIT) return [];
  const { latency } = estimate({
    ...scenario,
    workload: {
      ...workload,
      concurrency: 1,
      requestRate: null,
      inputTokens: tokens,
      outputTokens: 1,
      sharedPrefixTokens: 0,
    },
  });
  const seconds = formatSeconds(latency.timeToFirstToken.p50);
  return whole
    ? [
        `A prompt of ${formatInteger(tokens)} tokens goes through whole, in about ${seconds}: so long those that decode wait for a token`,
      ]
    : [
        `A step full of prompts, ${formatInteger(tokens)} tokens, takes about ${seconds}: the longest that those that decode wait for a token`,
      ];
}

function transferCost(scenario: Scenario): string[] {
  const { inputTokens } = scenario.workload;
  const bytes = cacheOf(scenario, inputTokens);
  const times = NETWORKS.map(({ name, bandwidth }) => `${formatSeconds(bytes / bandwidth)} over ${name}`);
  const { pool } = scenario.setup;
  return [
    ...(pool === undefined
      ? []
      : [
          `This server only ${pool === 'prefill' ? 'computes prompts' : 'answers; another computes prompts'}`,
        ]),
    `The cache of a prompt of ${formatInteger(inputTokens)} tokens is ${formatBytes(bytes)}: ${times.join(', ')}`,
  ];
}

function weightCost(scenario: Scenario): string[] {
  const result = estimate(scenario);
  return [
    `Weights take ${formatBytes(weightBytes(scenario.model, scenario.setup.weights ?? undefined))}; ${formatSignificant(result.throughput.perSequence)} tok/s a sequence, ${result.bound.decode}-bound`,
  ];
}
