import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigWeights } from '../../../src/editor/configWeights';
import type { EngineRooms } from '../../../src/editor/engineRooms';
import * as compare from '../../../src/model/compareWithWeights';
import { storedWeights } from '../../../src/model/files/storedWeights';
import { TensorLists } from '../../../src/model/files/tensorLists';
import { weightsBeside } from '../../../src/model/files/weightsBeside';
import { openModel } from '../../../src/model/openModelFile';
import { readModelValue } from '../../../src/model/readModel';
import type { ModelSpec } from '../../../src/model/spec';
import { TINY_LLAMA, tinyLlama, writeSafetensors } from '../../fixtures/weightsFiles';

function modelOf(config: object): ModelSpec {
  const reading = readModelValue(config);
  assert.ok(reading.ok);
  return reading.model;
}

describe('a configuration and the weights beside it', () => {
  let folder = '';
  let path = '';
  let read = 0;
  const rooms = {
    weights: () =>
      Promise.resolve({
        ...compare,
        weightsBeside,
        TensorLists,
        storedWeights: (...given: Parameters<typeof storedWeights>) => {
          read += 1;
          return storedWeights(...given);
        },
      }),
  } as unknown as EngineRooms;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'config-weights-'));
    path = join(folder, 'config.json');
    read = 0;
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  async function found(config: object, weights = new ConfigWeights(rooms)) {
    return weights.disagreement(path, modelOf(config), new AbortController().signal);
  }

  it('agree, or there are none: nothing is said', async () => {
    assert.equal(await found(TINY_LLAMA), null);
    writeSafetensors(join(folder, 'model.safetensors'), tinyLlama(2));
    assert.equal(await found(TINY_LLAMA), null);
  });

  it('disagree in layers: said in the words of inspect', async () => {
    writeSafetensors(join(folder, 'model.safetensors'), tinyLlama(3));
    const told = await found(TINY_LLAMA);
    assert.equal(told?.about, 'layers');
    assert.match(told.message, /3 layers are stored, 2 described/);
    writeFileSync(path, JSON.stringify(TINY_LLAMA));
    const inspected = await openModel(path);
    assert.ok(inspected.ok);
    assert.equal(inspected.model.exact, false);
    assert.equal(inspected.model.warnings.at(-1)?.message, told.message);
  });

  it('disagree in the vocabulary', async () => {
    writeSafetensors(join(folder, 'model.safetensors'), tinyLlama(2));
    const told = await found({ ...TINY_LLAMA, vocab_size: 48 });
    assert.equal(told?.about, 'vocabulary');
    assert.match(told.message, /the embedding has 32 rows, not 48/);
  });

  it('disagree where an index alone is there', async () => {
    const names = Object.fromEntries(
      tinyLlama(3).map(({ name }) => [name, 'model-00001-of-00001.safetensors']),
    );
    writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map: names }));
    assert.match((await found(TINY_LLAMA))?.message ?? '', /3 layers are stored, 2 described/);
    writeFileSync(
      join(folder, 'model.safetensors.index.json'),
      JSON.stringify({ metadata: { total_parameters: 12 }, weight_map: {} }),
    );
    assert.match((await found(TINY_LLAMA))?.message ?? '', /hold 12 parameters/);
  });

  it('are read once until a file changes, and not for nobody', async () => {
    const file = join(folder, 'model.safetensors');
    writeSafetensors(file, tinyLlama(2));
    const weights = new ConfigWeights(rooms);
    await found(TINY_LLAMA, weights);
    await found({ ...TINY_LLAMA, vocab_size: 64 }, weights);
    assert.equal(read, 1);
    utimesSync(file, 1, 1);
    await found(TINY_LLAMA, weights);
    assert.equal(read, 2);
    const gone = new AbortController();
    gone.abort();
    await assert.rejects(new ConfigWeights(rooms).disagreement(path, modelOf(TINY_LLAMA), gone.signal));
    assert.equal(read, 2);
  });

  it('that cannot be compared are said to be so', async () => {
    writeFileSync(
      join(folder, 'model.safetensors'),
      'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 16060556376\n',
    );
    const told = await found(TINY_LLAMA);
    assert.equal(told?.code, 'weights-unreadable');
    assert.match(told.message, /not compared: This is a Git LFS pointer/);
  });
});
