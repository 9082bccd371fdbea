import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { readUserDevices, userDevicesJsonSchema } from '../../../src/hardware/userDevices';
import type { DeviceFile } from '../../../src/hardware/userDevices';

const read = (text: string): DeviceFile => readUserDevices(text, 'devices.json', '2025-01-31');
const BOX = '{ "id": "box", "memory": 48e9, "bandwidth": 9e11, "peak": { "bf16": 1e14 } }';

describe('readUserDevices', () => {
  it('reads what is needed and fills in the rest', () => {
    const { devices, problems } = read(`// ours\n{ "devices": [ ${BOX}, ] }`);
    assert.deepEqual(problems, []);
    assert.deepEqual(devices, [
      {
        id: 'box',
        name: 'box',
        vendor: 'other',
        class: 'this-machine',
        aliases: [],
        memory: 48e9,
        bandwidth: 9e11,
        peak: { bf16: 1e14 },
        source: 'devices.json',
        date: '2025-01-31',
      },
    ]);
  });

  it('keeps what the file says of name, class, link and source', () => {
    const { devices } = read(
      `{ "devices": [ { "id": "two", "name": "Two", "class": "consumer-gpu", "aliases": ["deux"], "memory": 48e9,
        "bandwidth": 9e11, "peak": { "f16": 1e14 }, "source": "bench", "date": "2024-02-02",
        "link": { "kind": "pcie", "bandwidth": 32e9, "latency": 1e-5 } } ] }`,
    );
    assert.equal(devices[0]?.name, 'Two');
    assert.equal(devices[0]?.link?.bandwidth, 32e9);
    assert.equal(devices[0]?.source, 'bench');
  });

  it('says what is wrong and where, and keeps the devices that are right', () => {
    const { devices, problems } = read(
      `{ "devices": [\n  ${BOX},\n  { "id": "small", "memory": 24, "bandwidth": 9e11, "peak": { "bf16": 1e14 } },\n  { "id": "Big One" }\n] }`,
    );
    assert.deepEqual(
      devices.map(({ id }) => id),
      ['box'],
    );
    assert.deepEqual(problems[0], { message: 'memory: bytes are meant: 24 GB is 24e9', line: 3, column: 30 });
    assert.ok(problems.slice(1).every(({ line }) => line === 4));
    assert.ok(problems.some(({ message }) => message.startsWith('id: lower-case')));
    assert.ok(problems.some(({ message }) => message.startsWith('bandwidth:')));
  });

  it('points at broken JSON', () => {
    const { devices, problems } = read('{ "devices": [\n  { "id" "box" }\n] }');
    assert.deepEqual(devices, []);
    assert.equal(problems[0]?.line, 2);
    assert.match(problems[0]?.message ?? '', /^not JSON: colon expected/);
  });

  it('refuses a second device of the same id, unknown keys, and files that are none', () => {
    assert.match(read(`{ "devices": [ ${BOX}, ${BOX} ] }`).problems[0]?.message ?? '', /second device/);
    assert.match(read(`{ "devices": [], "devises": [] }`).problems[0]?.message ?? '', /"devises"/);
    for (const text of ['', '[]', '3', 'null', '{}', '{ "devices": 3 }']) {
      assert.equal(read(text).devices.length, 0);
      assert.equal(read(text).problems.length, 1, text);
    }
  });

  it('is not brought down by hostile files', () => {
    assert.equal(read('['.repeat(100_000)).problems.length, 1);
    assert.equal(read(`{"a":`.repeat(100_000)).problems.length, 1);
    assert.equal(read(' '.repeat(2_000_000)).problems.length, 1);
    const proto = read(`{ "devices": [ { "__proto__": { "id": "x" } } ] }`);
    assert.equal(proto.devices.length, 0);
    fc.assert(fc.property(fc.string(), (text) => Array.isArray(read(text).problems)));
    fc.assert(fc.property(fc.json(), (json) => Array.isArray(read(`{ "devices": [ ${json} ] }`).problems)));
  });

  it('has its schema published as it is', () => {
    assert.deepEqual(
      JSON.parse(readFileSync('schema/devices.schema.json', 'utf8')),
      userDevicesJsonSchema(),
      "write JSON.stringify(userDevicesJsonSchema(), null, 2) to 'schema/devices.schema.json'",
    );
  });
});
