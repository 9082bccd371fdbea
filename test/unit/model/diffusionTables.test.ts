import assert from 'node:assert/strict';
import networks from '../../../src/model/diffusion/networks.json';
import pipelines from '../../../src/model/diffusion/pipelines.json';
import { denoisingNetwork } from '../../../src/model/diffusion/networks';
import { pipelineDefaults } from '../../../src/model/diffusion/pipelines';
import { DIFFUSION_FAMILIES } from '../../../src/model/diffusion/table';

describe('the tables of denoising networks and pipelines', () => {
  it('name networks that are read, each with a pipeline that runs it', () => {
    const names = networks.networks.map(({ network }) => network);
    assert.equal(new Set(names).size, names.length);
    for (const name of names) {
      assert.ok(Object.hasOwn(DIFFUSION_FAMILIES, name), name);
      const usual = denoisingNetwork(name)?.pipeline ?? '';
      assert.equal(pipelineDefaults(usual)?.network, name);
    }
  });

  it('name no pipeline twice, and none for a network that is not there', () => {
    const names = pipelines.pipelines.map(({ pipeline }) => pipeline);
    assert.equal(new Set(names).size, names.length);
    for (const { network, source } of pipelines.pipelines) {
      assert.notEqual(denoisingNetwork(network), undefined, network);
      assert.match(source, /diffusers/);
    }
  });
});
