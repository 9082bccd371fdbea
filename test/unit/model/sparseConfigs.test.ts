import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { totalParameters } from '../../../src/model/count';
import { readModelValue } from '../../../src/model/readModel';

interface Sparse {
  name: string;
  parameters: number;
  config: Record<string, unknown>;
}

/** Configurations as people find them: the keys of published models, most of which lean on their classes for the rest. */
const FIXTURE = join(__dirname, '..', '..', 'fixtures', 'sparseConfigs.jsonl');

describe('configurations that say little', () => {
  const all = readFileSync(FIXTURE, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Sparse);
  // Counts: transformers 5.23.0 and 4.57.3 agree on every one of them; those of the two autoencoders are diffusers 0.42.1’s.
  for (const { name, parameters, config } of all) {
    it(`count ${name} as two releases of the library do`, () => {
      const reading = readModelValue(config);
      if (!reading.ok) assert.fail(reading.error.message);
      assert.equal(totalParameters(reading.model), parameters);
    });
  }

  it('are nearly all counted exactly', () => {
    const sure = all.filter(({ config }) => {
      const reading = readModelValue(config);
      return reading.ok && reading.model.exact;
    });
    assert.ok(sure.length >= 0.95 * all.length, `${String(sure.length)} of ${String(all.length)}`);
  });
});
