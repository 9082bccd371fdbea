import assert from 'node:assert/strict';
import { estimate } from '../../../src/roofline/estimateScenario';
import type { Scenario } from '../../../src/roofline/scenario';
import { applyTechnique } from '../../../src/techniques/apply';
import { allTechniques, findTechnique } from '../../../src/techniques/catalogue';
import { checkConditions } from '../../../src/techniques/conditions';
import type { Technique } from '../../../src/techniques/technique';
import { llama8b, scenarioWith } from './cases';

/**
 * What is known of these techniques has to come out of catalogue and engine together, without being written into either. Bounds are
 * loose on purpose: they hold the direction, not a figure.
 */
function technique(id: string): Technique {
  const found = findTechnique(id);
  assert.ok(found, id);
  return found;
}

function perToken(id: string, scenario: Scenario): number {
  const after = estimate(applyTechnique(technique(id), scenario));
  return estimate(scenario).latency.interToken.p50 / after.latency.interToken.p50;
}

function firstToken(id: string, scenario: Scenario): number {
  const after = estimate(applyTechnique(technique(id), scenario));
  return estimate(scenario).latency.timeToFirstToken.p50 / after.latency.timeToFirstToken.p50;
}

const alone = { concurrency: 1, inputTokens: 512, outputTokens: 128 };
const crowd = { concurrency: 512, inputTokens: 128, outputTokens: 128 };
const DRAFTS = [
  'eagle-speculation',
  'eagle3-speculation',
  'draft-model-speculation',
  'medusa-speculation',
  'prompt-lookup-decoding',
];

describe('known facts, by catalogue and engine together', () => {
  it('4-bit weights help at batch 1 and hardly at all in a compute-bound batch', () => {
    const single = perToken('awq-int4-weights', scenarioWith({ workload: alone }));
    const batch = perToken('awq-int4-weights', scenarioWith({ workload: crowd }));
    assert.ok(single > 1.3, `${single}`);
    assert.ok(batch < 1.1, `${batch}`);
    assert.ok(firstToken('awq-int4-weights', scenarioWith({ workload: alone })) < 1.1);
  });

  it('speculation helps at batch 1 and no longer pays at batch 512 with short contexts', () => {
    for (const id of DRAFTS) {
      assert.ok(perToken(id, scenarioWith({ workload: alone })) > 1.1, id);
      assert.ok(perToken(id, scenarioWith({ workload: crowd })) < 1, id);
    }
  });

  it('speculation gains at most the tokens that a pass yields', () => {
    for (const entry of allTechniques()) {
      if (!entry.effect.speculation) continue;
      const scenario = scenarioWith({ workload: alone });
      const { speculation } = applyTechnique(entry, scenario).modifiers;
      assert.ok(speculation);
      assert.ok(perToken(entry.id, scenario) <= speculation.tokensPerPass * 1.01, entry.id);
    }
  });

  it('FP8 does nothing for an A100’s compute and nearly doubles an H100’s', () => {
    const prompt = { concurrency: 8, inputTokens: 4096, outputTokens: 16 };
    const hopper = firstToken('fp8-weights', scenarioWith({ workload: prompt }));
    assert.ok(hopper > 1.65 && hopper < 2.05, `${hopper}`);
    const a100 = scenarioWith({ device: 'a100-sxm-80gb', workload: prompt });
    assert.equal(checkConditions(technique('fp8-weights'), a100).applies, false);
    assert.ok(firstToken('fp8-weights-only', a100) <= 1.05);
  });

  it('a narrower cache matters only where the cache’s bytes do', () => {
    const short = perToken('fp8-kv-cache', scenarioWith({ workload: alone }));
    const long = { concurrency: 32, inputTokens: 16384, outputTokens: 256 };
    assert.ok(short < 1.02, `${short}`);
    assert.ok(perToken('fp8-kv-cache', scenarioWith({ workload: long })) > 1.2);
  });

  it('prefix caching needs a shared prefix, and saves no more than that', () => {
    const off = { setup: { prefixCaching: false } };
    const none = scenarioWith({ ...off, workload: { inputTokens: 2048 } });
    assert.equal(checkConditions(technique('prefix-caching'), none).applies, false);
    const half = scenarioWith({ ...off, workload: { inputTokens: 2048, sharedPrefixTokens: 1024 } });
    assert.equal(checkConditions(technique('prefix-caching'), half).applies, true);
    const gain = firstToken('prefix-caching', half);
    assert.ok(gain > 1.3 && gain <= 2.2, `${gain}`);
  });

  it('host offload rescues what does not fit and never speeds up what does', () => {
    const offload = technique('cpu-offload');
    assert.equal(checkConditions(offload, scenarioWith()).applies, false);
    const small = scenarioWith({ device: 't4', setup: { memoryFraction: 0.9 } });
    assert.equal(estimate(small).memory.fits, false);
    const after = estimate(applyTechnique(offload, small));
    assert.equal(after.memory.fits, true);
    const moved = estimate(small).memory.weights - after.memory.weights;
    const link = small.device.hostBandwidth;
    assert.ok(link);
    assert.ok(after.latency.interToken.p50 > moved / link, 'what moved crosses the link for each token');
  });

  it('storage that is a thousand times slower than memory is still an answer, not an error', () => {
    const wide = {
      ...llama8b,
      groups: llama8b.groups.map((group) => ({
        ...group,
        indices: Array.from({ length: 4000 }, (_, index) => index),
      })),
    };
    const huge = scenarioWith({ engine: 'llama.cpp', model: wide });
    assert.ok(estimate(applyTechnique(technique('flash-offload'), huge)).latency.interToken.p50 > 1);
  });

  it('every technique that applies leaves a scenario that the engine answers', () => {
    const scenarios = [
      scenarioWith(),
      scenarioWith({ engine: 'transformers', device: 'a100-sxm-80gb' }),
      scenarioWith({ engine: 'llama.cpp', device: 'rtx-4090' }),
      scenarioWith({ engine: 'sglang', devices: 8, workload: crowd }),
      scenarioWith({ engine: 'tensorrt-llm', devices: 2, workload: { inputTokens: 100_000 } }),
      scenarioWith({ engine: 'openvino', device: 'xeon-platinum-8480', workload: { inputTokens: 20_000 } }),
    ];
    for (const scenario of scenarios) {
      for (const entry of allTechniques()) {
        if (!checkConditions(entry, scenario).applies) continue;
        const { latency } = estimate(applyTechnique(entry, scenario));
        assert.ok(Number.isFinite(latency.endToEnd.p50) && latency.endToEnd.p50 > 0, entry.id);
      }
    }
  });
});
