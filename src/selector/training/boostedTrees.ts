import { seededRandom } from './seededRandom';
import { MOST_BINS, type BinnedRows } from './binnedRows';

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
  /** Least rows of a leaf, counted as `weights` count them. */
  leafWeight: number;
  /** Least origins that the rows of a leaf come from: what one laboratory alone saw is no rule. */
  leafOrigins: number;
  /** Added to the weight of each leaf: pulls leaves with few rows towards no correction. */
  ridge: number;
  /** Residuals beyond this pull no harder than it (Huber's loss). */
  huber: number;
  /** Share of the features that each tree may look at, drawn anew for each: no tree leans on the one that tells most. */
  featureShare: number;
}

/** What is learned from: some rows, what each is to be told, what it weighs, and where it comes from (a small whole number). */
export interface TrainingRows {
  rows: BinnedRows;
  members: Int32Array;
  targets: Float64Array;
  weights: Float64Array;
  origins: Uint8Array;
}

interface Split {
  feature: number;
  bin: number;
}

/** Gain below which a split is rounding. */
const LEAST_GAIN = 1e-9;

/**
 * Gradient boosting of regression trees on Huber's loss, rows weighted (Friedman, "Greedy function approximation: a gradient boosting
 * machine", 2001), thresholds from quantiles. Deterministic: features are drawn from a fixed seed.
 */
export function boostTrees(data: TrainingRows, options: BoostingOptions): BoostedTrees {
  const { members, targets, weights } = data;
  const residuals = Float64Array.from(targets);
  const pulls = new Float64Array(targets.length);
  const trees: TreeNode[] = [];
  const grower = new Grower(data, pulls, options);
  for (let round = 0; round < options.rounds; round++) {
    for (const row of members) {
      const residual = residuals[row] ?? 0;
      pulls[row] = (weights[row] ?? 0) * Math.max(-options.huber, Math.min(options.huber, residual));
    }
    trees.push(grower.grow(residuals));
  }
  return { base: 0, trees };
}

/** Grows one tree after another on the pulls of the rows; keeps its working memory between trees. */
class Grower {
  private readonly order: Int32Array;
  private readonly spare: Int32Array;
  private readonly sums = new Float64Array(MOST_BINS);
  private readonly masses = new Float64Array(MOST_BINS);
  /** Origins of each bin as bits of a word: whole numbers from 32 on share bits, so that an origin may be missed, never invented. */
  private readonly seen = new Int32Array(MOST_BINS);
  private readonly seenAfter = new Int32Array(MOST_BINS + 1);
  private readonly bits: Int32Array;
  /** Features that tell some of the rows from others. */
  private readonly telling: readonly number[];
  /** Those of them that the tree in hand may look at. */
  private open: readonly number[] = [];
  private readonly draw = seededRandom(1);

  constructor(
    private readonly data: TrainingRows,
    private readonly pulls: Float64Array,
    private readonly options: BoostingOptions,
  ) {
    this.order = Int32Array.from(data.members);
    this.spare = new Int32Array(data.members.length);
    this.bits = Int32Array.from(data.origins, (origin) => 1 << (origin & 31));
    this.telling = data.rows.bins.flatMap((bins, feature) => {
      const first = bins[data.members[0] ?? 0];
      return data.members.some((row) => bins[row] !== first) ? [feature] : [];
    });
  }

  /** The tree; each row's residual is lessened by what the tree says of it. */
  grow(residuals: Float64Array): TreeNode {
    const { featureShare } = this.options;
    this.open = featureShare < 1 ? this.telling.filter(() => this.draw() < featureShare) : this.telling;
    return this.node(0, this.order.length, this.options.depth, residuals);
  }

