import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { singleCandidates } from '../../../src/advisor/candidates';
import { estimate } from '../../../src/roofline/estimateScenario';
import type { Scenario } from '../../../src/roofline/scenario';
import { loadSelector } from '../../../src/selector/loadSelector';
import type { RatioMetric } from '../../../src/selector/selector';
import { findTechnique } from '../../../src/techniques/catalogue';
import { MIXTRAL_8X7B } from '../roofline/llamaLike';
import { scenarioWith } from '../techniques/cases';

const MEDIA = resolve(__dirname, '../../../media');
const alone = { concurrency: 1, inputTokens: 512, outputTokens: 128 };
const crowd = { concurrency: 512, inputTokens: 128, outputTokens: 128 };

/** What engine and selector together say that a technique gains; null where it does not apply. */
async function gained(id: string, scenario: Scenario, metric: RatioMetric): Promise<number | null> {
  const technique = findTechnique(id);
  assert.ok(technique, id);
  const selector = await loadSelector(MEDIA);
  assert.equal(selector.model, 'selector.onnx', selector.method);
  const { candidates } = await singleCandidates(scenario, estimate(scenario), metric, [technique], selector);
  return candidates[0]?.speedup.p50 ?? null;
}

/** What was learned must not undo what is known; bounds are loose, they hold the direction. */
describe('known facts, with what was learned', () => {
  it('4-bit weights help at batch 1 and hardly at all in a compute-bound batch', async () => {
    const single = await gained('awq-int4-weights', scenarioWith({ workload: alone }), 'interToken');
    const batch = await gained('awq-int4-weights', scenarioWith({ workload: crowd }), 'interToken');
    assert.ok(single !== null && single > 1.3, `${single}`);
    assert.ok(batch !== null && batch < 1.15, `${batch}`);
  });

  it('speculation helps at batch 1 and no longer pays at batch 512 with short contexts', async () => {
    for (const id of ['eagle-speculation', 'eagle3-speculation', 'medusa-speculation']) {
      const single = await gained(id, scenarioWith({ workload: alone }), 'interToken');
      const batch = await gained(id, scenarioWith({ workload: crowd }), 'interToken');
      assert.ok(single !== null && single > 1.1, `${id}: ${single}`);
      assert.ok(batch === null || batch < 1.02, `${id}: ${batch}`);
    }
  });

  it('FP8 does nothing for an A100’s compute and much for an H100’s', async () => {
    const prompt = { concurrency: 8, inputTokens: 4096, outputTokens: 16 };
    const hopper = await gained('fp8-weights', scenarioWith({ workload: prompt }), 'timeToFirstToken');
    assert.ok(hopper !== null && hopper > 1.5, `${hopper}`);
    const a100 = scenarioWith({ device: 'a100-sxm-80gb', workload: prompt });
    assert.equal(await gained('fp8-weights', a100, 'timeToFirstToken'), null);
    const packed = await gained('fp8-weights-only', a100, 'timeToFirstToken');
    assert.ok(packed !== null && packed < 1.05, `${packed}`);
  });

  it('a narrower cache matters only where the cache’s bytes do', async () => {
    const long = { concurrency: 32, inputTokens: 16384, outputTokens: 256 };
    const few = await gained('fp8-kv-cache', scenarioWith({ workload: alone }), 'interToken');
    const many = await gained('fp8-kv-cache', scenarioWith({ workload: long }), 'interToken');
    assert.ok(few !== null && few < 1.05, `${few}`);
    assert.ok(many !== null && many > 1.15, `${many}`);
  });

  it('prefix caching needs a shared prefix', async () => {
    const sharing = (sharedPrefixTokens: number): Scenario =>
      scenarioWith({
        setup: { prefixCaching: false },
        workload: { inputTokens: 8192, sharedPrefixTokens },
      });
    assert.equal(await gained('prefix-caching', sharing(0), 'timeToFirstToken'), null);
    assert.notEqual(await gained('prefix-caching', sharing(6144), 'timeToFirstToken'), null);
  });

  it('a mixture of experts at batch 1 is bound by the experts that are active', () => {
    const step = (concurrency: number): number =>
      estimate(scenarioWith({ model: MIXTRAL_8X7B, devices: 2, workload: { ...alone, concurrency } }))
        .terms.filter((term) => term.id === 'decode.experts')
        .reduce((sum, term) => sum + term.bytes, 0);
    // Two of eight experts for one sequence, all of them for many.
    assert.ok(Math.abs(step(64) / step(1) - 4) < 0.2, `${step(64) / step(1)}`);
  });
});
