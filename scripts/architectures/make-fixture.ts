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
  /** What is set (dotted paths) to what, and the count then. */
  changes: [set: [path: string, value: unknown][], parameters: number][];
}

const CHANGES = 12;
/** A configuration that differs in more is another one, not a change. */
const MOST_SET = 6;
/** Keys that no count hangs on, left out to keep the file small. */
const IDLE =
  /(_token_id|_token_index|_eps|epsilon|dropout|initializer_range|_std|label2id|use_cache|transformers_version|_name_or_path|problem_type|return_dict|output_attentions|output_hidden_states|chunk_size_feed_forward|dtype|rope_parameters|rope_theta)$/;

/** Where the implementation and the published files part, and the files are followed. */
const APART: readonly { types: RegExp; path?: string; silent?: boolean; why: string }[] = [
  {
    types: /^longcat_flash$/,
    why: 'rows are built for experts that are the identity; checkpoints hold none',
  },
  {
    types: /^(t5|mt5|umt5|longt5)$/,
    path: 'tie_word_embeddings',
    silent: true,
    why: 'the head is tied whatever the file says; T5 1.1 is stored untied, as it says',
  },
];

const [out = '', ...inputs] = process.argv.slice(2);
const classes = new Map<string, Row[]>();
for (const file of inputs) {
  // A class that a later file counts again is taken from there.
  const renewed = new Set<string>();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line === '') continue;
    const row = JSON.parse(
      line.replaceAll(/\b(-?)Infinity\b/g, '$11e999').replaceAll(/\bNaN\b/g, 'null'),
    ) as Row;
    const apart = APART.find(({ types }) => types.test(row.type));
    if (
      apart &&
      (apart.path === undefined ||
        row.change?.startsWith(`${apart.path}=`) ||
        (row.change === 'nothing said' && apart.silent))
    )
      continue;
    const key = `${row.type} ${row.class}`;
    if (row.change === null && !renewed.has(key)) classes.delete(key);
    renewed.add(key);
    const list = classes.get(key) ?? [];
    classes.set(key, list);
    list.push(row);
  }
}
const lines: string[] = [];
for (const rows of [...classes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, list]) => list)) {
  const base = rows.find((row) => row.change === null);
  if (!base) continue;
  const config = lean(base.config);
  const changes: Kept['changes'] = [];
  for (const row of rows) {
    const set = differences(config, lean(row.config));
    if (set === null || set.length === 0 || set.length > MOST_SET) continue;
    changes.push([set, row.parameters]);
  }
  // First those that change the count, then the rest; evenly where there are many.
  changes.sort((a, b) => Number(b[1] !== base.parameters) - Number(a[1] !== base.parameters));
  const stride = Math.max(1, changes.length / CHANGES);
  const kept: Kept = {
    type: base.type,
    class: base.class,
    config,
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
      .map(([key, value]) => [key, isObject(value) ? lean(value) : value]),
  );
}

/** What has to be set in `from` to get `to`; null where something would have to go. */
function differences(
  from: Record<string, unknown>,
  to: Record<string, unknown>,
  path = '',
): [string, unknown][] | null {
  const found: [string, unknown][] = [];
  for (const key of Object.keys(from)) if (!(key in to)) return null;
  for (const [key, value] of Object.entries(to)) {
    const old = from[key];
    if (JSON.stringify(old) === JSON.stringify(value)) continue;
    if (isObject(old) && isObject(value)) {
      const inner = differences(old, value, `${path}${key}.`);
      if (inner === null) return null;
      found.push(...inner);
    } else found.push([`${path}${key}`, value]);
  }
  return found;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
