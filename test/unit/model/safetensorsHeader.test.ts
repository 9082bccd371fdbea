import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memorySource } from '../../../src/model/files/byteSource';
import { MAX_HEADER_ENTRY } from '../../../src/model/files/fileLimits';
import { readSafetensors } from '../../../src/model/files/safetensors';
import { SafetensorsHeader } from '../../../src/model/files/safetensorsHeader';
import { TensorLists } from '../../../src/model/files/tensorLists';
import { ReadFailure } from '../../../src/model/readFailure';

const entry = (index: number): object => ({ dtype: 'U8', shape: [1], data_offsets: [index, index + 1] });

function file(header: object | string): Buffer {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(1)]);
}

describe('a long safetensors header', () => {
  const names = Array.from(
    { length: 40_000 },
    (_, index) => `model.layers.${String(index)}.é"\\,{}[].weight`,
  );

  it('gives the same tensors however it is cut', () => {
    const text = Buffer.from(
      JSON.stringify(Object.fromEntries(names.slice(0, 50).map((name, i) => [name, entry(i)]))),
    );
    for (const size of [1, 2, 7, 64, text.length]) {
      const found: string[] = [];
      const header = new SafetensorsHeader((name) => found.push(name));
      for (let at = 0; at < text.length; at += size) header.take(text.subarray(at, at + size));
      header.finish();
      assert.deepEqual(found, names.slice(0, 50));
    }
  });

  it('is read in turns, and not to the end where nobody waits', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'header-'));
    const path = join(folder, 'model.safetensors');
    writeFileSync(path, file(Object.fromEntries(names.map((name, index) => [name, entry(index)]))));
    let turns = 0;
    const count = setInterval(() => (turns += 1), 1);
    const listing = await new TensorLists().of(path);
    clearInterval(count);
    assert.equal(listing.tensors.length, names.length);
    assert.ok(turns > 0);
    const gone = new AbortController();
    gone.abort();
    await assert.rejects(new TensorLists(gone.signal).of(path), { name: 'AbortError' });
    rmSync(folder, { recursive: true });
  });

  it('passes over what trainers write beside the tensors where it has no end', () => {
    const long = 'x'.repeat(2 * MAX_HEADER_ENTRY);
    for (const header of [
      { __metadata__: { long }, a: entry(0), b: entry(1) },
      { a: entry(0), __metadata__: { long }, b: entry(1) },
      { a: entry(0), b: entry(1), __metadata__: { long } },
    ]) {
      const listing = readSafetensors(memorySource(Buffer.concat([file(header), Buffer.alloc(1)])));
      assert.deepEqual(
        listing.tensors.map(({ name }) => name),
        ['a', 'b'],
      );
      assert.match(listing.remarks.join(' '), /longer than 4 MB and is not shown/);
    }
    assert.throws(() => readSafetensors(memorySource(file({ [long]: entry(0) }))), /longer than 4 MB/);
  });

  it('is refused where it is no object', () => {
    for (const header of ['[]', '{"a":', '{"a":1}{', '"a"', `{"a":${'['.repeat(50)}`, '{"a" "b"}', '{,,}x'])
      assert.throws(() => readSafetensors(memorySource(file(header))), ReadFailure);
  });
});
