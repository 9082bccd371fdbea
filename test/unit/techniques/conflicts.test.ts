import assert from 'node:assert/strict';
import { allTechniques, findTechnique } from '../../../src/techniques/catalogue';
import { conflictBetween, stacksSchema } from '../../../src/techniques/conflicts';
import stacks from '../../../src/techniques/stacks.json';

function between(a: string, b: string): string | null {
  const first = findTechnique(a);
  const second = findTechnique(b);
  assert.ok(first && second);
  return conflictBetween(first, second);
}

describe('conflicts between techniques', () => {
  it('lets one weight format, one cache format and one draft through', () => {
    assert.match(between('awq-int4-weights', 'fp8-weights') ?? '', /weights/);
    assert.match(between('fp8-kv-cache', 'int8-kv-cache') ?? '', /cache/);
    assert.match(between('eagle-speculation', 'prompt-lookup-decoding') ?? '', /drafts/);
  });

  it('keeps eviction from speculation and from shared prefixes', () => {
    assert.match(between('h2o-kv-eviction', 'eagle-speculation') ?? '', /refused/);
    assert.match(between('h2o-kv-eviction', 'prefix-caching') ?? '', /prefix/);
  });

  it('lets what works on different terms combine', () => {
    assert.equal(between('fp8-weights', 'fp8-kv-cache'), null);
    assert.equal(between('fp8-weights', 'eagle-speculation'), null);
    assert.equal(between('awq-int4-weights', 'prefix-caching'), null);
  });

  it('has rules as the schema says, and none that speaks of nobody', () => {
    const { rules } = stacksSchema.parse(stacks);
    const reasons = new Set(
      allTechniques().flatMap((technique) => technique.conflicts.map((one) => one.because)),
    );
    for (const rule of rules) assert.ok(reasons.has(rule.because), rule.between.join(' and '));
  });

  it('is symmetric, gives the same reason both ways and names techniques that exist', () => {
    for (const technique of allTechniques()) {
      for (const { id, because } of technique.conflicts) {
        const other = findTechnique(id);
        assert.ok(other, id);
        assert.equal(other.conflicts.find((conflict) => conflict.id === technique.id)?.because, because);
        assert.equal(conflictBetween(technique, other), because);
      }
    }
  });
});
