import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findDevice } from '../../../src/hardware/catalogue';
import { measurements } from '../../../src/techniques/measurements';
import { allPapers } from '../../../src/techniques/papers';
import {
  performanceRowSchema,
  performanceRows,
  performanceTableSchema,
} from '../../../src/techniques/performance';
import table from '../../../src/techniques/performance.json';

const SHARED = join(__dirname, '../../../../shared/papers/results.csv');

describe('performance table', () => {
  const rows = performanceRows();

  it('has the shape of its schema and at least 700 results of the papers', () => {
    performanceTableSchema.parse(table);
    for (const row of [...rows, ...measurements()]) performanceRowSchema.parse(row);
    assert.ok(rows.filter((row) => row.paper !== null).length >= 700, `${rows.length}`);
  });

  it('names papers and devices that exist', () => {
    const papers = new Set(allPapers().map((paper) => paper.id));
    for (const row of [...rows, ...measurements()]) {
      assert.ok(row.paper === null || papers.has(row.paper), `${row.row} ${row.paper}`);
      if (row.device !== null) assert.equal(findDevice(row.device).device?.id, row.device);
    }
  });

  it('has only ratios above zero, and says of each what it is relative to', () => {
    for (const row of rows) {
      if (row.unit !== 'x') continue;
      assert.ok(row.value > 0, `${row.row}`);
      assert.notEqual(row.baselineClass, 'absolute', `${row.row}`);
    }
  });

  it('carries figures over unchanged: QServe’s Llama-3-8B on an L40S gains 2.757 over FP16', () => {
    const row = rows.find((one) => one.row === 235);
    assert.deepEqual(
      [row?.paper, row?.technique, row?.model, row?.device, row?.batch, row?.value],
      ['qserve', 'w4a8kv4', 'Llama-3-8B', 'l40s', 128, 2.757],
    );
  });

  it('holds no sentence of the notes that it was made from', function () {
    if (!existsSync(SHARED)) {
      console.log('      ../shared is not there: skipped');
      this.skip();
    }
    const text = JSON.stringify(table);
    const header = readFileSync(SHARED, 'utf8').split('\n')[0] ?? '';
    assert.ok(header.includes('note'));
    assert.ok(!text.includes('NOT a seed paper'));
  });
});
