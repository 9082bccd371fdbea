import type { SelectorCard } from '../card';
import type { Case } from './case';
import { caseWeights, predict, trainSelector, weightedQuantile } from './trainSelector';

const FOLDS = 6;

/** Errors on groups (devices, sources, models) that were left out whole, each group weighing alike. */
export function crossValidate(
  cases: readonly Case[],
  groupOf: (one: Case) => string,
): SelectorCard['crossValidation'][string] {
  const groups = [...new Set(cases.map(groupOf))].sort();
  const errors: number[] = [];
  const physics: number[] = [];
  const weights: number[] = [];
  let covered = 0;
  let total = 0;
  const mass = caseWeights(cases);
  for (let fold = 0; fold < FOLDS; fold++) {
    const out = new Set(groups.filter((_, index) => index % FOLDS === fold));
    const seen = cases.filter((one) => !out.has(groupOf(one)));
    if (seen.length === 0) continue;
    const model = trainSelector(seen);
    cases.forEach((one, index) => {
      if (!out.has(groupOf(one))) return;
      const band = predict(model, one.features, one.physicsRatio);
      const weight = mass[index] ?? 0;
      errors.push(Math.abs(band.p50 / one.measuredRatio - 1));
      physics.push(Math.abs(one.physicsRatio / one.measuredRatio - 1));
      weights.push(weight);
      if (one.measuredRatio >= band.p10 && one.measuredRatio <= band.p90) covered += weight;
      total += weight;
    });
  }
  return {
    cases: errors.length,
    medianAbsolutePercentageError: 100 * weightedQuantile(errors, weights, 0.5),
    rooflineOnly: 100 * weightedQuantile(physics, weights, 0.5),
    coverage80: total > 0 ? covered / total : 0,
  };
}
