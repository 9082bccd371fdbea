import assert from 'node:assert/strict';
import { predictTrees } from '../../../src/selector/training/boostedTrees';
import { missing } from '../../../src/selector/training/case';
import { growForest } from '../../../src/selector/training/growForest';
import { syntheticSet } from './syntheticCases';

const OPTIONS = { trees: 60, depth: 6, featureShare: 1, leafWeight: 3, huber: 1 };

describe('the forest', () => {
  const set = syntheticSet(400);
  const all = [...set.cases.keys()];

  it('adds up to the mean of its trees: of one constant target to that constant', () => {
    const { trees, base } = growForest(set, all, () => 0.25, OPTIONS);
    assert.equal(trees.length, OPTIONS.trees);
    for (const one of set.cases.slice(0, 20))
      assert.ok(Math.abs(predictTrees({ base, trees }, one.features) - 0.25) < 1e-5);
  });

  it('finds where the target departs, and is the same each time', () => {
    const forest = growForest(set, all, missing, OPTIONS);
    const off = set.cases.map((one) => Math.abs(predictTrees(forest, one.features) - missing(one)));
    assert.ok(off.reduce((sum, each) => sum + each, 0) / off.length < 0.06);
    assert.deepEqual(growForest(set, all, missing, OPTIONS), forest);
  });

  it('learns from its members alone', () => {
    const forest = growForest(set, all.slice(0, 200), (one) => (Number(one.id) < 200 ? 0.5 : 99), OPTIONS);
    for (const one of set.cases.slice(200, 220))
      assert.ok(Math.abs(predictTrees(forest, one.features) - 0.5) < 1e-5);
  });
});
