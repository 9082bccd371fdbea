import { ENGINES } from '../deployment/engine';
import { activeParameters, totalParameters } from '../model/count';
import { kvCacheBytes } from '../model/memory';
import type { Modifiers } from '../roofline/modifiers';
import { CHANGE_KINDS, changeKind } from './changeKind';
import { shareOfTime } from './shareOfTime';
import { METRICS, type Question } from './selector';
import { cacheBits, formatOf, lacksCacheUnits, lacksWeightUnits } from './weightFormat';

/**
 * What the trained model looks at: model, workload, what changes, and what physics says of it on the device. Devices come in by what they make of the
 * scenario (shares of time, intensity over balance), not by their own figures, by which trees would know the few that were measured
 * again. The order is part of the trained model;
 * training and product call this same function. Every number is finite, whatever the question.
 */
export function features(question: Question): number[] {
  return ALL.map(([, of]) => {
    const value = Math.fround(of(question));
    return Number.isFinite(value) ? value : 0;
  });
}

type Feature = readonly [name: string, of: (question: Question) => number];

/** Engines that some measurements are of; the others share what all have in common. */
export const MEASURED_ENGINES = ENGINES.filter((engine) => engine !== 'onnxruntime' && engine !== 'tgi');
const VENDORS = ['nvidia', 'amd', 'intel', 'apple'] as const;
/** Schemes whose kernels differ: the same bits are not the same speed. */
const KERNELS = ['awq', 'gptq', 'bnb', 'w8a8', 'fp8', 'q', 'mlx', 'w4a8'] as const;
const FACTORS: readonly Exclude<keyof Modifiers, 'speculation'>[] = [
  'feedForwardWeightBytes',
  'prefillLinearFlop',
  'prefillAttentionFlop',
  'kvReadBytes',
  'promptTokens',
  'computeAttained',
  'fixedSeconds',
];

const log = (value: number): number => Math.log(Math.max(1e-9, value));
const is = (condition: boolean): number => (condition ? 1 : 0);

/** Tokens that share one pass over the weights in the phase that the metric is about. */
function rows({ metric, before }: Question): number {
  const { concurrency, inputTokens } = before.workload;
  return metric === 'timeToFirstToken' ? concurrency * inputTokens : concurrency;
}

/** Bytes of cache over bytes of weights at full length. */
function cacheOverWeights({ baseline }: Question): number {
  return (1 + baseline.memory.kvCache) / (1 + baseline.memory.weights);
}

/** How far from memory-bound: intensity at which the phase runs over the intensity at which the roofs meet. */
function intensity({ metric, baseline, before }: Question): number {
  const point = metric === 'timeToFirstToken' ? baseline.roofline.prefill : baseline.roofline.decode;
  return (point.intensity * before.device.bandwidth) / halfPeak(before.device.peak);
}

function halfPeak(peak: Question['before']['device']['peak']): number {
  return peak.bf16 ?? peak.f16 ?? peak.f32 ?? 1e9;
}

/** Tokens that a decoded token attends to on average, or that a prefill puts in the cache. */
function context({ metric, before }: Question): number {
  const { inputTokens, outputTokens } = before.workload;
  return metric === 'timeToFirstToken' ? inputTokens : inputTokens + outputTokens / 2;
}

function layersOf({ before }: Question): number {
  return before.model.groups.reduce((sum, group) => sum + group.indices.length, 0);
}

/** Queries that read the same cached head, in the first layers that attend. */
function queriesACachedHead({ before }: Question): number {
  for (const { layer } of before.model.groups)
    if (layer.mixer.kind === 'attention') return layer.mixer.queryHeads / Math.max(1, layer.mixer.kvHeads);
  return 1;
}

/** What the baseline takes for a layer of the phase that the metric is about: how much its fixed costs weigh. */
function secondsALayer(question: Question): number {
  const { timeToFirstToken, interToken } = question.baseline.latency;
  const step = question.metric === 'timeToFirstToken' ? timeToFirstToken.p50 : interToken.p50;
  return step / Math.max(1, layersOf(question));
}

