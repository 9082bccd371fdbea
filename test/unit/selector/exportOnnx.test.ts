import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FEATURE_NAMES } from '../../../src/selector/features';
import { SelectorSession } from '../../../src/selector/onnx';
import { predictTrees } from '../../../src/selector/training/boostedTrees';
import { exportOnnx } from '../../../src/selector/training/exportOnnx';
import { trainSelector } from '../../../src/selector/training/trainSelector';
import { draws, syntheticSet } from './syntheticCases';

describe('the exported selector', () => {
  it('answers as the trained one does, to 1e-5, on features of any kind', async () => {
    const set = syntheticSet(400);
    const model = trainSelector(set, [...set.cases.keys()]);
    const draw = draws(9);
    const rows = Array.from({ length: 500 }, (_, index) =>
      index < 400
        ? [...(set.cases[index]?.features ?? [])]
        : FEATURE_NAMES.map(() => Math.fround(8 * (draw() - 0.5))),
    );
    const folder = await mkdtemp(join(tmpdir(), 'selector-'));
    try {
      const path = join(folder, 'selector.onnx');
      await writeFile(path, exportOnnx(model, FEATURE_NAMES.length, { version: 'test' }));
      const { correction, spread } = await (await SelectorSession.open(path)).run(rows);
      rows.forEach((row, index) => {
        assert.ok(Math.abs((correction[index] ?? NaN) - predictTrees(model.correction, row)) < 1e-5);
        assert.ok(Math.abs((spread[index] ?? NaN) - predictTrees(model.spread, row)) < 1e-5);
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
