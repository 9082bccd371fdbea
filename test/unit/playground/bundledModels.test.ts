import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readBundledModels } from '../../../src/playground/bundledModels';

const FOLDER = join(__dirname, '../../../media/models');

describe('bundled models', () => {
  it('lists every model that is there, with its true size and hash', async () => {
    const models = await readBundledModels(FOLDER);
    const folders = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    assert.deepEqual(models.map((model) => model.name).sort(), folders.map((folder) => folder.name).sort());
    const listed = JSON.parse(readFileSync(join(FOLDER, 'models.json'), 'utf8')) as {
      models: { sha256: string }[];
    };
    for (const [index, model] of models.entries()) {
      assert.equal(statSync(model.path).size, model.bytes, model.name);
      const hash = createHash('sha256').update(readFileSync(model.path)).digest('hex');
      assert.equal(hash, listed.models[index]?.sha256, model.name);
    }
  });

  it('has a card for each', async () => {
    for (const model of await readBundledModels(FOLDER)) {
      assert.match(readFileSync(join(dirname(model.path), 'README.md'), 'utf8'), /Licence/);
    }
  });

  it('refuses a list that is broken or leads elsewhere', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'models-'));
    try {
      await assert.rejects(readBundledModels(folder));
      const models = JSON.parse(readFileSync(join(FOLDER, 'models.json'), 'utf8')) as {
        models: { path: string }[];
      };
      for (const path of ['../secret/model.onnx', '/etc/model.onnx', 'a/../b.onnx']) {
        const first = { ...models.models[0], path };
        writeFileSync(join(folder, 'models.json'), JSON.stringify({ models: [first] }));
        await assert.rejects(readBundledModels(folder), path);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
