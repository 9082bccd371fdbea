/** A node of a regression tree: a leaf holds a value, a branch goes left where the feature is at most the threshold. */
export type TreeNode =
  | { kind: 'leaf'; value: number }
  | { kind: 'branch'; feature: number; threshold: number; left: TreeNode; right: TreeNode };

/** A sum of trees over a starting value; see `predictTrees`. */
export interface BoostedTrees {
  base: number;
  trees: readonly TreeNode[];
}

export interface BoostingOptions {
  rounds: number;
  depth: number;
  /** Share of each tree's answer that is taken. */
  rate: number;
  /** Least total weight of rows in a leaf. */
  leafWeight: number;
  /** Added to the weight of each leaf: pulls leaves with few rows towards no correction. */
  ridge: number;
}

/** Bins a feature is cut into: as many thresholds are tried at each node. */
const BINS = 32;

/**
 * Gradient boosting of regression trees on squared error, with rows weighted (Friedman, "Greedy function approximation: a gradient
 * boosting machine", 2001), thresholds from quantiles. Deterministic: no sampling.
 */
export function boostTrees(
  rows: readonly (readonly number[])[],
  targets: readonly number[],
  weights: readonly number[],
  options: BoostingOptions,
): BoostedTrees {
  const cuts = (rows[0] ?? []).map((_, feature) => quantileCuts(rows.map((row) => row[feature] ?? 0)));
  const binned = cuts.map((cut, feature) => Uint8Array.from(rows, (row) => binOf(cut, row[feature] ?? 0)));
  const residuals = Float64Array.from(targets);
  const mass = Float64Array.from(weights);
  const everything = rows.map((_, index) => index);
  const trees: TreeNode[] = [];
  for (let round = 0; round < options.rounds; round++) {
    const tree = grow(everything, options.depth);
    trees.push(tree);
    for (const index of everything)
      residuals[index] = (residuals[index] ?? 0) - predictTree(tree, rows[index] ?? []);
  }
  return { base: 0, trees };

  function grow(members: readonly number[], depth: number): TreeNode {
    let sum = 0;
    let total = 0;
    for (const index of members) {
      sum += (mass[index] ?? 0) * (residuals[index] ?? 0);
      total += mass[index] ?? 0;
    }
    const leaf: TreeNode = {
      kind: 'leaf',
      value: Math.fround((options.rate * sum) / (total + options.ridge)),
    };
    if (depth === 0 || total < 2 * options.leafWeight) return leaf;
    const split = bestSplit(members, sum, total);
    if (!split) return leaf;
    const bins = binned[split.feature];
    const left = members.filter((index) => (bins?.[index] ?? 0) <= split.bin);
    const right = members.filter((index) => (bins?.[index] ?? 0) > split.bin);
    return {
      kind: 'branch',
      feature: split.feature,
      threshold: cuts[split.feature]?.[split.bin] ?? 0,
      left: grow(left, depth - 1),
      right: grow(right, depth - 1),
    };
  }

  function bestSplit(
    members: readonly number[],
    sum: number,
    total: number,
  ): { feature: number; bin: number } | null {
    const whole = sum ** 2 / (total + options.ridge);
    let best: { feature: number; bin: number } | null = null;
    let gained = 1e-9;
    const sums = new Float64Array(BINS);
    const masses = new Float64Array(BINS);
    binned.forEach((bins, feature) => {
      const last = (cuts[feature]?.length ?? 0) - 1;
      if (last < 0) return;
      sums.fill(0);
      masses.fill(0);
      for (const index of members) {
        const bin = bins[index] ?? 0;
        sums[bin] = (sums[bin] ?? 0) + (mass[index] ?? 0) * (residuals[index] ?? 0);
        masses[bin] = (masses[bin] ?? 0) + (mass[index] ?? 0);
      }
      let leftSum = 0;
      let leftMass = 0;
      for (let bin = 0; bin <= last; bin++) {
        leftSum += sums[bin] ?? 0;
        leftMass += masses[bin] ?? 0;
        const rightMass = total - leftMass;
        if (leftMass < options.leafWeight || rightMass < options.leafWeight) continue;
        const score =
          leftSum ** 2 / (leftMass + options.ridge) +
          (sum - leftSum) ** 2 / (rightMass + options.ridge) -
          whole;
        if (score > gained) {
          gained = score;
          best = { feature, bin };
        }
      }
    });
    return best;
  }
}

export function predictTrees(model: BoostedTrees, row: readonly number[]): number {
  return model.trees.reduce((sum, tree) => sum + predictTree(tree, row), model.base);
}

function predictTree(tree: TreeNode, row: readonly number[]): number {
  let node = tree;
  while (node.kind === 'branch') node = (row[node.feature] ?? 0) <= node.threshold ? node.left : node.right;
  return node.value;
}

/** Thresholds between distinct values, at most `BINS - 1`, kept in single precision as the exported model keeps them. */
function quantileCuts(values: readonly number[]): number[] {
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  const between = distinct.slice(1).map((value, index) => Math.fround(((distinct[index] ?? 0) + value) / 2));
  if (between.length < BINS) return between;
  return Array.from(
    { length: BINS - 1 },
    (_, cut) => between[Math.floor(((cut + 1) * between.length) / BINS)] ?? 0,
  );
}

/** The first cut that the value does not exceed; one past the last where it exceeds all. */
function binOf(cuts: readonly number[], value: number): number {
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= (cuts[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}
