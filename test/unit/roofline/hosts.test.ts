import * as assert from 'node:assert/strict';
import { findDevice } from '../../../src/hardware/catalogue';
import type { Device } from '../../../src/hardware/device';
import hosts from '../../../src/roofline/hosts.json';
import { hostStretch } from '../../../src/roofline/hosts';

function device(id: string): Device {
  const found = findDevice(id).device;
  assert.ok(found, id);
  return found;
}

describe('hosts of devices', () => {
  it('are told once a class and generation', () => {
    const keys = hosts.flatMap((row) =>
      row.architectures.map((name) => `${row.class}/${name}/${'joined' in row}`),
    );
    assert.equal(new Set(keys).size, keys.length);
    for (const row of hosts) assert.ok(row.host.length > 0);
  });

  it('are quick in desktops, usual beside an A100, slow on a Jetson, for what an interpreter schedules', () => {
    assert.equal(hostStretch('vllm', device('a100-sxm-80gb')), 1);
    const stretches = ['rtx-4090', 'h100-sxm', 'a100-sxm-80gb', 'jetson-agx-orin-64gb'].map((id) =>
      hostStretch('transformers', device(id)),
    );
    assert.deepEqual(
      [...stretches].sort((a, b) => a - b),
      stretches,
    );
    for (const stretch of stretches) assert.ok(stretch > 0.3 && stretch < 3);
  });

  it('are told apart where processor and device are joined', () => {
    assert.ok(hostStretch('vllm', device('gh200-96gb')) > hostStretch('vllm', device('h100-sxm')));
  });

  it('are not asked where compiled code schedules, nor where none is known', () => {
    assert.equal(hostStretch('llama.cpp', device('rtx-4090')), 1);
    assert.equal(hostStretch('tensorrt-llm', device('h100-sxm')), 1);
    assert.equal(hostStretch('vllm', device('mi300x')), 1);
  });
});
