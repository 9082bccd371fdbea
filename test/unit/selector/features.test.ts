import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { defaultSetup } from '../../../src/deployment/defaults';
import { ENGINES } from '../../../src/deployment/engine';
import { findDevice } from '../../../src/hardware/catalogue';
import { readModel } from '../../../src/model/readModel';
import { estimate } from '../../../src/roofline/estimateScenario';
import { NO_MODIFIERS } from '../../../src/roofline/modifiers';
import type { Scenario } from '../../../src/roofline/scenario';
import { changeKind } from '../../../src/selector/changeKind';
import { FEATURE_NAMES, features } from '../../../src/selector/features';
import { METRICS } from '../../../src/selector/selector';
import { shareOfTime } from '../../../src/selector/shareOfTime';
import { applyTechnique } from '../../../src/techniques/apply';
import { allTechniques } from '../../../src/techniques/catalogue';
import { DEFAULT_WORKLOAD } from '../../../src/workload/workload';
import { scenario } from '../roofline/scenarios';

const MODELS = resolve(__dirname, '../../fixtures/workspace/models');

function fixtureScenarios(): Scenario[] {
  return readdirSync(MODELS).flatMap((name) => {
    const reading = readModel(readFileSync(resolve(MODELS, name, 'config.json'), 'utf8'), { name });
    assert.ok(reading.ok, name);
    return ['h100-sxm', 'm2-ultra-76', 't4'].flatMap((id, at) => {
      const { device } = findDevice(id);
      assert.ok(device, id);
      const engine = ENGINES[at % ENGINES.length] ?? 'vllm';
      return {
        model: reading.model,
        setup: defaultSetup(engine, { id: device.id, memoryBytes: device.memory }),
        device,
        devices: 1,
        workload: { ...DEFAULT_WORKLOAD, concurrency: 4 ** at },
        modifiers: NO_MODIFIERS,
      };
    });
  });
}

describe('features', () => {
  it('are finite for every technique on every fixture, whatever physics says', () => {
    for (const before of fixtureScenarios()) {
      const baseline = estimate(before);
      for (const technique of allTechniques()) {
        const after = applyTechnique(technique, before);
        for (const physicsRatio of [1.3, 0, Infinity, NaN]) {
          const row = features({
            family: technique.family,
            before,
            after,
            baseline,
            metric: METRICS[technique.id.length % METRICS.length] ?? 'endToEnd',
            physicsRatio,
          });
          assert.equal(row.length, FEATURE_NAMES.length);
          row.forEach((value, at) => assert.ok(Number.isFinite(value), `${FEATURE_NAMES[at]}`));
        }
      }
    }
  });

  it('have names of their own', () => {
    assert.equal(new Set(FEATURE_NAMES).size, FEATURE_NAMES.length);
  });

  it('know the terms of the engine by name: shares add up to all of the time', () => {
    const before = scenario({ workload: { concurrency: 8 } });
    const baseline = estimate(before);
    const names = new Set(baseline.terms.map((term) => term.id.split('.')[1] ?? ''));
    for (const metric of METRICS) {
      const question = { family: '', before, after: before, baseline, metric, physicsRatio: 1 };
      assert.ok(Math.abs(shareOfTime(question, [...names]) - 1) < 1e-9, metric);
      const row = features(question);
      const shares = FEATURE_NAMES.flatMap((name, at) =>
        name.startsWith('share of') && name !== 'share of prefill' ? [row[at] ?? 0] : [],
      );
      const sum = shares.reduce((total, share) => total + share, 0);
      assert.ok(Math.abs(sum - 1) < 1e-6, `${metric}: ${sum}: a term of the engine has no share`);
    }
  });
});

describe('kinds of change', () => {
  it('name what rules the time', () => {
    const before = scenario();
    const kind = (changed: Parameters<typeof scenario>[0]) => changeKind(before, scenario(changed));
    assert.equal(kind({ setup: { weights: 'awq-int4' } }), 'weights');
    assert.equal(kind({ setup: { weights: 'fp8', kv: 'fp8' } }), 'weights');
    assert.equal(kind({ setup: { kv: 'fp8' } }), 'cache');
    assert.equal(kind({ setup: { attention: 'eager' } }), 'attention');
    assert.equal(kind({ parallelism: { tensor: 2 } }), 'devices');
    assert.equal(kind({ modifiers: { kvReadBytes: 0.2 } }), 'other');
    const speculation = { draftTokens: 4, tokensPerPass: 2, draftCost: 0.1, draftMemory: 0 };
    assert.equal(kind({ modifiers: { speculation } }), 'speculation');
  });
});