  private node(from: number, to: number, depth: number, residuals: Float64Array): TreeNode {
    const { order, pulls } = this;
    const { weights } = this.data;
    let sum = 0;
    let mass = 0;
    for (let at = from; at < to; at++) {
      const row = order[at] ?? 0;
      sum += pulls[row] ?? 0;
      mass += weights[row] ?? 0;
    }
    const split =
      depth > 0 && mass >= 2 * this.options.leafWeight ? this.bestSplit(from, to, sum, mass) : null;
    if (!split) {
      const value = Math.fround((this.options.rate * sum) / (mass + this.options.ridge));
      for (let at = from; at < to; at++) {
        const row = order[at] ?? 0;
        residuals[row] = (residuals[row] ?? 0) - value;
      }
      return { kind: 'leaf', value };
    }
    const middle = this.partition(from, to, split);
    return {
      kind: 'branch',
      feature: split.feature,
      threshold: this.data.rows.cuts[split.feature]?.[split.bin] ?? 0,
      left: this.node(from, middle, depth - 1, residuals),
      right: this.node(middle, to, depth - 1, residuals),
    };
  }

  /** Rows at or below the split first, in their order; where the others begin. */
  private partition(from: number, to: number, split: Split): number {
    const { order, spare } = this;
    const bins = this.data.rows.bins[split.feature] ?? new Uint8Array();
    let left = from;
    let right = 0;
    for (let at = from; at < to; at++) {
      const row = order[at] ?? 0;
      if ((bins[row] ?? 0) <= split.bin) order[left++] = row;
      else spare[right++] = row;
    }
    order.set(spare.subarray(0, right), left);
    return left;
  }

  private bestSplit(from: number, to: number, sum: number, mass: number): Split | null {
    const { ridge } = this.options;
    const { cuts, bins } = this.data.rows;
    const whole = sum ** 2 / (mass + ridge);
    let best: Split | null = null;
    let gained = LEAST_GAIN;
    for (const feature of this.open) {
      const last = (cuts[feature]?.length ?? 0) - 1;
      if (last < 0) continue;
      this.fill(bins[feature] ?? new Uint8Array(), from, to, last + 1);
      let leftSum = 0;
      let leftMass = 0;
      let leftSeen = 0;
      for (let bin = 0; bin <= last; bin++) {
        if (this.masses[bin] === 0) continue;
        leftSum += this.sums[bin] ?? 0;
        leftMass += this.masses[bin] ?? 0;
        leftSeen |= this.seen[bin] ?? 0;
        if (!this.allowed(leftMass, leftSeen)) continue;
        if (!this.allowed(mass - leftMass, this.seenAfter[bin + 1] ?? 0)) continue;
        const score = leftSum ** 2 / (leftMass + ridge) + (sum - leftSum) ** 2 / (mass - leftMass + ridge);
        if (score - whole > gained) {
          gained = score - whole;
          best = { feature, bin };
        }
      }
    }
    return best;
  }

  private allowed(mass: number, seen: number): boolean {
    return mass >= this.options.leafWeight && bitCount(seen) >= this.options.leafOrigins;
  }

  private fill(bins: Uint8Array, from: number, to: number, last: number): void {
    const { order, pulls, sums, masses, seen, seenAfter, bits } = this;
    const { weights } = this.data;
    sums.fill(0);
    masses.fill(0);
    seen.fill(0);
    for (let at = from; at < to; at++) {
      const row = order[at] ?? 0;
      const bin = bins[row] ?? 0;
      sums[bin] = (sums[bin] ?? 0) + (pulls[row] ?? 0);
      masses[bin] = (masses[bin] ?? 0) + (weights[row] ?? 0);
      seen[bin] = (seen[bin] ?? 0) | (bits[row] ?? 0);
    }
    let after = 0;
    seenAfter[last + 1] = 0;
    for (let bin = last; bin >= 0; bin--) {
      after |= seen[bin] ?? 0;
      seenAfter[bin] = after;
    }
  }
}

function bitCount(word: number): number {
  let rest = word - ((word >>> 1) & 0x55555555);
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333);
  return Math.imul((rest + (rest >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

export function predictTrees(model: BoostedTrees, row: readonly number[]): number {
  let sum = model.base;
  for (const tree of model.trees) sum += predictTree(tree, row);
  return sum;
}

function predictTree(tree: TreeNode, row: readonly number[]): number {
  let node = tree;
  while (node.kind === 'branch') node = (row[node.feature] ?? 0) <= node.threshold ? node.left : node.right;
  return node.value;
}
