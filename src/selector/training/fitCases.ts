import type { BinnedRows } from './binnedRows';
import { boostTrees, type BoostedTrees, type BoostingOptions } from './boostedTrees';
import type { Case } from './case';
import { caseWeights, originOf } from './caseWeights';

/** Cases with their features binned once, for every fit on some of them. */
export interface TrainingSet {
  cases: readonly Case[];
  rows: BinnedRows;
}

/** Boosted trees on some of the cases (`members`, indices): rows of one origin weigh less each, the more there are. */
export function fitCases(
  set: TrainingSet,
  members: readonly number[],
  target: (one: Case, index: number) => number,
  options: BoostingOptions,
): BoostedTrees {
  const targets = new Float64Array(set.cases.length);
  const weights = new Float64Array(set.cases.length);
  const origins = new Uint8Array(set.cases.length);
  const own = members.flatMap((index) => set.cases[index] ?? []);
  const mass = caseWeights(own);
  const numbers = new Map<string, number>();
  own.forEach((one, at) => {
    const index = members[at] ?? 0;
    const origin = originOf(one);
    const number = numbers.get(origin) ?? numbers.size % 32;
    numbers.set(origin, number);
    targets[index] = target(one, index);
    weights[index] = mass[at] ?? 0;
    origins[index] = number;
  });
  return boostTrees(
    { rows: set.rows, members: Int32Array.from(members), targets, weights, origins },
    options,
  );
}
