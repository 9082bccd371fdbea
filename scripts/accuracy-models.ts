import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { activeParameters, totalParameters } from '../src/model/count';
import { openModel } from '../src/model/openModelFile';

/**
 * Compares what the model room reads with the true counts of the shared configurations: right, wrong or refused for each,
 * and fails below the bar. Prints "not run" where the folder is absent.
 *
 * The bar: of the files whose count is marked exact, total right for 99 %, active for 97 %, none wrong while claiming
 * to be exact.
 */
const FOLDER = join(process.cwd(), '..', 'shared', 'configs');
const TOTAL_BAR = 0.99;
const ACTIVE_BAR = 0.97;

type Verdict = 'right' | 'wrong' | 'refused' | 'inexact' | 'no truth';

interface Row {
  file: string;
  modelType: string;
  certain: boolean;
  total: Verdict;
  active: Verdict;
  claimsExact: boolean;
  note: string;
}

async function main(): Promise<void> {
  if (!existsSync(join(FOLDER, 'models.csv'))) {
    console.log('not run: ../shared/configs is not there');
    return;
  }
  const started = performance.now();
  const truths = parseCsv(readFileSync(join(FOLDER, 'models.csv'), 'utf8'));
  const rows: Row[] = [];
  for (const truth of truths) rows.push(await judge(truth));
  const seconds = (performance.now() - started) / 1000;

  const verbose = process.argv.includes('--all');
  for (const row of rows) {
    if (!verbose && row.total === 'right' && row.active !== 'wrong') continue;
    if (!verbose && row.total === 'no truth') continue;
    console.log(
      `${row.total.padEnd(8)} ${row.active.padEnd(8)} ${row.certain ? 'certain' : '       '} ${row.claimsExact ? 'exact' : '     '} ${row.file} ${row.note}`,
    );
  }

  const certain = rows.filter((row) => row.certain);
  const total = certain.filter((row) => row.total === 'right').length;
  const withActive = certain.filter((row) => row.active !== 'no truth');
  const active = withActive.filter((row) => row.active === 'right').length;
  const lies = rows.filter((row) => row.claimsExact && (row.total === 'wrong' || row.active === 'wrong'));
  const read = rows.filter((row) => row.total !== 'refused').length;
  console.log(
    `files ${String(rows.length)} (on disk ${String(countFiles(join(FOLDER, 'models')))}), read ${String(read)}, claiming exact ${String(rows.filter((r) => r.claimsExact).length)}, ${seconds.toFixed(2)} s`,
  );
  console.log(
    `total right ${String(total)} of ${String(certain.length)} (${percent(total, certain.length)})`,
  );
  console.log(
    `active right ${String(active)} of ${String(withActive.length)} (${percent(active, withActive.length)})`,
  );
  console.log(`wrong while claiming to be exact, among all files with a truth: ${String(lies.length)}`);
  const certainLies = lies.filter((row) => row.certain);
  if (
    total < TOTAL_BAR * certain.length ||
    active < ACTIVE_BAR * withActive.length ||
    certainLies.length > 0
  ) {
    process.exitCode = 1;
  }
}

async function judge(truth: Record<string, string>): Promise<Row> {
  const file = truth.file ?? '';
  const reading = await openModel(join(FOLDER, 'models', file));
  const certain = (truth.confidence ?? '').startsWith('exact') && Number(truth.true_params) > 0;
  const base = { file, modelType: truth.model_type ?? '', certain };
  if (!reading.ok) {
    const verdict = truth.true_params === '' ? 'no truth' : 'refused';
    return {
      ...base,
      total: verdict,
      active: truth.active_params === '' ? 'no truth' : verdict,
      claimsExact: false,
      note: `${reading.error.code}: ${reading.error.message}`,
    };
  }
  const model = reading.model;
  const total = totalParameters(model);
  const active = activeParameters(model);
  const trueTotal = Number(truth.true_params);
  const trueActive = Number(truth.active_params === '' ? truth.true_params : truth.active_params);
  const hasTruth = trueTotal > 0;
  const warnings = model.warnings.map((warning) => warning.message).join(' | ');
  return {
    ...base,
    total: compare(total, trueTotal, hasTruth),
    active: compare(active, trueActive, hasTruth && truth.active_params !== ''),
    claimsExact: model.exact,
    note: `${model.modelType} ${String(total)} (${String(total - trueTotal)}) active ${String(active)} ${warnings}`,
  };
}

function compare(found: number, truth: number, has: boolean): Verdict {
  if (!has) return 'no truth';
  return found === truth ? 'right' : 'wrong';
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;
}

function countFiles(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  ).length;
}

/** Rows of a CSV text by the names in its first line; quoted fields may hold commas and doubled quotes. */
function parseCsv(text: string): Record<string, string>[] {
  const rows: string[][] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line === '') continue;
    const fields = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)];
    rows.push(fields.map((match) => (match[1] ?? match[2] ?? '').replaceAll('""', '"')));
  }
  const [names = [], ...rest] = rows;
  return rest.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? ''])));
}

void main();
