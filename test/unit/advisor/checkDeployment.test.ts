import assert from 'node:assert/strict';
import { checkDeployment } from '../../../src/advisor/checkDeployment';
import type { Deployment } from '../../../src/deployment/deployment';
import type { ServingSetup } from '../../../src/deployment/setup';
import { estimate } from '../../../src/roofline/estimateScenario';
import { scenarioWith } from '../techniques/cases';
import { LLAMA } from './models';

const at = (line: number) => ({ start: { line, column: 1 }, end: { line, column: 20 } });

function deployment(length: number | null): Deployment {
  return {
    engine: 'vllm',
    model: 'meta-llama/Llama-3.1-8B',
    settings: length === null ? {} : { max_model_len: { value: length, range: at(3), valueRange: at(3) } },
    hardware: { id: null, devices: null },
    range: at(1),
    unresolved: [],
  };
}

function check(device: string, maxModelLength: number | null, setup: Partial<ServingSetup> = {}) {
  const scenario = scenarioWith({ model: LLAMA, device, setup: { ...setup, maxModelLength } });
  return checkDeployment(deployment(maxModelLength), scenario);
}

describe('checkDeployment', () => {
  it('finds nothing where one sequence of the longest length fits: 16.1 + 17.2 GB of 80', () => {
    assert.deepEqual(check('h100-sxm', 131_072), []);
    assert.deepEqual(check('h100-sxm', null), []);
  });

  it('says the sum where it does not: 16.1 GB of weights and 17.2 of KV on 24 GB', () => {
    const [finding, ...more] = check('rtx-4090', 131_072);
    assert.ok(finding);
    assert.deepEqual(more, []);
    assert.equal(finding.code, 'memory-exceeded');
    assert.equal(finding.severity, 'error');
    assert.match(
      finding.message,
      /^Does not fit: weights 16\.1 \+ runtime and activations [\d.]+ \+ one sequence 17\.2 GB = 3\d(\.\d)? GB, the RTX 4090 has 24 GB \(21\.6 at gpu_memory_utilization 0\.9\)\.$/,
    );
    assert.deepEqual(finding.range, at(3));
  });

  it('adds up: the parts named are the total named', () => {
    const message = check('rtx-4090', 131_072)[0]?.message ?? '';
    const [weights = 0, rest = 0, cache = 0, total = 0] = [
      ...(/weights ([\d.]+) .*activations ([\d.]+) .*sequence ([\d.]+) GB = ([\d.]+) GB/.exec(message) ?? []),
    ]
      .slice(1)
      .map(Number);
    assert.ok(Math.abs(weights + rest + cache - total) < 0.15, message);
  });

  it('proposes the longest round length that fits, and no more', () => {
    const fix = check('rtx-4090', 131_072)[0]?.fixes[0];
    assert.ok(fix && typeof fix.value === 'number');
    assert.equal(fix.value % 1000, 0);
    const holds = (length: number): boolean =>
      estimate(
        scenarioWith({
          model: LLAMA,
          device: 'rtx-4090',
          workload: { inputTokens: length - 1, outputTokens: 1 },
        }),
      ).memory.fits;
    assert.ok(holds(fix.value));
    assert.ok(!holds(fix.value + 1000));
    assert.deepEqual(check('rtx-4090', fix.value), []);
  });

  it('proposes nothing where the weights alone do not fit, and marks the whole launch', () => {
    const [finding] = check('rtx-4060', null);
    assert.ok(finding);
    assert.deepEqual(finding.fixes, []);
    assert.deepEqual(finding.range, at(1));
  });

  it('warns of lengths past the model’s own', () => {
    const [finding] = check('h100-sxm', 200_000);
    assert.equal(finding?.code, 'length-exceeds-model');
    assert.equal(finding?.severity, 'warning');
    assert.equal(finding?.fixes[0]?.value, 131_072);
    assert.match(finding?.message ?? '', /131,072 positions; max_model_len asks for 200,000/);
  });

  it('counts half the cache in FP8: 16.1 + 8.6 GB on 24 GB still does not fit', () => {
    assert.match(check('rtx-4090', 131_072, { kv: 'fp8' })[0]?.message ?? '', /one sequence 8\.59 GB/);
  });
});
