import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Case } from '../../../src/selector/training/case';
import { evaluationSchema } from '../../../scripts/selector/evaluation/evaluation';
import { figureOf } from '../../../scripts/selector/evaluation/figure';
import { worsened } from '../../../scripts/selector/evaluation/worsened';
import { syntheticSet } from './syntheticCases';

const committed = evaluationSchema.parse(
  JSON.parse(readFileSync(resolve(__dirname, '../../../scripts/selector/figures.json'), 'utf8')),
);
const METHODS = [
  'selector',
  'random',
  'globalBest',
  'rooflineOnly',
  'nearestNeighbour',
  'matrixFactorisation',
  'randomForest',
];

function oneGroup(ratios: readonly number[]): Case[] {
  const [first] = syntheticSet(1).cases;
  assert.ok(first);
  return ratios.map((measuredRatio, index) => ({
    ...first,
    id: String(index),
    technique: `t${index}`,
    group: 'g',
    measuredRatio,
  }));
}

const band = (p50: number) => ({ p10: p50 * 0.9, p50, p90: p50 * 1.1 });

describe('figures of a method', () => {
  it('are perfect where every answer is what was measured', () => {
    const { cases } = syntheticSet(80);
    const figure = figureOf(
      cases,
      cases.map((one) => band(one.measuredRatio)),
    );
    assert.equal(figure.top1, 1);
    assert.equal(figure.meanRegret, 0);
    assert.equal(figure.macroF1, 1);
    assert.equal(figure.medianAbsolutePercentageError, 0);
    assert.equal(figure.coverage80, 1);
    assert.equal(figure.cases, 80);
  });

  it('count the baseline among the alternatives', () => {
    // Both techniques lose: who takes one of them loses a fifth of the speed, who takes none loses nothing.
    const cases = oneGroup([0.8, 0.5]);
    assert.equal(figureOf(cases, [band(0.9), band(0.7)]).top1, 1);
    const taken = figureOf(cases, [band(1.1), band(0.7)]);
    assert.equal(taken.top1, 0);
    assert.ok(Math.abs(taken.meanRegret - 0.2) < 1e-12);
  });

  it('are those of any alternative alike where the choice is uniform', () => {
    const figure = figureOf(oneGroup([2, 0.5]), [band(1), band(1)], true);
    assert.ok(Math.abs(figure.top1 - 1 / 3) < 1e-12);
    assert.ok(Math.abs(figure.meanRegret - (0 + 0.5 + 0.75) / 3) < 1e-12);
  });
});

describe('the committed figures', () => {
  it('hold every method in every split', () => {
    for (const split of Object.values(committed.selector))
      assert.deepEqual(Object.keys(split).sort(), [...METHODS].sort());
    assert.ok(committed.engine.length > 50);
  });

  it('have the selector ahead of every other method, and its bands honest on unseen devices', () => {
    for (const [name, split] of Object.entries(committed.selector)) {
      const own = split['selector'];
      assert.ok(own);
      for (const [method, other] of Object.entries(split)) {
        if (method === 'selector') continue;
        assert.ok(own.top1 > other.top1, `${name}: ${method} chooses better`);
        assert.ok(own.macroF1 > other.macroF1, `${name}: ${method} knows rare ones better`);
        assert.ok(own.meanRegret < other.meanRegret, `${name}: ${method} loses less`);
        assert.ok(
          own.medianAbsolutePercentageError < other.medianAbsolutePercentageError,
          `${name}: ${method} is nearer`,
        );
      }
      assert.ok(own.meanRegret <= 0.03, `${name}: ${own.meanRegret}`);
      assert.ok(own.medianAbsolutePercentageError < 0.15);
      assert.ok(own.coverage80 >= 0.7 && own.coverage80 <= 0.92, `${name}: ${own.coverage80}`);
    }
  });

  it('are a check that fails when the selector gets worse, and only then', () => {
    assert.deepEqual(worsened(committed.selector, committed.selector), []);
    const worse = structuredClone(committed.selector);
    const figure = worse.byHardware['selector'];
    assert.ok(figure);
    figure.top1 -= 0.05;
    figure.medianAbsolutePercentageError += 0.05;
    const faults = worsened(worse, committed.selector);
    assert.equal(faults.length, 2);
    assert.match(faults[0] ?? '', /byHardware: top1/);
    assert.deepEqual(worsened(committed.selector, worse), []);
  });
});
