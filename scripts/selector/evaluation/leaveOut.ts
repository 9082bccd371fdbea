import type { Case } from '../../../src/selector/training/case';
import type { TrainingSet } from '../../../src/selector/training/fitCases';
import { groupFolds } from '../../../src/selector/training/folds';
import type { Band } from '../../../src/units/quantities';
import type { Method } from './method';

/** What whole groups are left out by. */
export const SPLITS: Readonly<Record<'byPaper' | 'byHardware' | 'byModel', (one: Case) => string>> = {
  byPaper: (one) => one.source,
  byHardware: (one) => one.hardware,
  byModel: (one) => one.model,
};

export type Split = keyof typeof SPLITS;

const FOLDS = 8;

/** Answers to every case by a method that saw nothing of the case's group; groups are left out several at a time, in eight folds. */
export function leaveOut(set: TrainingSet, split: Split, method: Method): Band[] {
  const folds = groupFolds(set.cases.map(SPLITS[split]), FOLDS);
  const answers: Band[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    const seen: number[] = [];
    const out: number[] = [];
    folds.forEach((of, index) => (of === fold ? out : seen).push(index));
    if (seen.length === 0 || out.length === 0) continue;
    const answer = method(set, seen);
    for (const index of out) {
      const one = set.cases[index];
      if (one) answers[index] = answer(one);
    }
  }
  return answers;
}
