import assert from 'node:assert/strict';
import { allTechniques, findTechnique } from '../../../src/techniques/catalogue';
import { composesWith } from '../../../src/techniques/composes';
import { conflictBetween } from '../../../src/techniques/conflicts';

function beside(id: string): string[] {
  const technique = findTechnique(id);
  assert.ok(technique, id);
  return composesWith(technique, allTechniques());
}

describe('what a technique composes with', () => {
  it('is what works on other terms in the same engine', () => {
    const found = beside('fp8-weights');
    for (const id of ['fp8-kv-cache', 'eagle-speculation', 'prefix-caching'])
      assert.ok(found.includes(id), id);
    for (const id of ['fp8-weights', 'awq-int4-weights']) assert.ok(!found.includes(id), id);
  });

  it('is symmetric and never what a rule forbids', () => {
    for (const technique of allTechniques())
      for (const id of beside(technique.id)) {
        const other = findTechnique(id);
        assert.ok(other);
        assert.equal(conflictBetween(technique, other), null, `${technique.id} ${id}`);
        assert.ok(beside(id).includes(technique.id), `${id} ${technique.id}`);
      }
  });
});
