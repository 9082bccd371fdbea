import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { totalParameters } from '../../../src/model/count';
import { kvCacheBytes } from '../../../src/model/memory';
import { readModel } from '../../../src/model/readModel';
import { wellKnownConfig } from '../../../src/model/wellKnown';
import table from '../../../src/model/wellKnown.json';

const PUBLISHED = resolve(__dirname, '../../../../shared/configs/models');
const names = Object.values(table.models).flatMap((model) => model.names);

describe('well-known models', () => {
  it('are read exactly, every one', () => {
    for (const name of names) {
      const reading = readModel(wellKnownConfig(name) ?? '', { name });
      assert.ok(reading.ok && reading.model.exact, name);
    }
  });

  it('are found in any case, and nothing else is', () => {
    assert.equal(wellKnownConfig('META-LLAMA/llama-3.1-8B'), wellKnownConfig('meta-llama/Llama-3.1-8B'));
    assert.equal(wellKnownConfig('nobody/nothing'), null);
  });

  it('say what the published files say', function () {
    // Published configurations are no part of the repository: compared where they are at hand.
    if (!existsSync(PUBLISHED)) this.skip();
    let compared = 0;
    for (const name of names) {
      const file = join(PUBLISHED, `${name.replace('/', '__')}.json`);
      if (!existsSync(file)) continue;
      const theirs = readModel(readFileSync(file, 'utf8'), { name });
      const ours = readModel(wellKnownConfig(name) ?? '', { name });
      assert.ok(theirs.ok && ours.ok, name);
      assert.equal(totalParameters(ours.model), totalParameters(theirs.model), name);
      assert.equal(kvCacheBytes(ours.model, 4096), kvCacheBytes(theirs.model, 4096), name);
      assert.equal(ours.model.maxContext, theirs.model.maxContext, name);
      compared += 1;
    }
    assert.ok(compared > 5, `${compared} compared`);
  });
});
