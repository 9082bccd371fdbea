import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { totalParameters } from '../../../src/model/count';
import { readModelValue } from '../../../src/model/readModel';

/** Counts by the public implementations, made by scripts/architectures/make-fixture.ts. */
interface Counted {
  type: string;
  class: string;
  config: Record<string, unknown>;
  parameters: number;
  nothingSaid: number | null;
  changes: [set: [path: string, value: unknown][], parameters: number][];
}

const FIXTURE = join(__dirname, '..', '..', 'fixtures', 'publicCounts.jsonl');

/** Of all cases so many are counted exactly at the least; the others say that they are not. */
const RIGHT = 0.9;

describe('counts of the public implementations', () => {
  const classes = readFileSync(FIXTURE, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Counted);
  let right = 0;
  let cases = 0;

  it('are met, or the model says that its count is not exact', () => {
    const wrong: string[] = [];
    for (const one of classes) {
      for (const [change, config, parameters] of casesOf(one)) {
        cases += 1;
        const reading = readModelValue(config);
        if (!reading.ok) continue;
        const total = totalParameters(reading.model);
        if (total === parameters) right += 1;
        else if (reading.model.exact) {
          wrong.push(`${one.type} ${one.class} ${change}: ${String(total)} for ${String(parameters)}`);
        }
      }
    }
    assert.deepEqual(wrong, []);
    assert.ok(cases > 5000, String(cases));
  });

  it('are met for most', () => {
    assert.ok(right >= RIGHT * cases, `${String(right)} of ${String(cases)}`);
  });
});

function* casesOf(one: Counted): Generator<[string, Record<string, unknown>, number]> {
  yield ['default', one.config, one.parameters];
  if (one.nothingSaid !== null) {
    const said =
      '_class_name' in one.config
        ? { _class_name: one.class }
        : { model_type: one.type, architectures: [one.class] };
    yield ['nothing said', said, one.nothingSaid];
  }
  for (const [changes, parameters] of one.changes) {
    let config = one.config;
    for (const [path, value] of changes) config = set(config, path.split('.'), value);
    yield [JSON.stringify(changes), config, parameters];
  }
}

function set(
  config: Record<string, unknown>,
  [key = '', ...rest]: string[],
  value: unknown,
): Record<string, unknown> {
  const inner = config[key];
  return {
    ...config,
    [key]: rest.length === 0 ? value : set((inner ?? {}) as Record<string, unknown>, rest, value),
  };
}
