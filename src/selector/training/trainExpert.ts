import { LEAST_SPREAD } from '../leastSpread';
import { predictTrees, type BoostedTrees, type BoostingOptions, type TreeNode } from './boostedTrees';
import { missing, type Case } from './case';
import { fitCases, type TrainingSet } from './fitCases';
import { bestShare, heldOut, type HeldRow } from './heldOut';
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

const LEFT_OUT: readonly ((one: Case) => string)[] = [
  (one) => one.hardware,
  (one) => one.source,
  (one) => one.model,
  (one) => one.engine,
];

/**
 * Learns from cases of one kind of change in one engine. The correction is believed as far as it helps on devices, sources and models that were left
 * out in turn; the band is as wide as it has to be to hold four fifths of what was left out.
 */
export function trainExpert(
  set: TrainingSet,
  own: readonly number[],
  priorSpread: number,
  before: (one: Case) => number,
): Expert {
  if (own.length < FEWEST) return { correction: [], spread: [], belief: 0 };
  const left = (one: Case): number => missing(one) - before(one);
  const fit = (members: readonly number[]): BoostedTrees => fitCases(set, members, left, CORRECTION);
  const tests = LEFT_OUT.map((groupOf) => heldOut(set, own, groupOf, left, fit));
  const belief = believed(tests);
  // A new device or a new laboratory is a further step than a new model: where either was left out, the band is for that.
  const far = [tests[0], tests[1]].flatMap((rows) => rows ?? []);
  const held = far.length > 0 ? far : tests.flat();
  return {
    correction: belief > 0 ? fit(own).trees.map((tree) => scaled(tree, belief)) : [],
    spread: held.length > 0 ? spreadTrees(set, own, held, belief, priorSpread) : [],
    belief,
  };
}

/** Half-way between the share that serves best over all that was left out and on devices alone, since a new device is what the product meets. */
function believed(tests: readonly (readonly HeldRow[])[]): number {
  const [devices = []] = tests;
  const all = tests.flat();
  if (all.length === 0) return UNTESTED;
  const overall = bestShare(all);
  return devices.length > 0 ? (overall + bestShare(devices)) / 2 : overall;
}

function spreadTrees(
  set: TrainingSet,
  own: readonly number[],
  held: readonly HeldRow[],
  belief: number,
  priorSpread: number,
): TreeNode[] {
  const off = held.map((row) => Math.abs(row.missing - belief * row.correction));
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