const ALL: readonly Feature[] = [
  ['log physics ratio', (q) => log(q.physicsRatio)],
  ...CHANGE_KINDS.map((kind): Feature => [
    `changes ${kind}`,
    (q) => is(changeKind(q.before, q.after) === kind),
  ]),
  ...METRICS.map((metric): Feature => [`metric ${metric}`, (q) => is(q.metric === metric)]),
  ['log parameters', (q) => log(totalParameters(q.before.model))],
  ['log active parameters', (q) => log(activeParameters(q.before.model))],
  ['log cache bytes a token', (q) => log(1 + kvCacheBytes(q.before.model, 1, 2))],
  ['log hidden size', (q) => log(q.before.model.hiddenSize)],
  ['log layers', (q) => log(layersOf(q))],
  ['log queries a cached head', (q) => log(queriesACachedHead(q))],
  [
    'mixture of experts',
    (q) => is(q.before.model.groups.some((group) => group.layer.feedForward.kind === 'experts')),
  ],
  ...VENDORS.map((vendor): Feature => [`vendor ${vendor}`, (q) => is(q.before.device.vendor === vendor)]),
  ...MEASURED_ENGINES.map((engine): Feature => [
    `engine ${engine}`,
    (q) => is(q.before.setup.engine === engine),
  ]),
  ['log batch', (q) => log(q.before.workload.concurrency)],
  ['log prompt', (q) => log(q.before.workload.inputTokens)],
  ['log answer', (q) => log(q.before.workload.outputTokens)],
  ['log context', (q) => log(context(q))],
  ['log rows of a pass', (q) => log(rows(q))],
  ['log intensity over balance', (q) => log(intensity(q))],
  ['log cache over weights', (q) => log(cacheOverWeights(q))],
  ['log seconds a layer', (q) => log(1e6 * secondsALayer(q))],
  ['log peak over bandwidth', (q) => log(halfPeak(q.before.device.peak) / q.before.device.bandwidth)],
  ['log memory of weights', (q) => log(q.baseline.memory.weights / (q.before.device.memory || 1))],
  ['weight bits before', (q) => formatOf(q.before).bits],
  ['weight bits after', (q) => formatOf(q.after).bits],
  ['log peak after over before', (q) => log(formatOf(q.after).peak / formatOf(q.before).peak)],
  ...KERNELS.map((kernel): Feature => [
    `kernel ${kernel} after`,
    (q) => is((q.after.setup.weights ?? '').startsWith(kernel)),
  ]),
  ['cache bits before', (q) => cacheBits(q.before)],
  ['cache bits after', (q) => cacheBits(q.after)],
  ['lacks units for weights after', (q) => is(lacksWeightUnits(q.after))],
  ['lacks units for cache after', (q) => is(lacksCacheUnits(q.after))],
  ['log devices before', (q) => log(q.before.setup.parallelism.tensor * q.before.setup.parallelism.pipeline)],
  ['log devices after', (q) => log(q.after.setup.parallelism.tensor * q.after.setup.parallelism.pipeline)],
  ['log stages after', (q) => log(q.after.setup.parallelism.pipeline)],
  ['attention eager before', (q) => is(q.before.setup.attention === 'eager')],
  ['attention flash after', (q) => is(q.after.setup.attention === 'flash')],
  ['log tokens a pass', (q) => log(q.after.modifiers.speculation?.tokensPerPass ?? 1)],
  ['log drafted tokens', (q) => log(1 + (q.after.modifiers.speculation?.draftTokens ?? 0))],
  ['draft cost', (q) => q.after.modifiers.speculation?.draftCost ?? 0],
  ...FACTORS.map((name): Feature => [
    `log ${name}`,
    (q) => log(q.after.modifiers[name] / q.before.modifiers[name]),
  ]),
  ['share of weights', (q) => shareOfTime(q, ['weights', 'experts', 'head'])],
  ['share of cache', (q) => shareOfTime(q, ['kv', 'state'])],
  ['share of activations', (q) => shareOfTime(q, ['activations'])],
  ['share of communication', (q) => shareOfTime(q, ['communication', 'pipeline'])],
  [
    'share of fixed cost',
    (q) => shareOfTime(q, ['launch', 'step', 'sequences', 'host', 'request', 'expertLaunch']),
  ],
  ['share of prefill', (q) => shareOfTime(q, null)],
];

export const FEATURE_NAMES: readonly string[] = ALL.map(([name]) => name);
