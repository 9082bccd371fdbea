import { predictTrees, type BoostedTrees } from './boostedTrees';
import type { Case } from './case';
import { caseWeights } from './caseWeights';
import type { TrainingSet } from './fitCases';
import { groupFolds } from './folds';

/** A case answered by a model that saw nothing of its group. */
export interface HeldRow {
  index: number;
  missing: number;
  correction: number;
  weight: number;
}

const FOLDS = 3;

/** What a case may be the only one of, so that it has to be left out together with its like. */
export const LEFT_OUT = {
  hardware: (one: Case) => one.hardware,
  source: (one: Case) => one.source,
  model: (one: Case) => one.model,
  engine: (one: Case) => one.engine,
} as const;

export type LeftOut = keyof typeof LEFT_OUT;

/** Leaves whole groups out in turn, fits the rest, and answers what was left out; nothing where there is one group alone. */
export function heldOut(
  set: TrainingSet,
  members: readonly number[],
  groupOf: (one: Case) => string,
  target: (one: Case) => number,
  fit: (members: readonly number[]) => BoostedTrees,
): HeldRow[] {
  const cases = members.flatMap((index) => set.cases[index] ?? []);
  const keys = cases.map(groupOf);
  if (new Set(keys).size < 2) return [];
  const weights = caseWeights(cases);
  const folds = groupFolds(keys, FOLDS);
  const rows: HeldRow[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    const seen = members.filter((_, at) => folds[at] !== fold);
    if (seen.length === members.length) continue;
    const model = fit(seen);
    cases.forEach((one, at) => {
      if (folds[at] !== fold) return;
      rows.push({
        index: members[at] ?? 0,
        missing: target(one),
        correction: predictTrees(model, one.features),
        weight: weights[at] ?? 0,
      });
    });
  }
  return rows;
}

/** The share of the correction, in tenths, that comes nearest (mean absolute error) on what was left out. */
export function bestShare(held: readonly HeldRow[]): number {
  let best = 0;
  let least = Infinity;
  for (let tenth = 0; tenth <= 10; tenth++) {
    let error = 0;
    for (const row of held) error += row.weight * Math.abs(row.missing - (tenth / 10) * row.correction);
    if (error < least * 0.999) {
      least = error;
      best = tenth / 10;
    }
  }
  return best;
}
