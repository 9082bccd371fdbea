import { boostTrees, predictTrees, type BoostedTrees, type BoostingOptions } from './boostedTrees';
import type { Case } from './case';

/** Corrections beyond this factor are measurements of something else than the technique. */
const MOST = Math.log(4);

const CORRECTION: BoostingOptions = { rounds: 80, depth: 4, rate: 0.12, leafWeight: 0.01, ridge: 0.004 };
const SPREAD: BoostingOptions = { rounds: 40, depth: 3, rate: 0.1, leafWeight: 0.02, ridge: 0.01 };
/** No mean of a ratio is known better than this: repeats of one case differ by 4 % in the median. */
export const LEAST_SPREAD = 0.03;
/** Share of measured ratios that a band is to hold. */
const COVERAGE = 0.8;
const FOLDS = 4;

/** What is trained: a correction of the log ratio, and how far off it is likely to be, in units that `scale` turns into a band. */
export interface TrainedSelector {
  correction: BoostedTrees;
  spread: BoostedTrees;
  /** Half a band on the log scale for each unit of predicted spread. */
  scale: number;
}

/** Devices weigh alike, whatever number of rows each has; so do sources within a device. */
export function caseWeights(cases: readonly Case[]): number[] {
  const perGroup = new Map<string, number>();
  const key = (one: Case): string => `${one.hardware}|${one.source}`;
  for (const one of cases) perGroup.set(key(one), (perGroup.get(key(one)) ?? 0) + 1);
  const raw = cases.map((one) => one.trust / Math.sqrt(perGroup.get(key(one)) ?? 1));
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  return raw.map((weight) => weight / total);
}

export function trainSelector(cases: readonly Case[]): TrainedSelector {
  const weights = caseWeights(cases);
  const correction = fitCorrection(cases, weights);
  // How far off: from answers on devices that were left out, not from the rows that were trained on.
  const held = heldOutResiduals(cases);
  const spread = boostTrees(
    cases.map((one) => one.features),
    held.map((residual) => Math.min(MOST, Math.abs(residual))),
    weights,
    SPREAD,
  );
  const units = cases.map((one, index) => Math.abs(held[index] ?? 0) / spreadOf(spread, one.features));
  return { correction, spread, scale: weightedQuantile(units, weights, COVERAGE) };
}

export function predict(model: TrainedSelector, features: readonly number[], physicsRatio: number) {
  const centre = Math.log(physicsRatio) + predictTrees(model.correction, features);
  const half = model.scale * spreadOf(model.spread, features);
  return { p10: Math.exp(centre - half), p50: Math.exp(centre), p90: Math.exp(centre + half) };
}

function spreadOf(spread: BoostedTrees, features: readonly number[]): number {
  return Math.max(LEAST_SPREAD, predictTrees(spread, features));
}

function fitCorrection(cases: readonly Case[], weights: readonly number[]): BoostedTrees {
  return boostTrees(
    cases.map((one) => one.features),
    cases.map((one) => Math.max(-MOST, Math.min(MOST, Math.log(one.measuredRatio / one.physicsRatio)))),
    weights,
    CORRECTION,
  );
}

/** Residuals of the log ratio of each case under a model that saw nothing of its device. */
function heldOutResiduals(cases: readonly Case[]): number[] {
  const devices = [...new Set(cases.map((one) => one.hardware))].sort();
  const residuals = new Array<number>(cases.length).fill(0);
  for (let fold = 0; fold < FOLDS; fold++) {
    const out = new Set(devices.filter((_, index) => index % FOLDS === fold));
    const seen = cases.filter((one) => !out.has(one.hardware));
    if (seen.length === 0) continue;
    const model = fitCorrection(seen, caseWeights(seen));
    cases.forEach((one, index) => {
      if (!out.has(one.hardware)) return;
      residuals[index] = Math.log(one.measuredRatio / one.physicsRatio) - predictTrees(model, one.features);
    });
  }
  return residuals;
}

export function weightedQuantile(
  values: readonly number[],
  weights: readonly number[],
  share: number,
): number {
  const order = values.map((_, index) => index).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let seen = 0;
  for (const index of order) {
    seen += weights[index] ?? 0;
    if (seen >= share * total) return values[index] ?? 0;
  }
  return values[order.at(-1) ?? 0] ?? 0;
}
