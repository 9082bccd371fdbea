import { LEAST_SPREAD } from '../leastSpread';
import { predictTrees, type BoostedTrees, type BoostingOptions, type TreeNode } from './boostedTrees';
import { missing, type Case } from './case';
import { fitCases, type TrainingSet } from './fitCases';
import { bestShare, heldOut, LEFT_OUT, type HeldRow, type LeftOut } from './heldOut';
import type { PooledForest } from './pooledForest';
import { leaf, scaled } from './treeEdits';
import { weightedQuantile } from './weightedQuantile';

export const CORRECTION: BoostingOptions = {
  rounds: 50,
  depth: 3,
  rate: 0.2,
  leafWeight: 3,
  leafOrigins: 1,
  ridge: 5,
  huber: 0.4,
  featureShare: 0.3,
};
const SPREAD: BoostingOptions = {
  rounds: 12,
  depth: 3,
  rate: 0.25,
  leafWeight: 10,
  leafOrigins: 1,
  ridge: 8,
  huber: 0.5,
  featureShare: 1,
};
/** Share of measured ratios that a band is to hold. */
export const COVERAGE = 0.8;
/** How many cases the belief about a band counts for that stood before any was seen. */
const PRIOR_CASES = 5;
/** Beyond this a share of what was left out is a matter of its strangest rows. */
const MOST_LEVEL = 0.93;
/** Belief in a correction that nothing could be left out of. */
const UNTESTED = 0.5;
/** Fewer cases teach nothing. */
const FEWEST = 8;

/** What is known of one kind of change in one engine. */
export interface Expert {
  correction: TreeNode[];
  /** Half of the band, on top of the one that holds for the kind at large. */
  spread: TreeNode[];
  /** Share of the correction that is believed. */
  belief: number;
}

/** The expert's word counts for half of the answer, the pooled forest's for the other half: they err in different places. */
export const EXPERT_SHARE = 0.5;

/** What is known already where an expert learns: what all engines have in common, and what the pooled forest says. */
export interface Known {
  /** The common expert's correction of a case. */
  common: (one: Case) => number;
  unseen: PooledForest['unseen'];
  /** Half of the band of the kind at large. */
  spread: number;
}

/**
 * Learns from cases of one kind of change in one engine. The correction is believed as far as it helps on devices, sources and models that were left
 * out in turn; the band is as wide as it has to be for expert and forest together to hold four fifths of what was left out.
 */
export function trainExpert(set: TrainingSet, own: readonly number[], known: Known): Expert {
  if (own.length < FEWEST) return { correction: [], spread: [], belief: 0 };
  const left = (one: Case): number => missing(one) - known.common(one);
  const fit = (members: readonly number[]): BoostedTrees => fitCases(set, members, left, CORRECTION);
  const without = (group: LeftOut): HeldRow[] => heldOut(set, own, LEFT_OUT[group], left, fit);
  const devices = without('hardware');
  const sources = without('source');
  const others = [...without('model'), ...without('engine')];
  const belief = believed([...devices, ...sources, ...others], devices);
  const misses = (rows: readonly HeldRow[], unseen: ReadonlyMap<number, number>): Miss[] =>
    rows.map((row) => missOf(set, row, belief, known, unseen));
  // A new device or a new laboratory is a further step than a new model: where either was left out, the band is for that.
  const far = [...misses(devices, known.unseen.hardware), ...misses(sources, known.unseen.source)];
  const held = far.length > 0 ? far : misses(others, new Map());
  return {
    correction: belief > 0 ? fit(own).trees.map((tree) => scaled(tree, belief)) : [],
    spread: held.length > 0 ? spreadTrees(set, own, held, known.spread) : [],
    belief,
  };
}

/** Half-way between the share that serves best over all that was left out and on devices alone, since a new device is what the product meets. */
function believed(all: readonly HeldRow[], devices: readonly HeldRow[]): number {
  if (all.length === 0) return UNTESTED;
  const overall = bestShare(all);
  return devices.length > 0 ? (overall + bestShare(devices)) / 2 : overall;
}

/** How far expert and forest together were off a case that neither had seen the like of. */
interface Miss {
  index: number;
  off: number;
  weight: number;
}

function missOf(
  set: TrainingSet,
  row: HeldRow,
  belief: number,
  known: Known,
  unseen: ReadonlyMap<number, number>,
): Miss {
  const one = set.cases[row.index];
  const common = one ? known.common(one) : 0;
  const said =
    EXPERT_SHARE * (common + belief * row.correction) + (1 - EXPERT_SHARE) * (unseen.get(row.index) ?? 0);
  return { index: row.index, off: Math.abs(row.missing + common - said), weight: row.weight };
}

function spreadTrees(
  set: TrainingSet,
  own: readonly number[],
  held: readonly Miss[],
  priorSpread: number,
): TreeNode[] {
  const off = held.map((row) => row.off);
  const weights = held.map((row) => row.weight);
  const perCase = new Map<number, { sum: number; count: number }>();
  held.forEach((row, at) => {
    const entry = perCase.get(row.index) ?? { sum: 0, count: 0 };
    perCase.set(row.index, { sum: entry.sum + (off[at] ?? 0), count: entry.count + 1 });
  });
  const mean = weightedQuantile(off, weights, 0.5);
  const target = (index: number): number => {
    const entry = perCase.get(index);
    return entry ? entry.sum / entry.count - mean : 0;
  };
  const { trees } = fitCases(set, own, (_, index) => target(index), SPREAD);
  const raw: BoostedTrees = { base: mean, trees };
  const units = held.map(
    (row, at) =>
      (off[at] ?? 0) / Math.max(LEAST_SPREAD, predictTrees(raw, set.cases[row.index]?.features ?? [])),
  );
  const stretch = weightedQuantile(units, weights, level(set, own));
  // A handful of cases cannot say how far out four fifths of them lie: until there are more, the belief from before counts too.
  const share = own.length / (own.length + PRIOR_CASES);
  return [
    leaf(share * (mean * stretch - priorSpread)),
    ...trees.map((tree) => scaled(tree, share * stretch)),
  ];
}

/**
 * The share of what was left out that a band has to hold to hold four fifths on the next device: of few devices the next may well lie outside
 * (conformal prediction with groups as the exchangeable units: level × (1 + 1 / groups)).
 */
function level(set: TrainingSet, own: readonly number[]): number {
  const devices = new Set(own.map((index) => set.cases[index]?.hardware)).size;
  return Math.min(MOST_LEVEL, COVERAGE * (1 + 1 / devices));
}
