import type { Engine } from '../../src/deployment/engine';
import { backendOf, type Backend } from '../../src/roofline/backend';
import type { EngineConstants } from '../../src/roofline/calibration';
import type { PreparedCase } from './evaluator';
import { fit, weigh, type ConstantName } from './fit';
import { PRIORS } from './priors';

/** What was fitted for an engine: constants for each backend, from the general to the particular. */
export interface EngineFit {
  engine: Engine;
  any: EngineConstants;
  backends: ReadonlyMap<Backend, EngineConstants>;
}

const FREE: readonly ConstantName[] = [
  'weightBandwidth',
  'unitBandwidth',
  'cacheBandwidth',
  'activationBandwidth',
  'compute',
  'attentionCompute',
  'expertAttained',
  'expertLayerSeconds',
  'halfRows',
  'plainFlop',
  'packedFlop',
  'superblockFlop',
  'cacheConvertFlop',
  'scoreFlop',
  'scoreBytes',
  'layerSeconds',
  'stepSeconds',
  'sequenceSeconds',
  'hostLayerSeconds',
  'hostRotarySeconds',
  'hostExpertSeconds',
  'requestSeconds',
  'hopSeconds',
  'linkBandwidth',
];

/** Schemes whose kernels in eager engines cost launches of their own. */
export const KERNELS = [
  'bnb-nf4',
  'bnb-int8',
  'gptq-int4',
  'gptq-int8',
  'awq-int4',
  'int8',
  'int4',
  'fp8',
] as const;

/**
 * Engines whose 4-bit kernels unpack several values with one instruction, behind the loads: Marlin (arXiv:2408.11743) stays within some
 * per cent of memory-bound up to batch 16 on an A10, which leaves about two integer instructions a weight. The measured rows of such
 * weights are of releases with slower kernels: what is fitted on them stays out of the constants that are shipped.
 */
const FAST_UNPACKING: ReadonlySet<Engine> = new Set<Engine>(['vllm', 'sglang', 'tgi']);
const FAST_FLOP = 2;

/** Constants that a kind of case says nothing about are left where they are. */
function identifiable(cases: readonly PreparedCase[]): ConstantName[] {
  const some = (test: (one: PreparedCase) => boolean): boolean => cases.some(test);
  const parallel = some((one) => one.plan.placement.used > 1);
  const prefills = some((one) => one.measured.kind !== 'token');
  const decodes = some((one) => one.measured.kind !== 'prefill');
  const packed = some((one) => one.plan.model.groups.some((group) => group.feedForward.packedElements > 0));
  const superblock = some((one) =>
    one.plan.model.groups.some((group) => group.feedForward.superblockElements > 0),
  );
  const plain = some((one) => one.plan.model.groups.some((group) => group.feedForward.packedElements === 0));
  const host = some((one) => !one.plan.attained.graphs);
  const batches = new Set(cases.map((one) => one.measured.scenario.workload.concurrency)).size > 1;
  const schemes = new Set(cases.map((one) => one.measured.scenario.setup.weights ?? ''));
  const experts = some((one) => one.plan.model.experts > 0);
  const kernels = host
    ? KERNELS.filter((scheme) => schemes.has(scheme)).flatMap((scheme) => [
        `${scheme}.matrixSeconds`,
        ...(prefills ? [`${scheme}.unpackBytes`] : []),
      ])
    : [];
  return [...kernels, ...FREE].filter((name) => {
    if (name === 'hostRotarySeconds') return host;
    // A host that paces the launches hides what the units can load.
    if (name === 'unitBandwidth') return !host;
    if (name === 'expertAttained' || name === 'expertLayerSeconds') return experts;
    if (name === 'hostExpertSeconds') return host && experts;
    if (name === 'hopSeconds' || name === 'linkBandwidth') return parallel;
    if (name === 'compute' || name === 'attentionCompute' || name === 'halfRows') return prefills || batches;
    if (name === 'scoreBytes' || name === 'requestSeconds') return prefills;
    if (name === 'packedFlop') return packed;
    if (name === 'cacheConvertFlop') return some((one) => one.plan.context.cacheConverted);
    if (name === 'superblockFlop') return superblock;
    if (name === 'plainFlop') return plain && decodes;
    if (name === 'hostLayerSeconds') return host;
    if (name === 'sequenceSeconds') return batches;
    if (name === 'cacheBandwidth' || name === 'scoreFlop') return decodes;
    return true;
  });
}

/**
 * Where processors start. Their vector units are the matrix units too: one row fills them (no tile to fill, so the fewest rows that
 * the bounds allow), and a product reaches most of the peak. Layers end in a dozen barriers of all cores, each some half a microsecond a core. Rows of one sequence alone
 * cannot tell `compute` and `halfRows` apart from the unpacking, so devices with tiles must not hand theirs on.
 */
const PROCESSOR = {
  compute: 0.8,
  halfRows: 0.5,
  plainFlop: 1,
  packedFlop: 2,
  superblockFlop: 0.2,
  layerSeconds: 1e-4,
} as const;

/** Fewer rows than this are no ground for constants of a backend's own. */
const FEWEST_ROWS = 20;

/** How firmly a backend's constants stay with its family's, a device; more devices, more freedom. */
const HOLD = 0.02;
/** The same for an engine's constants over all devices, to usual orders of magnitude. */
const LOOSE = 0.0008;
/** For the share of bandwidth: what one device lacks of it is more likely its units' than all devices'. */
const WIDE = 0.004;
/** And for what collectives cost. */
const COLLECTIVES = 0.04;

