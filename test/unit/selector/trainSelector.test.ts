import assert from 'node:assert/strict';
import { FEATURE_NAMES } from '../../../src/selector/features';
import { predict, trainSelector } from '../../../src/selector/training/trainSelector';
import { syntheticSet } from './syntheticCases';

describe('training the selector', () => {
  const set = syntheticSet(600);
  const model = trainSelector(set, [...set.cases.keys()]);
  const answers = set.cases.map((one) => predict(model, one.features, one.physicsRatio));

  it('finds what physics misses, where it misses it', () => {
    const gate = FEATURE_NAMES.indexOf('log batch');
    const means = { small: [0, 0], large: [0, 0] };
    set.cases.forEach((one, index) => {
      if (one.kind !== 'weights') return;
      const where = (one.features[gate] ?? 0) < 2 ? means.small : means.large;
      where[0] = (where[0] ?? 0) + Math.log((answers[index]?.p50 ?? 1) / one.physicsRatio);
      where[1] = (where[1] ?? 0) + 1;
    });
    const [small, large] = [means.small, means.large].map(([sum = 0, count = 1]) => sum / count);
    // Half of the answer comes from trees that see a tenth of the features each: where one alone tells, as here, they find less of it.
    assert.ok(Math.abs((small ?? 0) - Math.log(1.5)) < 0.13, `${small}`);
    assert.ok(Math.abs(large ?? 1) < 0.08, `${large}`);
  });

  it('leaves what physics has right as it is', () => {
    set.cases.forEach((one, index) => {
      if (one.kind === 'attention')
        assert.ok(Math.abs(Math.log((answers[index]?.p50 ?? 1) / one.physicsRatio)) < 0.08);
    });
  });

  it('gives ordered bands that hold at least about four fifths, narrower than where nothing was measured', () => {
    let held = 0;
    set.cases.forEach((one, index) => {
      const band = answers[index];
      assert.ok(band && band.p10 < band.p50 && band.p50 < band.p90);
      assert.ok(band.p90 / band.p50 < 1.35);
      if (one.measuredRatio >= band.p10 && one.measuredRatio <= band.p90) held++;
    });
    const share = held / set.cases.length;
    assert.ok(share > 0.75, `${share}`);
  });

  it('has a wide band for what nothing was measured of', () => {
    const features = FEATURE_NAMES.map((name) => (name === 'changes speculation' ? 1 : 0));
    const band = predict(model, features, 2);
    assert.equal(band.p50, 2);
    assert.ok(Math.abs(band.p90 / band.p50 - 1.35) < 1e-6);
  });
});
