import type { Case } from '../../../src/selector/training/case';
import type { TrainingSet } from '../../../src/selector/training/fitCases';
import type { Band } from '../../../src/units/quantities';

/** A way of predicting ratios: learns from some cases (indices), answers any. */
export type Method = (set: TrainingSet, seen: readonly number[]) => (one: Case) => Band;

/** Half a band that would have held four fifths of the cases that a method learned from. */
export const BAND_SHARE = 0.8;

/** A point with the band that its misses on the training cases call for. */
export function withBand(
  set: TrainingSet,
  seen: readonly number[],
  point: (one: Case) => number,
): (one: Case) => Band {
  const off = seen
    .flatMap((index) => set.cases[index] ?? [])
    .map((one) => Math.abs(Math.log(one.measuredRatio) - point(one)))
    .sort((a, b) => a - b);
  const half = off[Math.floor(BAND_SHARE * off.length)] ?? Math.log(2);
  return (one) => {
    const centre = point(one);
    return { p10: Math.exp(centre - half), p50: Math.exp(centre), p90: Math.exp(centre + half) };
  };
}
