import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyTechnique } from '../../../src/techniques/apply';
import { allTechniques, findTechnique } from '../../../src/techniques/catalogue';
import { valueOf } from '../../../src/techniques/parameter';
import { scenarioWith } from './cases';

function technique(id: string) {
  const found = findTechnique(id);
  assert.ok(found, id);
  return found;
}

describe('applying techniques', () => {
  it('sets what it says and leaves the scenario that it was given alone', () => {
    const before = scenarioWith();
    const copy = structuredClone(before);
    const after = applyTechnique(technique('fp8-weights'), before);
    assert.equal(after.setup.weights, 'fp8');
    assert.deepEqual(before, copy);
  });

  it('multiplies factors of techniques that stack', () => {
    const [one] = [applyTechnique(technique('h2o-kv-eviction'), scenarioWith())];
    assert.equal(one?.modifiers.kvReadBytes, 0.2);
    const two = applyTechnique(technique('prompt-compression'), one);
    assert.equal(two.modifiers.kvReadBytes, 0.2);
    assert.equal(two.modifiers.promptTokens, 0.35);
  });

  it('reads speculation off the measured sizes: Spec-Bench has EAGLE at 3.58, 3.64 and 3.39 tokens a pass', () => {
    const before = scenarioWith();
    const sglang = { ...before, setup: { ...before.setup, engine: 'sglang' as const } };
    const drafted = applyTechnique(technique('eagle-speculation'), sglang);
    assert.equal(drafted.setup.speculation, 'eagle-speculation');
    const tokens = drafted.modifiers.speculation?.tokensPerPass ?? 0;
    assert.ok(tokens > 3.58 && tokens < 3.64, `${tokens}`);
  });

  it('takes what was measured for the engine: EAGLE-3 keeps 2.79 tokens of a chain of 3 in vLLM', () => {
    const drafted = applyTechnique(technique('eagle3-speculation'), scenarioWith());
    assert.equal(drafted.modifiers.speculation?.tokensPerPass, 2.79);
    assert.equal(drafted.modifiers.speculation.draftTokens, 3);
  });

  it('makes a draft dearer in proportion when the target gets faster, in whatever order the two come', () => {
    const cost = (...ids: string[]) =>
      ids.reduce((scenario, id) => applyTechnique(technique(id), scenario), scenarioWith()).modifiers
        .speculation?.draftCost ?? 0;
    const alone = cost('eagle-speculation');
    const first = cost('awq-int4-weights', 'eagle-speculation');
    const last = cost('eagle-speculation', 'awq-int4-weights');
    // 2.29 tokens × 4.29 ms a pass over 7.07 ms a plain step, less that step and the verifying.
    assert.ok(Math.abs(alone - 0.37) < 0.01, `${alone}`);
    assert.ok(first > 1.2 * alone && first < 4 * alone, `${first}`);
    assert.ok(Math.abs(first - last) < 1e-9);
  });

  it('leaves less attention the longer the prompt: nothing saved at 50 k, ten times at 1 M', () => {
    const sparse = technique('minference-sparse-prefill');
    const at = (inputTokens: number) =>
      applyTechnique(sparse, scenarioWith({ workload: { inputTokens } })).modifiers.prefillAttentionFlop;
    assert.equal(at(10_000), 1);
    assert.equal(at(100_000), 0.3);
    assert.equal(at(1_000_000), 0.049);
  });

  it('gives a batch the union of what each sequence touches', () => {
    const at = (concurrency: number) =>
      valueOf({ unionOf: 0.2 }, scenarioWith({ workload: { concurrency } }));
    assert.equal(Math.round(at(1) * 1e6), 200_000);
    assert.equal(Math.round(at(2) * 1e6), 360_000);
    assert.ok(at(64) > 0.999);
  });

  it('takes every idle device for tensor parallelism', () => {
    const after = applyTechnique(technique('tensor-parallel'), scenarioWith({ devices: 4 }));
    assert.equal(after.setup.parallelism.tensor, 4);
  });

  it('never makes a factor negative or not a number, whatever the workload', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...allTechniques()),
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.integer({ min: 1, max: 4096 }),
        fc.integer({ min: 1, max: 16 }),
        (one, inputTokens, concurrency, devices) => {
          const after = applyTechnique(
            one,
            scenarioWith({ devices, workload: { inputTokens, concurrency, images: 1 } }),
          );
          for (const [name, value] of Object.entries(after.modifiers)) {
            if (typeof value === 'number')
              assert.ok(Number.isFinite(value) && value >= 0, `${one.id} ${name} ${value}`);
          }
          const passes = after.modifiers.speculation;
          assert.ok(!passes || (passes.tokensPerPass >= 1 && passes.draftTokens >= 0));
        },
      ),
    );
  });
});
