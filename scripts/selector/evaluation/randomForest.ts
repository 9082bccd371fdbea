import type { BinnedRows } from '../../../src/selector/training/binnedRows';
import { boostTrees, predictTrees, type TreeNode } from '../../../src/selector/training/boostedTrees';
import { seededRandom } from '../../../src/selector/training/seededRandom';
import { withBand, type Method } from './method';

const TREES = 30;
const DEPTH = 9;
/** Share of the features that each tree sees. */
const FEATURES = 1 / 3;

/** Deep trees on samples of cases and of features, averaged (Ho, "The random subspace method", 1998); told the log ratio itself. */
export const randomForest: Method = (set, seen) => {
  const draw = seededRandom(7);
  const targets = Float64Array.from(set.cases, (one) => Math.log(one.measuredRatio));
  const weights = new Float64Array(set.cases.length).fill(1);
  const origins = new Uint8Array(set.cases.length);
  const trees: TreeNode[] = [];
  for (let tree = 0; tree < TREES; tree++) {
    const members = Int32Array.from(seen, () => seen[Math.floor(draw() * seen.length)] ?? 0);
    const rows: BinnedRows = {
      ...set.rows,
      bins: set.rows.bins.map((bins) => (draw() < FEATURES ? bins : new Uint8Array(bins.length))),
    };
    const grown = boostTrees(
      { rows, members, targets, weights, origins },
      {
        rounds: 1,
        depth: DEPTH,
        rate: 1,
        leafWeight: 3,
        leafOrigins: 1,
        ridge: 0,
        huber: Infinity,
        featureShare: 1,
      },
    );
    trees.push(...grown.trees);
  }
  return withBand(set, seen, (one) => predictTrees({ base: 0, trees }, one.features) / TREES);
};
