import type { BinnedRows } from './binnedRows';
import { boostTrees, type BoostedTrees, type TreeNode } from './boostedTrees';
import type { Case } from './case';
import { caseWeights } from './caseWeights';
import type { TrainingSet } from './fitCases';
import { seededRandom } from './seededRandom';

export interface ForestOptions {
  trees: number;
  depth: number;
  /** Share of the features that a tree may look at: no tree knows a device by all that gives it away. */
  featureShare: number;
  /** Least weight of the rows of a leaf, as `caseWeights` counts it. */
  leafWeight: number;
  /** Targets beyond this pull no harder than it. */
  huber: number;
}

/**
 * Trees on samples of cases and of features, averaged (Ho, "The random subspace method for constructing decision forests", 1998; Breiman,
 * "Random forests", 2001), on some of the cases (`members`, indices). Leaves are scaled so that the trees add up to the answer. Deterministic.
 */
export function growForest(
  set: TrainingSet,
  members: readonly number[],
  target: (one: Case) => number,
  options: ForestOptions,
): BoostedTrees {
  const draw = seededRandom(7);
  const targets = new Float64Array(set.cases.length);
  const weights = new Float64Array(set.cases.length);
  const origins = new Uint8Array(set.cases.length);
  const mass = caseWeights(members.flatMap((index) => set.cases[index] ?? []));
  members.forEach((index, at) => {
    const one = set.cases[index];
    if (one) targets[index] = target(one);
    weights[index] = mass[at] ?? 0;
  });
  const hidden = new Uint8Array(set.cases.length);
  const trees: TreeNode[] = [];
  for (let tree = 0; tree < options.trees; tree++) {
    const sample = Int32Array.from(members, () => members[Math.floor(draw() * members.length)] ?? 0);
    const rows: BinnedRows = {
      ...set.rows,
      bins: set.rows.bins.map((bins) => (draw() < options.featureShare ? bins : hidden)),
    };
    const grown = boostTrees(
      { rows, members: sample, targets, weights, origins },
      {
        rounds: 1,
        depth: options.depth,
        rate: 1 / options.trees,
        leafWeight: options.leafWeight,
        leafOrigins: 1,
        ridge: 0,
        huber: options.huber,
        featureShare: 1,
      },
    );
    trees.push(...grown.trees);
  }
  return { base: 0, trees };
}
