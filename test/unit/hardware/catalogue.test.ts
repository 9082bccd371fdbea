import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ZodType } from 'zod';
import { allDevices, catalogueWith, findDevice } from '../../../src/hardware/catalogue';
import { nameKey } from '../../../src/hardware/deviceName';
import { deviceFileSchema, instanceFileSchema, sourceFileSchema } from '../../../src/hardware/deviceSchema';

const FOLDER = join('src', 'hardware', 'devices');
const SCHEMAS: Record<string, ZodType> = {
  'instances.json': instanceFileSchema,
  'sources.json': sourceFileSchema,
};
const read = (file: string): unknown => JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));

describe('device catalogue', () => {
  it('every file keeps to the schema', () => {
    for (const file of readdirSync(FOLDER)) {
      const result = (SCHEMAS[file] ?? deviceFileSchema).safeParse(read(file));
      assert.ok(
        result.success,
        `${file}: ${result.success ? '' : JSON.stringify(result.error.issues.slice(0, 3))}`,
      );
    }
  });

  it('loads every file', () => {
    const rows = readdirSync(FOLDER)
      .filter((file) => !(file in SCHEMAS))
      .flatMap((file) => deviceFileSchema.parse(read(file)).map((device) => device.id));
    assert.deepEqual(
      allDevices()
        .map((device) => device.id)
        .sort(),
      rows.sort(),
    );
  });

  it('has unique ids and unambiguous aliases', () => {
    const owner = new Map<string, string>();
    for (const device of allDevices()) {
      assert.equal(owner.get(nameKey(device.id)) ?? device.id, device.id);
      for (const key of new Set([device.id, device.name, ...device.aliases].map(nameKey))) {
        assert.equal(owner.get(key), undefined, `${key} means ${String(owner.get(key))} and ${device.id}`);
        owner.set(key, device.id);
      }
    }
  });

  it('finds each device by its id, name and aliases', () => {
    for (const device of allDevices()) {
      for (const name of [device.id, device.name, ...device.aliases, device.name.toUpperCase()]) {
        assert.equal(findDevice(name).device?.id, device.id, name);
      }
    }
  });

  it('knows every instance type by its own name, with the number of its devices', () => {
    for (const { device, types } of instanceFileSchema.parse(read('instances.json'))) {
      for (const [name, count] of Object.entries(types)) {
        const found = findDevice(name);
        assert.equal(found.device?.id, device, name);
        assert.equal('devices' in found ? found.devices : undefined, count, name);
      }
    }
  });

  it('has the ids that the contract names', () => {
    const ids = new Set(allDevices().map((device) => device.id));
    const named =
      'h100-sxm h200-sxm h100-pcie gh200-96gb a100-sxm-80gb a100-sxm-40gb a10 a10g l40s a40 rtx-3090 rtx-4090 rtx-4000-ada mi300x mi250 gaudi2 m2-ultra-76 strix-halo core-ultra-155h h20';
    for (const id of named.split(' ')) assert.ok(ids.has(id), id);
  });

  it('reads names as drivers, clouds and people write them', () => {
    const expected: Record<string, [string, number?]> = {
      'NVIDIA H100 80GB HBM3': ['h100-sxm'],
      'h100 80gb hbm3': ['h100-sxm'],
      H100: ['h100-sxm'],
      'NVIDIA-A100-SXM4-80GB': ['a100-sxm-80gb'],
      'A100 40 GB': ['a100-sxm-40gb'],
      'NVIDIA GeForce RTX 4090': ['rtx-4090'],
      'Tesla T4': ['t4'],
      'nvidia-l4': ['l4'],
      'a2-highgpu-8g': ['a100-sxm-40gb', 8],
      'a2-ultragpu-4g': ['a100-sxm-80gb', 4],
      'p5.48xlarge': ['h100-sxm', 8],
      'g5.xlarge': ['a10g', 1],
      Standard_NC24ads_A100_v4: ['a100-pcie-80gb', 1],
      '8x H100': ['h100-sxm', 8],
      '4×A100-80GB': ['a100-sxm-80gb', 4],
      'H100:8': ['h100-sxm', 8],
      'L4 x2': ['l4', 2],
      'Apple M2 Ultra 76-core GPU': ['m2-ultra-76'],
      'AMD Strix Halo (Radeon 8060S, 128GB)': ['strix-halo'],
      'V100 32GB': ['v100-sxm2-32gb'],
      'ml.g5.12xlarge': ['a10g', 4],
      '8 H100': ['h100-sxm', 8],
      'A100 (40GB)': ['a100-sxm-40gb'],
      'A100 80G': ['a100-sxm-80gb'],
      'NVIDIA T4 (GCP, 208GB DRAM, 1.5TB SSD)': ['t4'],
      'NVIDIA GeForce RTX 4090 Laptop GPU': ['rtx-4090-laptop'],
      '7900xtx': ['rx-7900-xtx'],
      '5070 ti': ['rtx-5070-ti'],
      'RTX 4060 Ti 16GB': ['rtx-4060-ti-16gb'],
      'Intel(R) Core(TM) Ultra 7 155H': ['core-ultra-155h'],
      '12th Gen Intel(R) Core(TM) i7-12700K': ['core-i7-12700k'],
      'Intel(R) Core(TM) i9-14900K CPU @ 3.20GHz': ['core-i9-14900k'],
      'AMD EPYC 9654 96-Core Processor': ['epyc-9654'],
      'MacBook Pro M3 Max': ['m3-max-40'],
      'v5litepod-8': ['tpu-v5e', 8],
    };
    for (const [name, [id, devices]] of Object.entries(expected)) {
      const found = findDevice(name);
      assert.equal(found.device?.id, id, name);
      assert.equal('devices' in found ? found.devices : undefined, devices, name);
    }
  });

  it('takes the memory that a name states, where processor and accelerator share it', () => {
    assert.equal(findDevice('M2 Ultra 64GB').device?.memory, 64e9);
    assert.equal(findDevice('rtx 4090 48gb').device, null, 'no such card is sold by that name');
  });

  it('suggests what is near an unknown name, and nothing where nothing is', () => {
    const near = findDevice('h100-smx');
    assert.ok(near.device === null && near.suggestions[0] === 'h100-sxm');
    const far = findDevice('a toaster');
    assert.deepEqual(far, { device: null, suggestions: [] });
    const sized = findDevice('4090 48GB');
    assert.ok(sized.device === null && sized.suggestions[0] === 'rtx-4090');
    for (const name of [
      '',
      'gpu',
      'nvidia',
      'cuda',
      'auto',
      '8',
      'H100 80GB HBM3 MIG 1g.10gb',
      'RTX 5090 Ti',
    ]) {
      assert.equal(findDevice(name).device, null, name);
    }
    assert.equal(findDevice('x'.repeat(1e6)).device, null);
  });

  it('puts a user’s own device before ours', () => {
    const [first] = allDevices();
    assert.ok(first);
    const own = { ...first, name: 'Mine', aliases: ['my box'] };
    const index = catalogueWith([own]);
    assert.equal(index.find('my box').device, own);
    assert.equal(index.find(first.id).device, own);
  });
});
