/**
 * Thins counts of the public implementations (count-parameters.py and count-diffusers.py, `vary`) to what the tests keep: of each class
 * its default configuration, what it means where nothing is said, and a dozen single changes. A configuration is told once, changes
 * as what they set.
 *
 * Usage: npx tsx scripts/architectures/make-fixture.ts OUT.jsonl COUNTS.jsonl…
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface Row {
  type: string;
  class: string;
  change: string | null;
  config: Record<string, unknown>;
  parameters: number;
}

/** One class of the fixture. */
interface Kept {
  type: string;
  class: string;
  config: Record<string, unknown>;
  parameters: number;
  /** With nothing but the type and the class said; null where the class does not build so. */
  nothingSaid: number | null;
  /** What is set (a dotted path), to what, and the count then. */
  changes: [path: string, value: unknown, parameters: number][];
}

const CHANGES = 12;
/** Keys that no count hangs on, left out to keep the file small. */
const IDLE =
  /(_token_id|_token_index|_eps|epsilon|dropout|initializer_range|_std|id2label|label2id|use_cache|transformers_version|_name_or_path|problem_type|return_dict|output_attentions|output_hidden_states|chunk_size_feed_forward|dtype|rope_parameters|rope_theta)$/;

const [out = '', ...inputs] = process.argv.slice(2);
const classes = new Map<string, Row[]>();
for (const file of inputs) {
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line === '') continue;
    const row = JSON.parse(
      line.replaceAll(/\b(-?)Infinity\b/g, '$11e999').replaceAll(/\bNaN\b/g, 'null'),
    ) as Row;
    const key = `${row.type} ${row.class}`;
    classes.set(key, [...(classes.get(key) ?? []), row]);
  }
}
const lines: string[] = [];
for (const rows of [...classes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, list]) => list)) {
  const base = rows.find((row) => row.change === null);
  if (!base) continue;
  const changes: Kept['changes'] = [];
  for (const row of rows) {
    const [, path, value] = /^([\w.-]+)=(.*)$/s.exec(row.change ?? '') ?? [];
    if (path === undefined || value === undefined) continue;
    changes.push([path, JSON.parse(value), row.parameters]);
  }
  // First those that change the count, then the rest; evenly where there are many.
  changes.sort((a, b) => Number(b[2] !== base.parameters) - Number(a[2] !== base.parameters));
  const stride = Math.max(1, changes.length / CHANGES);
  const kept: Kept = {
    type: base.type,
    class: base.class,
    config: lean(base.config),
    parameters: base.parameters,
    nothingSaid: rows.find((row) => row.change === 'nothing said')?.parameters ?? null,
    changes: Array.from(
      { length: Math.min(CHANGES, changes.length) },
      (_, at) => changes[Math.floor(at * stride)],
    ).filter((change) => change !== undefined),
  };
  lines.push(JSON.stringify(kept));
}
writeFileSync(out, `${lines.join('\n')}\n`);
console.log(`${String(lines.length)} classes`);

function lean(config: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => !IDLE.test(key))
      .map(([key, value]) => [
        key,
        typeof value === 'object' && value !== null && !Array.isArray(value)
          ? lean(value as Record<string, unknown>)
          : value,
      ]),
  );
}
