import assert from 'node:assert/strict';
import { allTechniques, findTechnique } from '../../../src/techniques/catalogue';
import { nearestEvidence } from '../../../src/techniques/evidence';
import { scenarioWith } from './cases';

function near(id: string, scenario = scenarioWith(), most = 3) {
  const technique = findTechnique(id);
  assert.ok(technique, id);
  return nearestEvidence(technique, scenario, most);
}

describe('nearest evidence', () => {
  it('has at least one figure for every technique, nearest first, within 0 and 1', () => {
    for (const technique of allTechniques()) {
      const rows = nearestEvidence(technique, scenarioWith(), 5);
      assert.ok(rows.length >= 1 && rows.length <= 5, technique.id);
      const distances = rows.map((row) => row.distance);
      assert.deepEqual(
        distances,
        [...distances].sort((a, b) => a - b),
      );
      for (const row of rows) {
        assert.ok(row.distance >= 0 && row.distance <= 1);
        assert.ok(
          row.value > 0 && row.source.length > 0 && row.title.length > 0 && row.conditions.length > 0,
          technique.id,
        );
      }
    }
  });

  it('prefers the same device, size and batch', () => {
    const [row] = near(
      'w4a8kv4',
      scenarioWith({
        device: 'a100-sxm-80gb',
        workload: { inputTokens: 1024, outputTokens: 512, concurrency: 256 },
      }),
    );
    assert.equal(row?.paper, 'qserve');
    assert.match(row?.conditions ?? '', /^Llama-3-8B on A100 80GB/);
    assert.ok((row?.distance ?? 1) < 0.05, `${row?.distance}`);
  });

  it('puts factors over a baseline that swaps far away', () => {
    const rows = near('h2o-kv-eviction', scenarioWith(), 100);
    const swapping = rows.filter((row) => row.value > 20);
    assert.ok(swapping.length > 0);
    for (const row of swapping) assert.ok(row.distance > 0.3, row.conditions);
    for (const row of rows.filter((one) => /weak baseline/.test(one.conditions)))
      assert.ok(row.distance >= 0.15);
  });
});
