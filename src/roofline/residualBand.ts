/** A measurement that its constants were not fitted on, as a neighbour of what is asked: where it lies, and how far off we were. */
export interface Neighbour {
  phase: 'decode' | 'prefill';
  /** Identifier of the device. */
  device: string;
  /** Bytes/s of the device, bytes of the weights as stored, sequences in the batch. */
  bandwidth: number;
  weightBytes: number;
  batch: number;
  /** Natural logarithm of measured over estimated time, its kind of device left out of the fit. */
  residual: number;
  /** The same with the device in the fit and the model left out: what a question about a measured device is worth. */
  seen: number;
}

export type Point = Omit<Neighbour, 'residual' | 'seen'>;

/** Distances at which a neighbour counts for 0.6 of a twin, in natural logarithms. */
const REACH = { bandwidth: 0.7, weightBytes: 1.2, batch: 1.5 } as const;
/** What the farthest still counts for: a few near ones alone are no distribution. */
const FLOOR = 0.04;
/** Repeats of one case differ by 4 % in the median; no band is narrower than this each way. */
const NARROWEST = 0.05;
/** How much a band opens for each reach between what is asked and the nearest that was measured. */
const OPENS = 0.2;
const FARTHEST = 4;
/**
 * How far the mean of one more device lies from those measured, as a natural logarithm (80 % each way), divided by the root of how
 * many were measured: one is no sample of devices. Between devices of one kind prefill differs more than decode does.
 */
const UNSEEN_DEVICE: Readonly<Record<Neighbour['phase'], number>> = { decode: 0.45, prefill: 0.65 };

/** Fewer measurements of a phase than this do not make a device a measured one. */
const FEWEST_SEEN = 4;
/**
 * How far the mean of further models on a measured device lies from those measured there, as a natural logarithm (80 % each way), divided by
 * the root of how many measurements stand for it.
 */
const UNSEEN_MODEL = 0.25;

export interface ResidualBand {
  /** Factors on the estimated time. */
  p10: number;
  p90: number;
  /** Distance of the nearest neighbour in reaches; Infinity without any. */
  nearest: number;
  /** Whether the device itself was measured. */
  seen: boolean;
}

/**
 * The 80 % band of measured over estimated time, from weighted quantiles of the neighbours' residuals. On a device that was measured
 * itself its own measurements speak; on one that is none of the `devices` measured all do, and the band is wider the fewer devices there
 * are. Wider, too, the farther off the nearest is. Null where no neighbour is of the same phase.
 */
export function residualBand(
  neighbours: readonly Neighbour[],
  devices: number,
  point: Point,
): ResidualBand | null {
  const sorted = sortedOf(neighbours, point);
  const { size, residuals, seen } = sorted;
  if (size === 0) return null;
  const bandwidth = Math.log(point.bandwidth);
  const weightBytes = Math.log(point.weightBytes);
  const batch = Math.log(point.batch);
  const weights = new Float64Array(size);
  let least = Infinity;
  let total = 0;
  for (let at = 0; at < size; at += 1) {
    const x = ((sorted.bandwidths[at] ?? 0) - bandwidth) / REACH.bandwidth;
    const y = ((sorted.weightBytes[at] ?? 0) - weightBytes) / REACH.weightBytes;
    const z = ((sorted.batches[at] ?? 0) - batch) / REACH.batch;
    const square = x * x + y * y + z * z;
    const weight = FLOOR + Math.exp(-0.5 * square);
    least = Math.min(least, square);
    total += weight;
    weights[at] = weight;
  }
  const nearest = Math.sqrt(least);
  const opening = 1 + OPENS * Math.min(FARTHEST, nearest);
  const unseen = seen
    ? UNSEEN_MODEL / Math.sqrt(size)
    : UNSEEN_DEVICE[point.phase] / Math.sqrt(Math.max(1, devices));
  const low = -Math.hypot(Math.min(quantile(residuals, weights, 0.1 * total), -NARROWEST) * opening, unseen);
  const high = Math.hypot(Math.max(quantile(residuals, weights, 0.9 * total), NARROWEST) * opening, unseen);
  return { p10: Math.exp(low), p90: Math.exp(high), nearest, seen };
}

function quantile(residuals: Float64Array, weights: Float64Array, mass: number): number {
  let passed = 0;
  for (let at = 0; at < residuals.length; at += 1) {
    passed += weights[at] ?? 0;
    if (passed >= mass) return residuals[at] ?? 0;
  }
  return residuals.at(-1) ?? 0;
}

/** Neighbours of one phase by growing residual, what they are compared by in logarithms: an estimate asks for bands twice. */
interface Sorted {
  size: number;
  seen: boolean;
  bandwidths: Float64Array;
  weightBytes: Float64Array;
  batches: Float64Array;
  residuals: Float64Array;
}

/** The same for one phase of one list: of all devices, and of each that was measured often enough. */
interface Phase {
  all: Sorted;
  devices: ReadonlyMap<string, Sorted>;
}

const known = new WeakMap<readonly Neighbour[], Partial<Record<Neighbour['phase'], Phase>>>();

function sortedOf(neighbours: readonly Neighbour[], { phase, device }: Point): Sorted {
  let phases = known.get(neighbours);
  if (!phases) {
    phases = {};
    known.set(neighbours, phases);
  }
  const found = (phases[phase] ??= phaseOf(neighbours.filter((neighbour) => neighbour.phase === phase)));
  return found.devices.get(device) ?? found.all;
}

function phaseOf(neighbours: readonly Neighbour[]): Phase {
  const devices = new Map<string, Sorted>();
  for (const device of new Set(neighbours.map((one) => one.device))) {
    const own = neighbours.filter((one) => one.device === device);
    if (own.length >= FEWEST_SEEN) devices.set(device, sort(own, true));
  }
  return { all: sort(neighbours, false), devices };
}

function sort(neighbours: readonly Neighbour[], seen: boolean): Sorted {
  const residual = (one: Neighbour): number => (seen ? one.seen : one.residual);
  const ordered = [...neighbours].sort((a, b) => residual(a) - residual(b));
  const column = (of: (neighbour: Neighbour) => number): Float64Array => Float64Array.from(ordered, of);
  return {
    size: ordered.length,
    seen,
    bandwidths: column((one) => Math.log(one.bandwidth)),
    weightBytes: column((one) => Math.log(one.weightBytes)),
    batches: column((one) => Math.log(one.batch)),
    residuals: column(residual),
  };
}
