/**
 * Holds the model room to counts that the public implementation gives (see count-parameters.py, `vary`): a line a configuration that
 * is wrong, and a line a type with how many are right, inexact and said so, refused, or wrong. Fails where one is wrong while it
 * claims to be exact.
 *
 * Usage: npx tsx scripts/architectures/compare-counts.ts COUNTS.jsonl [TYPE…]
 */
import { readFileSync } from 'node:fs';
import { activeParameters, totalParameters } from '../../src/model/count';
import { readModelValue } from '../../src/model/readModel';

interface Row {
  type: string;
  class: string;
  change: string | null;
  config: Record<string, unknown>;
  parameters: number;
}

type Verdict = 'right' | 'inexact' | 'refused' | 'wrong';

const [file = '', ...only] = process.argv.slice(2);
const tally = new Map<string, Record<Verdict, number>>();
for (const line of readFileSync(file, 'utf8').split('\n')) {
  if (line === '') continue;
  // Python writes numbers that JSON has no word for.
  const row = JSON.parse(
    line.replaceAll(/\b(-?)Infinity\b/g, '$11e999').replaceAll(/\bNaN\b/g, 'null'),
  ) as Row;
  if (only.length > 0 && !only.includes(row.type)) continue;
  const { verdict, note } = judge(row);
  const counts = tally.get(row.type) ?? { right: 0, inexact: 0, refused: 0, wrong: 0 };
  tally.set(row.type, counts);
  counts[verdict] += 1;
  if (verdict !== 'right')
    console.log(`${verdict} ${row.type} ${row.class} ${row.change ?? 'default'}: ${note}`);
}
let wrong = 0;
const types: Record<Verdict, number> = { right: 0, inexact: 0, refused: 0, wrong: 0 };
for (const [type, counts] of [...tally].sort()) {
  wrong += counts.wrong;
  const worst = (['wrong', 'refused', 'inexact', 'right'] as const).find((one) => counts[one] > 0) ?? 'right';
  types[worst] += 1;
  if (worst !== 'right' || only.length > 0) console.log(type.padEnd(28), JSON.stringify(counts));
}
console.log(
  `types, each by its worst row: ${JSON.stringify(types)}; rows wrong while claiming to be exact: ${String(wrong)}`,
);
if (wrong > 0) process.exitCode = 1;

function judge(row: Row): { verdict: Verdict; note: string } {
  const reading = readModelValue(row.config);
  if (!reading.ok) return { verdict: 'refused', note: reading.error.message };
  const total = totalParameters(reading.model);
  const warnings = reading.model.warnings.map((warning) => warning.message).join(' | ');
  const note = `${String(total)} for ${String(row.parameters)} (${String(total - row.parameters)}, active ${String(activeParameters(reading.model))}) ${warnings}`;
  if (total === row.parameters) return { verdict: 'right', note };
  return { verdict: reading.model.exact ? 'wrong' : 'inexact', note };
}
