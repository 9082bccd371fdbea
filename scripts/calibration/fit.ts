import { constantsSchema, type EngineConstants } from '../../src/roofline/calibration';
import { predict, type PreparedCase } from './evaluator';

/** Constants as one flat list; those of kernels are called `bnb-nf4.matrixSeconds`. */
export type Flat = Record<string, number>;
export type ConstantName = string;

export function flatten(constants: EngineConstants): Flat {
  const { kernels, ...rest } = constants;
  const flat: Flat = { ...rest };
  for (const [scheme, kernel] of Object.entries(kernels)) {
    flat[`${scheme}.matrixSeconds`] = kernel.matrixSeconds;
    flat[`${scheme}.unpackBytes`] = kernel.unpackBytes;
  }
  return flat;
}

export function unflatten(flat: Flat): EngineConstants {
  const kernels: Record<string, { matrixSeconds: number; unpackBytes: number }> = {};
  const rest: Flat = {};
  for (const [name, value] of Object.entries(flat)) {
    const [scheme, field] = name.split('.');
    if (scheme === undefined || field === undefined) {
      rest[name] = value;
      continue;
    }
    const kernel = (kernels[scheme] ??= { matrixSeconds: 0, unpackBytes: 0 });
    if (field === 'matrixSeconds') kernel.matrixSeconds = value;
    else kernel.unpackBytes = value;
  }
  return { ...rest, kernels } as unknown as EngineConstants;
}

/** Physical bounds of each constant, as the shipped schema states them, tightened to what hardware can do. */
export const BOUNDS: Readonly<Record<string, readonly [number, number]>> = {
  matrixSeconds: [1e-7, 2e-3],
  unpackBytes: [0.01, 60],
  hostRotarySeconds: [1e-7, 1e-2],
  hostExpertSeconds: [1e-8, 1e-2],
  weightBandwidth: [0.05, 0.97],
  unitBandwidth: [2e9, 2e11],
  cacheBandwidth: [0.02, 0.97],
  activationBandwidth: [0.02, 0.97],
  compute: [0.02, 0.95],
  attentionCompute: [0.005, 0.9],
  expertAttained: [0.3, 1],
  expertLayerSeconds: [1e-7, 5e-3],
  halfRows: [0.5, 2000],
  plainFlop: [0.01, 200],
  packedFlop: [0.01, 400],
  superblockFlop: [0.01, 400],
  cacheConvertFlop: [0.5, 200],
  scoreFlop: [0.01, 200],
  scoreBytes: [0.01, 48],
  layerSeconds: [1e-7, 5e-3],
  stepSeconds: [1e-6, 5e-2],
  sequenceSeconds: [1e-8, 5e-3],
  hostLayerSeconds: [1e-7, 1e-2],
  requestSeconds: [1e-6, 0.08],
  hopSeconds: [1e-7, 1e-3],
  linkBandwidth: [0.02, 0.95],
};

export interface Weighted {
  prepared: PreparedCase;
  weight: number;
}

/**
 * Errors past this count by their size, below it by their square: outliers pull, but no harder than others. A quarter of what repeats of a
 * case differ by, since the median of a device's errors is judged, not their mean square.
 */
const KNEE = 0.01;

/** Each device weighs alike, and each model on a device: rows are many where somebody had the time. */
export function weigh(prepared: readonly PreparedCase[]): Weighted[] {
  const byDevice = new Map<string, Map<string, PreparedCase[]>>();
  for (const one of prepared) {
    const device = `${one.measured.metric}/${one.measured.hardware}`;
    const group = `${one.measured.model}/${one.measured.scenario.setup.weights ?? ''}`;
    const models = byDevice.get(device) ?? new Map<string, PreparedCase[]>();
    byDevice.set(device, models);
    const list = models.get(group) ?? [];
    models.set(group, list);
    list.push(one);
  }
  const weighted: Weighted[] = [];
  for (const models of byDevice.values()) {
    for (const list of models.values()) {
      // A few rows of one model on one device say what hundreds would.
      const stride = Math.max(1, list.length / 5);
      const kept: PreparedCase[] = [];
      for (let at = 0; at < list.length; at += stride) {
        const one = list[Math.floor(at)];
        if (one) kept.push(one);
      }
      for (const one of kept) weighted.push({ prepared: one, weight: 1 / (models.size * kept.length) });
    }
  }
  return weighted;
}

