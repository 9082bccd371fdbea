import { believed } from '../believed';
import { CHANGE_KINDS } from '../changeKind';
import { FEATURE_NAMES, MEASURED_ENGINES } from '../features';
import { LEAST_SPREAD } from '../leastSpread';
import { predictTrees, type BoostedTrees, type TreeNode } from './boostedTrees';
import { missing, type Case } from './case';
import { caseWeights } from './caseWeights';
import type { TrainingSet } from './fitCases';
import { pooledForest, type PooledForest } from './pooledForest';
import { COVERAGE, EXPERT_SHARE, trainExpert } from './trainExpert';
import { gated, leaf, scaled, unless } from './treeEdits';
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
 * Trains on some of the cases (`members`, indices). Two learners of unlike habits answer half each: a forest over everything, which carries what one kind
 * of change or one engine shows over to the next, and experts, each kind of change learning from its own rows alone, first what engines
 * have in common, then what each engine has of its own. Where a kind was not measured the roofline's ratio stands, with a wide band.
 */
export function trainSelector(set: TrainingSet, members: readonly number[]): TrainedSelector {
  const { forest, unseen } = pooledForest(set, members);
  const correction: TreeNode[] = [];
  const spread: TreeNode[] = [];
  const belief: Record<string, number> = {};
  const unmeasured: number[] = [];
  for (const kind of CHANGE_KINDS) {
    const ofKind = members.filter((index) => set.cases[index]?.kind === kind);
    const gate = FEATURE_NAMES.indexOf(`changes ${kind}`);
    if (ofKind.length === 0) unmeasured.push(gate);
    const distinct = (of: 'engine' | 'hardware'): number =>
      new Set(ofKind.map((index) => set.cases[index]?.[of])).size;
    // What one engine alone has shown is that engine's, and two devices make no rule for a third.
    const shares = distinct('engine') > 1 && distinct('hardware') > 2;
    const shared = trainExpert(set, shares ? ofKind : [], { common: () => 0, unseen, spread: 0 });
    if (shared.correction.length > 0) belief[kind] = shared.belief;
    correction.push(...shared.correction.map((tree) => gated(gate, tree)));
    const said: BoostedTrees = { base: 0, trees: shared.correction };
    const common = (one: Case): number => predictTrees(said, one.features);
    const prior = spreadOfKind(set, ofKind, common, unseen);
    spread.push(gated(gate, leaf(prior)));
    for (const engine of MEASURED_ENGINES) {
      const flag = FEATURE_NAMES.indexOf(`engine ${engine}`);
      const own = ofKind.filter((index) => set.cases[index]?.engine === engine);
      const expert = trainExpert(set, own, { common, unseen, spread: prior });
      if (expert.correction.length > 0) belief[`${kind} in ${engine}`] = expert.belief;
      correction.push(...expert.correction.map((tree) => gated(gate, gated(flag, tree))));
      spread.push(...expert.spread.map((tree) => gated(gate, gated(flag, tree))));
    }
  }
  const trees = [
    ...correction.map((tree) => scaled(tree, EXPERT_SHARE)),
    ...forest.trees.map((tree) =>
      unmeasured.reduce((inner, gate) => unless(gate, inner), scaled(tree, 1 - EXPERT_SHARE)),
    ),
  ];
  return { correction: { base: 0, trees }, spread: { base: 0, trees: spread }, belief };
}

/** How far off the answer is on four fifths of the cases of devices left out, with a belief of its own counting as a few cases. */
function spreadOfKind(
  set: TrainingSet,
  members: readonly number[],
  common: (one: Case) => number,
  unseen: PooledForest['unseen'],
): number {
  if (members.length === 0) return PRIOR_SPREAD;
  const cases = members.flatMap((index) => set.cases[index] ?? []);
  const off = members.flatMap((index) => {
    const one = set.cases[index];
    if (!one) return [];
    const said = EXPERT_SHARE * common(one) + (1 - EXPERT_SHARE) * (unseen.hardware.get(index) ?? 0);
    return [Math.abs(missing(one) - said)];
  });
  const measured = weightedQuantile(off, caseWeights(cases), COVERAGE);
  const share = members.length / (members.length + PRIOR_CASES);
  return share * measured + (1 - share) * PRIOR_SPREAD;
}

export function predict(model: TrainedSelector, features: readonly number[], physicsRatio: number) {
  const centre = Math.log(physicsRatio) + believed(predictTrees(model.correction, features));
  const half = Math.max(LEAST_SPREAD, predictTrees(model.spread, features));
  return { p10: Math.exp(centre - half), p50: Math.exp(centre), p90: Math.exp(centre + half) };
}
