import assert from 'node:assert/strict';
import { findTechnique } from '../../../src/techniques/catalogue';
import { checkConditions } from '../../../src/techniques/conditions';
import type { Scenario } from '../../../src/roofline/scenario';
import { llama8b, scenarioWith } from './cases';

function reason(id: string, scenario: Scenario): string | null {
  const technique = findTechnique(id);
  assert.ok(technique, id);
  const check = checkConditions(technique, scenario);
  return check.applies ? null : check.reason;
}

describe('conditions of techniques', () => {
  it('lets FP8 weights and activations through on an H100 and not on an A100', () => {
    assert.equal(reason('fp8-weights', scenarioWith()), null);
    assert.match(
      reason('fp8-weights', scenarioWith({ device: 'a100-sxm-80gb' })) ?? '',
      /A100.* has no FP8 units$/,
    );
    assert.equal(reason('fp8-weights-only', scenarioWith({ device: 'a100-sxm-80gb' })), null);
    assert.match(reason('fp8-weights-only', scenarioWith()) ?? '', /H100.* computes in FP8/);
  });

  it('lets an FP8 cache through on an A100 in vLLM, which widens it as it reads, and not in SGLang', () => {
    assert.equal(reason('fp8-kv-cache', scenarioWith({ device: 'a100-sxm-80gb' })), null);
    assert.match(
      reason('fp8-kv-cache', scenarioWith({ device: 'a100-sxm-80gb', engine: 'sglang' })) ?? '',
      /no FP8 units$/,
    );
    assert.match(reason('fp8-kv-cache', scenarioWith({ device: 't4' })) ?? '', /no FP8 units$/);
  });

  it('refuses to quantise what is already as narrow', () => {
    const int4 = scenarioWith({ setup: { weights: 'awq-int4' } });
    assert.equal(reason('awq-int4-weights', int4), 'the weights are already 4-bit');
    assert.equal(reason('fp8-weights', int4), 'the weights are already 4-bit');
    assert.equal(
      reason('fp8-kv-cache', scenarioWith({ setup: { kv: 'fp8' } })),
      'the KV cache is already 8-bit',
    );
  });

  it('knows what an engine has on without being asked', () => {
    const shared = { sharedPrefixTokens: 256 };
    assert.equal(reason('prefix-caching', scenarioWith({ workload: shared })), 'on by default in vLLM');
    assert.equal(reason('cuda-graphs', scenarioWith()), 'on by default in vLLM');
    const off = scenarioWith({ workload: shared, setup: { prefixCaching: false } });
    assert.equal(reason('prefix-caching', off), null);
    assert.equal(
      reason('prefix-caching', scenarioWith({ setup: { prefixCaching: false } })),
      'no shared prefix in this workload',
    );
  });

  it('says which engines have what this one lacks', () => {
    assert.match(
      reason('medusa-speculation', scenarioWith({ engine: 'llama.cpp' })) ?? '',
      /^llama\.cpp has no setting for it; vLLM /,
    );
    assert.match(reason('hydra-speculation', scenarioWith()) ?? '', /^research code only \(zankner\/Hydra\)/);
    assert.match(
      reason('hydra-speculation', scenarioWith({ engine: 'transformers' })) ?? '',
      /^only where Hydra heads have been trained .*; nothing here says so$/,
    );
    assert.equal(reason('token-recycling', scenarioWith({ engine: 'transformers' })), null);
  });

  it('counts devices', () => {
    assert.equal(reason('tensor-parallel', scenarioWith()), 'one device');
    assert.equal(reason('tensor-parallel', scenarioWith({ devices: 2 })), null);
    const parallelism = { tensor: 2, pipeline: 1, expert: 1, data: 1, context: 1 };
    assert.equal(
      reason('tensor-parallel', scenarioWith({ devices: 2, setup: { parallelism } })),
      'all 2 devices are at work already',
    );
    assert.equal(reason('expert-parallel', scenarioWith({ devices: 2 })), 'not a mixture of experts');
  });

  it('does not draft twice', () => {
    assert.equal(
      reason('eagle-speculation', scenarioWith({ setup: { speculation: 'prompt-lookup-decoding' } })),
      'speculation is on already (prompt-lookup-decoding)',
    );
  });

  it('refuses splits that engines refuse', () => {
    assert.equal(reason('pipeline-parallel', scenarioWith({ devices: 64 })), '32 layers for 64 devices');
    assert.equal(reason('pipeline-parallel', scenarioWith({ devices: 8 })), null);
    assert.equal(
      reason('tensor-parallel', scenarioWith({ devices: 6 })),
      '32 attention heads do not divide over 6 devices',
    );
  });

  it('tells a model without images from a prompt without them and from images of unknown size', () => {
    const blind = scenarioWith({ engine: 'openvino', workload: { images: 1 } });
    assert.equal(reason('vision-token-dropping', blind), 'the model takes no images');
    const tower = { kind: 'vision' as const, hiddenSize: 1280, groups: [], outside: [] };
    const seeing = { ...llama8b, towers: [tower] };
    const none = scenarioWith({ engine: 'openvino', model: seeing });
    assert.equal(reason('vision-token-dropping', none), 'no images in the prompt');
    const some = scenarioWith({ engine: 'openvino', model: seeing, workload: { images: 1 } });
    assert.match(reason('vision-token-dropping', some) ?? '', /do not say how many tokens an image takes$/);
  });

  it('does not capture a loop over experts, and offers one kernel for them first', () => {
    const experts = {
      ...llama8b,
      groups: llama8b.groups.map((group) => ({
        ...group,
        layer: {
          ...group.layer,
          feedForward: {
            kind: 'experts' as const,
            matrices: 3 as const,
            width: 1792,
            routedExperts: 8,
            expertsPerToken: 2,
            sharedWidth: 0,
          },
        },
      })),
    };
    const plain = scenarioWith({ engine: 'transformers', model: experts });
    assert.match(reason('cuda-graphs', plain) ?? '', /^its loop over experts cannot be captured/);
    assert.equal(reason('fused-experts', plain), null);
    assert.equal(reason('fused-experts', scenarioWith({ model: experts })), 'on by default in vLLM');
    assert.equal(
      reason('fused-experts', scenarioWith({ engine: 'transformers' })),
      'not a mixture of experts',
    );
  });

  it('offers a searched child only for the model that has one', () => {
    const like70b = {
      ...llama8b,
      groups: llama8b.groups.map((group) => ({
        ...group,
        indices: Array.from({ length: 320 }, (_, index) => index),
      })),
    };
    assert.equal(reason('distilled-child', scenarioWith({ model: like70b, devices: 4 })), null);
    assert.match(
      reason('distilled-child', scenarioWith({ model: { ...like70b, vocabularySize: 32000 }, devices: 4 })) ??
        '',
      /^not a Llama 3/,
    );
    assert.match(reason('distilled-child', scenarioWith()) ?? '', /^8\.03 B parameters/);
  });
});
