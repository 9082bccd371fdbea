import { ENGINES } from '../deployment/engine';
import type { Device } from '../hardware/device';
import { activeParameters, totalParameters } from '../model/count';
import { kvCacheBytes } from '../model/memory';
import { findScheme } from '../model/weightSchemes';
import type { Scenario } from '../roofline/scenario';
import { elementBytes } from '../units/numberFormat';
import type { Question, RatioMetric } from './selector';

/**
 * What the trained model looks at: model, hardware, workload, what changes, and what physics says of it. The order is part of the trained model;
 * training and product call this same function.
 */
export function features(question: Question): number[] {
  return ALL.map(([, of]) => Math.fround(of(question)));
}

type Feature = readonly [name: string, of: (question: Question) => number];

const METRICS: readonly RatioMetric[] = ['endToEnd', 'interToken', 'timeToFirstToken', 'throughput'];
const CLASSES: readonly Device['class'][] = [
  'datacentre-gpu',
  'workstation-gpu',
  'consumer-gpu',
  'integrated-gpu',
  'apple-silicon',
  'cpu',
];
/** Schemes whose kernels differ: the same bits are not the same speed. */
const KERNELS = ['awq', 'gptq', 'bnb', 'w8a8', 'fp8', 'q', 'mlx'] as const;

const log = (value: number): number => Math.log(Math.max(1e-9, value));
const is = (condition: boolean): number => (condition ? 1 : 0);

function bitsOf({ model, setup }: Scenario): number {
  const scheme = setup.weights === null ? undefined : findScheme(setup.weights);
  return scheme?.bits ?? model.quantisation?.bits ?? elementBytes(model.format) * 8;
}

function cacheBits({ model, setup }: Scenario): number {
  return elementBytes(setup.kv ?? model.format) * 8;
}

function devicesOf({ setup }: Scenario): number {
  return setup.parallelism.tensor * setup.parallelism.pipeline;
}

/** Share of the baseline's decode step (or prefill) that goes to terms whose name matches. */
function share(question: Question, phase: 'decode' | 'prefill', pattern: RegExp): number {
  let total = 0;
  let own = 0;
  for (const term of question.baseline.terms) {
    if (!term.id.startsWith(phase)) continue;
    total += term.seconds;
    if (pattern.test(term.id)) own += term.seconds;
  }
  return total > 0 ? own / total : 0;
}

const ALL: readonly Feature[] = [
  ['log physics ratio', (q) => log(q.physicsRatio)],
  ['log parameters', (q) => log(totalParameters(q.before.model))],
  ['log active parameters', (q) => log(activeParameters(q.before.model))],
  ['log cache bytes a token', (q) => log(1 + kvCacheBytes(q.before.model, 1, 2))],
  ['log hidden size', (q) => log(q.before.model.hiddenSize)],
  ['log bandwidth', (q) => log(q.before.device.bandwidth)],
  [
    'log 16-bit peak',
    (q) => log(q.before.device.peak.bf16 ?? q.before.device.peak.f16 ?? q.before.device.peak.f32 ?? 1e9),
  ],
  ['has 8-bit integer units', (q) => is(q.before.device.peak.int8 !== undefined)],
  ['has 8-bit float units', (q) => is(q.before.device.peak.fp8 !== undefined)],
  ['log batch', (q) => log(q.before.workload.concurrency)],
  ['log prompt', (q) => log(q.before.workload.inputTokens)],
  ['log answer', (q) => log(q.before.workload.outputTokens)],
  ['weight bits before', (q) => bitsOf(q.before)],
  ['weight bits after', (q) => bitsOf(q.after)],
  ['cache bits before', (q) => cacheBits(q.before)],
  ['cache bits after', (q) => cacheBits(q.after)],
  ['log devices before', (q) => log(devicesOf(q.before))],
  ['log devices after', (q) => log(devicesOf(q.after))],
  ['attention eager before', (q) => is(q.before.setup.attention === 'eager')],
  ['attention flash after', (q) => is(q.after.setup.attention === 'flash')],
  ['attention changes', (q) => is(q.after.setup.attention !== q.before.setup.attention)],
  ['tokens a pass', (q) => q.after.modifiers.speculation?.tokensPerPass ?? 1],
  ['log drafted tokens', (q) => log(1 + (q.after.modifiers.speculation?.draftTokens ?? 0))],
  ['draft cost', (q) => q.after.modifiers.speculation?.draftCost ?? 0],
  ['decode share of weights', (q) => share(q, 'decode', /weights|linear|feedForward|experts|head/i)],
  ['decode share of cache', (q) => share(q, 'decode', /kv|cache|attention/i)],
  ['decode share of fixed cost', (q) => share(q, 'decode', /launch|overhead|step|host|fixed/i)],
  ['decode compute-bound', (q) => is(q.baseline.bound.decode === 'compute')],
  [
    'mixture of experts',
    (q) => is(q.before.model.groups.some((group) => group.layer.feedForward.kind === 'experts')),
  ],
  ...METRICS.map((metric): Feature => [`metric ${metric}`, (q) => is(q.metric === metric)]),
  ...ENGINES.map((engine): Feature => [`engine ${engine}`, (q) => is(q.before.setup.engine === engine)]),
  ...CLASSES.map((kind): Feature => [`device ${kind}`, (q) => is(q.before.device.class === kind)]),
  ['vendor amd', (q) => is(q.before.device.vendor === 'amd')],
  ...KERNELS.map((kernel): Feature => [
    `kernel ${kernel} after`,
    (q) => is((q.after.setup.weights ?? '').startsWith(kernel)),
  ]),
];

export const FEATURE_NAMES: readonly string[] = ALL.map(([name]) => name);
