import { CHANGE_KINDS } from '../changeKind';
import { FEATURE_NAMES, MEASURED_ENGINES } from '../features';
import { LEAST_SPREAD } from '../leastSpread';
import { predictTrees, type BoostedTrees, type TreeNode } from './boostedTrees';
import { missing, type Case } from './case';
import { caseWeights } from './caseWeights';
import type { TrainingSet } from './fitCases';
import { COVERAGE, trainExpert } from './trainExpert';
import { gated, leaf } from './treeEdits';
import { weightedQuantile } from './weightedQuantile';

/** Half a band where nothing of the kind was measured: published gains over scenarios that physics calls alike differ by a third either way. */
const PRIOR_SPREAD = Math.log(1.35);
const PRIOR_CASES = 5;

/** What is trained: a correction of the log ratio, and half of the band on the log scale. */
export interface TrainedSelector {
  correction: BoostedTrees;
  spread: BoostedTrees;
  /** Share of its correction that is believed, by kind of change and engine. */
  belief: Record<string, number>;
}

/**
 * Trains on some of the cases (`members`, indices). Each kind of change learns from its own rows alone: first what engines have in
 * common, then what each engine has of its own. Where neither was measured the roofline's ratio stands, with a wide band.
 */
export function trainSelector(set: TrainingSet, members: readonly number[]): TrainedSelector {
  const correction: TreeNode[] = [];
  const spread: TreeNode[] = [];
  const belief: Record<string, number> = {};
  for (const kind of CHANGE_KINDS) {
    const ofKind = members.filter((index) => set.cases[index]?.kind === kind);
    const gate = FEATURE_NAMES.indexOf(`changes ${kind}`);
    const distinct = (of: 'engine' | 'hardware'): number =>
      new Set(ofKind.map((index) => set.cases[index]?.[of])).size;
    // What one engine alone has shown is that engine's, and two devices make no rule for a third.
    const common = distinct('engine') > 1 && distinct('hardware') > 2;
    const shared = trainExpert(set, common ? ofKind : [], 0, () => 0);
    if (shared.correction.length > 0) belief[kind] = shared.belief;
    correction.push(...shared.correction.map((tree) => gated(gate, tree)));
    const said: BoostedTrees = { base: 0, trees: shared.correction };
    const before = (one: Case): number => predictTrees(said, one.features);
    const prior = spreadOfKind(set, ofKind, before);
    spread.push(gated(gate, leaf(prior)));
    for (const engine of MEASURED_ENGINES) {
      const flag = FEATURE_NAMES.indexOf(`engine ${engine}`);
      const own = ofKind.filter((index) => set.cases[index]?.engine === engine);
      const expert = trainExpert(set, own, prior, before);
      if (expert.correction.length > 0) belief[`${kind} in ${engine}`] = expert.belief;
      correction.push(...expert.correction.map((tree) => gated(gate, gated(flag, tree))));
      spread.push(...expert.spread.map((tree) => gated(gate, gated(flag, tree))));
    }
  }
  return { correction: { base: 0, trees: correction }, spread: { base: 0, trees: spread }, belief };
}

/** How far off physics alone is on four fifths of the cases, with a belief of its own counting as a few cases. */
function spreadOfKind(set: TrainingSet, members: readonly number[], said: (one: Case) => number): number {
  if (members.length === 0) return PRIOR_SPREAD;
  const cases = members.flatMap((index) => set.cases[index] ?? []);
  const off = cases.map((one) => Math.abs(missing(one) - said(one)));
  const measured = weightedQuantile(off, caseWeights(cases), COVERAGE);
  const share = members.length / (members.length + PRIOR_CASES);
  return share * measured + (1 - share) * PRIOR_SPREAD;
}

export function predict(model: TrainedSelector, features: readonly number[], physicsRatio: number) {
  const centre = Math.log(physicsRatio) + predictTrees(model.correction, features);
  const half = Math.max(LEAST_SPREAD, predictTrees(model.spread, features));
  return { p10: Math.exp(centre - half), p50: Math.exp(centre), p90: Math.exp(centre + half) };
}
