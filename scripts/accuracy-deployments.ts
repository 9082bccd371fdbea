import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment, SettingValue } from '../src/deployment/deployment';
import { readDeployments } from '../src/deployment/readDeployments';

/**
 * How many of the settings that a person read in real deployment files are read right. Needs `../shared/configs/deployments.csv` and the
 * files themselves in a folder outside the repository, as `<folder>/<owner>/<name>/<path>`.
 *
 *     npx tsx scripts/accuracy-deployments.ts FOLDER [--engine vllm] [--verbose]
 */
const ROOT = join(__dirname, '..');
const TABLE = join(ROOT, '..', 'shared', 'configs', 'deployments.csv');
const GRAMMARS = join(ROOT, 'node_modules', '@vscode', 'tree-sitter-wasm', 'wasm');

type Row = Record<string, string>;

function csvRows(text: string): Row[] {
  const records: string[][] = [[]];
  let field = '';
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (quoted) {
      if (character !== '"') field += character;
      else if (text[at + 1] === '"') {
        field += '"';
        at += 1;
      } else quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === ',' || character === '\n') {
      records.at(-1)?.push(field.replace(/\r$/, ''));
      field = '';
      if (character === '\n') records.push([]);
    } else field += character;
  }
  const [header, ...rest] = records;
  return rest
    .filter((record) => record.length === header?.length)
    .map((record) => Object.fromEntries((header ?? []).map((name, index) => [name, record[index] ?? ''])));
}

/** Only values that a program can compare; a remark in words is for a person. */
function isComparable(value: SettingValue): boolean {
  return typeof value !== 'string' || /^[\w./:-]*$/.test(value);
}

function same(left: SettingValue | undefined, right: SettingValue): boolean {
  if (left === undefined) return false;
  if (
    typeof right === 'object' &&
    right !== null &&
    typeof left === 'object' &&
    left !== null &&
    !Array.isArray(right)
  ) {
    const entries = left as Readonly<Record<string, SettingValue>>;
    return Object.entries(right).every(([key, value]) => !isComparable(value) || same(entries[key], value));
  }
  return JSON.stringify(left) === JSON.stringify(right) || String(left) === String(right);
}

interface Score {
  files: number;
  missing: number;
  right: number;
  unresolved: number;
  missed: number;
  wrong: number;
  models: number;
  modelsRight: number;
  modelsUnresolved: number;
}

function scoreRow(row: Row, deployments: readonly Deployment[], score: Score): string[] {
  const complaints: string[] = [];
  const truth = JSON.parse(row['settings_json'] || '{}') as Record<string, SettingValue>;
  for (const [name, value] of Object.entries(truth)) {
    if (!isComparable(value)) continue;
    const settings = deployments.flatMap((one) => one.settings[name] ?? []);
    if (settings.some((setting) => same(setting.value, value))) score.right += 1;
    else if (deployments.some((one) => one.unresolved.some((note) => note.startsWith(`${name}`)))) {
      score.unresolved += 1;
      complaints.push(`unresolved ${name} = ${JSON.stringify(value)}`);
    } else if (settings.length > 0) {
      score.wrong += 1;
      complaints.push(
        `wrong ${name} = ${JSON.stringify(value)}, read ${JSON.stringify(settings.map((setting) => setting.value))}`,
      );
    } else {
      score.missed += 1;
      complaints.push(`missed ${name} = ${JSON.stringify(value)}`);
    }
  }
  for (const model of (row['model_id'] ?? '').split(/ [|;] /)) {
    const id = /^[\w.-]*(?:\/[\w.-]+)+(?= |$)/.exec(model.trim())?.[0];
    if (id === undefined) continue;
    score.models += 1;
    if (deployments.some((one) => one.model === id)) score.modelsRight += 1;
    else {
      if (deployments.some((one) => one.unresolved.some((note) => note.startsWith('model'))))
        score.modelsUnresolved += 1;
      complaints.push(`model ${id}, read ${JSON.stringify(deployments.map((one) => one.model))}`);
    }
  }
  return complaints;
}

async function main(): Promise<void> {
  const [folder, ...rest] = process.argv.slice(2);
  const engine = rest[rest.indexOf('--engine') + 1] ?? 'vllm';
  const verbose = rest.includes('--verbose');
  if (folder === undefined || !existsSync(folder) || !existsSync(TABLE)) {
    console.log(
      JSON.stringify({
        notRun: true,
        because: 'no folder with the listed files, or no ../shared/configs/deployments.csv',
      }),
    );
    return;
  }
  const score: Score = {
    files: 0,
    missing: 0,
    right: 0,
    unresolved: 0,
    missed: 0,
    wrong: 0,
    models: 0,
    modelsRight: 0,
    modelsUnresolved: 0,
  };
  const kept = rest.includes('--engine') ? engine : 'vllm';
  for (const row of csvRows(readFileSync(TABLE, 'utf8'))) {
    if (!`${row['engine']} ${row['kind']}`.toLowerCase().includes(kept)) continue;
    const path = join(folder, row['source_repo'] ?? '', row['source_path'] ?? '');
    if (!existsSync(path)) {
      score.missing += 1;
      continue;
    }
    score.files += 1;
    const { deployments } = await readDeployments(readFileSync(path, 'utf8'), path, null, GRAMMARS);
    const complaints = scoreRow(row, deployments, score);
    if (verbose && complaints.length > 0)
      console.log(
        [`${row['kind']} ${row['source_repo']}/${row['source_path']}`, ...complaints].join('\n    '),
      );
  }
  console.log(JSON.stringify({ engine: kept, ...score }));
}

void main();
