import assert from 'node:assert/strict';
import fc from 'fast-check';
import { binRows } from '../../../src/selector/training/binnedRows';
import { boostTrees, predictTrees, type BoostingOptions } from '../../../src/selector/training/boostedTrees';
import { groupFolds } from '../../../src/selector/training/folds';

const OPTIONS: BoostingOptions = {
  rounds: 80,
  depth: 3,
  rate: 0.3,
  leafWeight: 2,
  leafOrigins: 1,
  ridge: 0.1,
  huber: 10,
  featureShare: 1,
};

/** A step in one feature, a slope in another, an interaction, and a feature that says nothing. */
function truth([a = 0, b = 0, c = 0]: readonly number[]): number {
  return (a > 0.5 ? 1 : 0) + 0.5 * b + (a > 0.5 && c > 0.5 ? 0.4 : 0);
}

function grid(): number[][] {
  const rows: number[][] = [];
  for (let a = 0; a < 8; a++)
    for (let b = 0; b < 8; b++)
      for (let c = 0; c < 8; c++) rows.push([a / 8, b / 8, c / 8, ((a * 5 + b * 3 + c) % 7) / 7]);
  return rows;
}

function learn(
  options: Partial<BoostingOptions>,
  spoil: (row: number, value: number) => number = (_, v) => v,
) {
  const rows = grid();
  return boostTrees(
    {
      rows: binRows(rows),
      members: Int32Array.from(rows.keys()),
      targets: Float64Array.from(rows, (row, index) => spoil(index, truth(row))),
      weights: new Float64Array(rows.length).fill(1),
      origins: Uint8Array.from(rows, (_, index) => (index < 256 ? 0 : 1)),
    },
    { ...OPTIONS, ...options },
  );
}

describe('boosted trees', () => {
  it('learn a function of steps, slopes and an interaction', () => {
    const model = learn({});
    for (const row of grid()) assert.ok(Math.abs(predictTrees(model, row) - truth(row)) < 0.06, `${row}`);
  });

  it('are not carried off by a few wild rows when residuals pull no harder than a bound', () => {
    const wild = (index: number, value: number): number => (index % 50 === 0 ? value + 30 : value);
    const off = (options: Partial<BoostingOptions>): number => {
      const model = learn({ depth: 2, leafWeight: 30, ...options }, wild);
      const errors = grid().map((row) => Math.abs(predictTrees(model, row) - truth(row)));
      return errors.reduce((sum, error) => sum + error, 0) / errors.length;
    };
    assert.ok(off({ huber: 0.5 }) < 0.25 * off({ huber: 100 }));
  });

  it('make no leaf of what one origin alone has seen where two are asked for', () => {
    // Rows of the two origins differ in the first feature alone: no split on it can have both on each side.
    const model = learn({ leafOrigins: 2, rounds: 1, depth: 1, rate: 1 });
    const [tree] = model.trees;
    assert.ok(tree?.kind === 'branch' && tree.feature !== 0);
  });

  it('pull leaves of few rows towards nothing', () => {
    const size = (ridge: number): number => {
      const model = learn({ ridge, rounds: 1 });
      return Math.max(...grid().map((row) => Math.abs(predictTrees(model, row))));
    };
    assert.ok(size(500) < 0.3 * size(0.1));
  });
});

describe('folds', () => {
  it('keep groups whole and leave none out', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 60 }), (numbers) => {
        const keys = numbers.map(String);
        const folds = groupFolds(keys, 4);
        const foldOf = new Map<string, number>();
        keys.forEach((key, index) => {
          const fold = folds[index] ?? -1;
          assert.ok(fold >= 0 && fold < 4);
          assert.equal(foldOf.get(key) ?? fold, fold);
          foldOf.set(key, fold);
        });
      }),
    );
  });
});