/**
 * Fits an engine in three stages: all its rows, the rows of each vendor's devices, the rows of each backend. Each stage starts
 * from the one before and is held to it, so that a backend measured on one device borrows the rest from its relatives. With
 * `wanted` the families of other backends are left unfitted.
 */
export function fitEngine(
  engine: Engine,
  cases: readonly PreparedCase[],
  warm: EngineFit | null,
  wanted?: ReadonlySet<Backend>,
): EngineFit {
  const prior = PRIORS[engine];
  const quick = warm !== null;
  const restarts = quick ? 0 : 4;
  const sweeps = quick ? 14 : 40;
  // Processors are a world apart: they borrow from devices with launches and wide memory, and lend nothing back.
  const offloaded = cases.filter((one) => backendOf(one.plan.device) !== 'cpu');
  const general = ordinaryHosts(offloaded.length > 0 ? offloaded : cases);
  const any = fit(weigh(general), warm?.any ?? prior, prior, {
    free: identifiable(general),
    hold: holdOf(engine, LOOSE),
    sweeps,
    restarts,
  });
  const families = new Map<string, PreparedCase[]>();
  for (const one of cases) push(families, familyOf(backendOf(one.plan.device)), one);
  const backends = new Map<Backend, EngineConstants>();
  const wantedFamilies = wanted && new Set([...wanted].map(familyOf));
  for (const [family, all] of families) {
    const members = ordinaryHosts(all);
    if (wantedFamilies && !wantedFamilies.has(family)) continue;
    const from = family === 'cpu' ? { ...any, ...PROCESSOR } : any;
    const shared =
      families.size === 1
        ? any
        : fit(weigh(members), warm?.backends.get(family as Backend) ?? from, from, {
            free: identifiable(members),
            hold: partOf(engine, HOLD / devicesOf(members) ** 1.5),
            sweeps,
            restarts,
          });
    backends.set(family as Backend, shared);
    const parts = new Map<Backend, PreparedCase[]>();
    for (const one of members) push(parts, backendOf(one.plan.device), one);
    if (parts.size === 1) {
      for (const backend of parts.keys()) backends.set(backend, shared);
      continue;
    }
    for (const [backend, list] of parts) {
      if (list.length < FEWEST_ROWS) {
        backends.set(backend, shared);
        continue;
      }
      backends.set(
        backend,
        fit(weigh(list), warm?.backends.get(backend) ?? shared, shared, {
          free: identifiable(list),
          hold: partOf(engine, HOLD / devicesOf(list) ** 1.5),
          sweeps,
          restarts: 0,
        }),
      );
    }
  }
  return { engine, any, backends };
}

/** A fit as it is used: with today's kernels where the measured ones are known to have been replaced. */
function ofToday(engine: Engine, constants: EngineConstants): EngineConstants {
  return FAST_UNPACKING.has(engine) ? { ...constants, packedFlop: FAST_FLOP } : constants;
}

/** Constants in force for a device that may be of a backend nobody measured. */
export function constantsFor(fitted: EngineFit, backend: Backend | null): EngineConstants {
  if (backend === null) return ofToday(fitted.engine, fitted.any);
  return ofToday(
    fitted.engine,
    fitted.backends.get(backend) ?? fitted.backends.get(familyOf(backend) as Backend) ?? fitted.any,
  );
}

/** Fewer devices than this in ordinary machines, and cards in board computers are listened to as well. */
const FEWEST_ORDINARY = 2;

/** Cards in board computers tell what the host costs, not the device: left out where enough others were measured. */
function ordinaryHosts(cases: readonly PreparedCase[]): readonly PreparedCase[] {
  const ordinary = cases.filter((one) => !one.measured.boardHost);
  return devicesOf(ordinary) >= FEWEST_ORDINARY ? ordinary : cases;
}

function familyOf(backend: Backend): string {
  return backend.replace('-hbm', '');
}

/** Engines that hand activations on by copies of their own, which no timing of collectives speaks about. */
const COPYING: readonly Engine[] = ['llama.cpp', 'transformers'];

/**
 * What collectives cost has been timed by itself (network.csv: 5 µs a hop and 0.6 of the link are in the middle of it, as in the
 * priors): topologies of the few machines that ran several devices must not bend it, nor pass for what layers and steps cost.
 */
function holdOf(engine: Engine, hold: number): (name: ConstantName) => number {
  const collectives = COPYING.includes(engine) ? hold : Math.max(hold, COLLECTIVES);
  const experts = FUSES_EXPERTS.has(engine) ? Math.max(hold, EXPERTS) : hold;
  return (name) => {
    if (name === 'hopSeconds' || name === 'linkBandwidth') return collectives;
    if (name === 'weightBandwidth') return Math.max(hold, WIDE);
    return name === 'expertAttained' || name === 'expertLayerSeconds' ? experts : hold;
  };
}

/**
 * Engines with one kernel for all experts. The rows of throughput.csv that they have are few and of releases before that kernel was
 * tuned: what is known of it is in the priors, and stays.
 */
const FUSES_EXPERTS: ReadonlySet<Engine> = new Set<Engine>(['vllm', 'sglang', 'tgi', 'tensorrt-llm']);
const EXPERTS = 0.04;

/** What an interpreter needs to launch a step is the engine's, whatever it launches on: backends take it over from all devices. */
function partOf(engine: Engine, hold: number): (name: ConstantName) => number {
  const of = holdOf(engine, hold);
  return (name) => (HOST.test(name) ? Math.max(of(name), HOST_HOLD) : of(name));
}

const HOST = /^host|matrixSeconds$/;
const HOST_HOLD = 0.5;

function devicesOf(cases: readonly PreparedCase[]): number {
  return new Set(cases.map((one) => one.measured.family)).size;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
