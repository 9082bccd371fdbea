import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Beside the checkout; npm runs scripts in its root. */
const MEASURED = path.resolve('../shared/measured');

/** True where the measured files are at hand: they are no part of the repository. */
export function haveMeasured(): boolean {
  return existsSync(path.join(MEASURED, 'throughput.csv'));
}

/** Rows of one of the measured files, by column name. Fields may be quoted; none spans lines. */
export function readMeasured(file: string): Record<string, string>[] {
  const lines = readFileSync(path.join(MEASURED, file), 'utf8').split('\n');
  const names = fields(lines[0] ?? '');
  const rows: Record<string, string>[] = [];
  for (const line of lines.slice(1)) {
    if (line.trim() === '') continue;
    const values = fields(line);
    const row: Record<string, string> = {};
    for (const [index, name] of names.entries()) row[name] = values[index] ?? '';
    rows.push(row);
  }
  return rows;
}

function fields(line: string): string[] {
  const out: string[] = [];
  let field = '';
  let quoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const char = line[at] ?? '';
    if (char === '"') {
      if (quoted && line[at + 1] === '"') {
        field += '"';
        at += 1;
      } else quoted = !quoted;
    } else if (char === ',' && !quoted) {
      out.push(field);
      field = '';
    } else if (char !== '\r') field += char;
  }
  out.push(field);
  return out;
}