/** How strongly constants are held to their prior: an e-fold away costs as much as this many log-units of error. */
function lossOf(
  cases: readonly Weighted[],
  flat: Flat,
  prior: Flat,
  hold: FitOptions['hold'],
  free: readonly ConstantName[],
): number {
  const constants = unflatten(flat);
  let loss = 0;
  let total = 0;
  for (const { prepared, weight } of cases) {
    const residual = Math.log(predict(prepared, constants) / prepared.measured.measured);
    const cost = KNEE * (Math.sqrt(1 + (residual / KNEE) ** 2) - 1);
    loss += weight * (Number.isFinite(cost) ? cost : 10);
    total += weight;
  }
  let pull = 0;
  for (const name of free) pull += hold(name) * Math.log((flat[name] ?? 1) / (prior[name] ?? 1)) ** 2;
  return loss / Math.max(total, 1e-9) + pull;
}

export interface FitOptions {
  free: readonly ConstantName[];
  /** Weight of each constant's prior; see `lossOf`. */
  hold: (name: ConstantName) => number;
  sweeps: number;
  /** Starts from perturbed constants beside the plain start. */
  restarts: number;
}

/** Few constants, by coordinate search in log space from several starts: steps grow on success and shrink on failure. */
export function fit(
  cases: readonly Weighted[],
  startConstants: EngineConstants,
  priorConstants: EngineConstants,
  options: FitOptions,
): EngineConstants {
  const random = generator(20261123);
  const prior = flatten(priorConstants);
  let best = search(cases, flatten(startConstants), prior, options, options.sweeps);
  for (let restart = 0; restart < options.restarts; restart += 1) {
    const from = { ...best.constants };
    for (const name of options.free)
      from[name] = clamp(name, (from[name] ?? 0) * Math.exp(1.6 * (random() + random() - 1)));
    const found = search(cases, from, prior, options, options.sweeps);
    if (found.loss < best.loss) best = found;
  }
  return constantsSchema.parse(unflatten(best.constants));
}

function search(
  cases: readonly Weighted[],
  start: Flat,
  prior: Flat,
  { free, hold }: FitOptions,
  sweeps: number,
): { constants: Flat; loss: number } {
  let best = { ...start };
  for (const name of free) best[name] = clamp(name, best[name] ?? 0);
  let loss = lossOf(cases, best, prior, hold, free);
  const steps = new Map(free.map((name) => [name, 0.35]));
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    for (const name of free) {
      const step = steps.get(name) ?? 0.1;
      if (step < 0.004) continue;
      let success = false;
      for (const sign of sweep % 2 === 0 ? [1, -1] : [-1, 1]) {
        const value = clamp(name, (best[name] ?? 0) * Math.exp(sign * step));
        if (value === best[name]) continue;
        const candidate = { ...best, [name]: value };
        const next = lossOf(cases, candidate, prior, hold, free);
        if (next < loss) {
          best = candidate;
          loss = next;
          success = true;
          break;
        }
      }
      steps.set(name, success ? Math.min(1, step * 1.5) : step * 0.6);
    }
    if ([...steps.values()].every((step) => step < 0.01)) break;
  }
  return { constants: best, loss };
}

/** Mulberry32: the same fit on every machine and every run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function clamp(name: ConstantName, value: number): number {
  const [low, high] = BOUNDS[name.split('.')[1] ?? name] ?? [1e-12, 1e12];
  return Math.min(high, Math.max(low, value));
}
