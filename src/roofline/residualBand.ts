/** A measurement that its constants were not fitted on, as a neighbour of what is asked: where it lies, and how far off we were. */
export interface Neighbour {
  phase: 'decode' | 'prefill';
  /** Bytes/s of the device, bytes of the weights as stored, sequences in the batch. */
  bandwidth: number;
  weightBytes: number;
  batch: number;
  /** Natural logarithm of measured over estimated time. */
  residual: number;
}

export type Point = Omit<Neighbour, 'residual'>;

/** Distances at which a neighbour counts for 0.6 of a twin, in natural logarithms. */
const REACH = { bandwidth: 0.7, weightBytes: 1.2, batch: 1.5 } as const;
/** What the farthest still counts for: a few near ones alone are no distribution. */
const FLOOR = 0.04;
/** Repeats of one case differ by 4 % in the median; no band is narrower than this each way. */
const NARROWEST = 0.05;
/** How much a band opens for each reach between what is asked and the nearest that was measured. */
const OPENS = 0.2;
const FARTHEST = 4;
/** And for how few devices the residuals come from: one is no sample of devices. */
const FEW_DEVICES = 1.5;

export interface ResidualBand {
  /** Factors on the estimated time. */
  p10: number;
  p90: number;
  /** Distance of the nearest neighbour in reaches; Infinity without any. */
  nearest: number;
}

/**
 * The 80 % band of measured over estimated time on a device that is none of the `devices` measured, from weighted quantiles of the neighbours' residuals; wider the farther off
 * the nearest is and the fewer devices there are. Null where no neighbour is of the same phase.
 */
export function residualBand(
  neighbours: readonly Neighbour[],
  devices: number,
  point: Point,
): ResidualBand | null {
  const weighted: { residual: number; weight: number }[] = [];
  let nearest = Infinity;
  let total = 0;
  for (const neighbour of neighbours) {
    if (neighbour.phase !== point.phase) continue;
    const square =
      (Math.log(neighbour.bandwidth / point.bandwidth) / REACH.bandwidth) ** 2 +
      (Math.log(neighbour.weightBytes / point.weightBytes) / REACH.weightBytes) ** 2 +
      (Math.log(neighbour.batch / point.batch) / REACH.batch) ** 2;
    const weight = FLOOR + Math.exp(-0.5 * square);
    nearest = Math.min(nearest, Math.sqrt(square));
    total += weight;
    weighted.push({ residual: neighbour.residual, weight });
  }
  if (weighted.length === 0) return null;
  weighted.sort((a, b) => a.residual - b.residual);
  const opening = 1 + OPENS * Math.min(FARTHEST, nearest) + FEW_DEVICES / Math.max(1, devices);
  const low = Math.min(quantile(weighted, 0.1 * total), -NARROWEST) * opening;
  const high = Math.max(quantile(weighted, 0.9 * total), NARROWEST) * opening;
  return { p10: Math.exp(low), p90: Math.exp(high), nearest };
}

function quantile(sorted: readonly { residual: number; weight: number }[], mass: number): number {
  let passed = 0;
  for (const { residual, weight } of sorted) {
    passed += weight;
    if (passed >= mass) return residual;
  }
  return sorted.at(-1)?.residual ?? 0;
}
