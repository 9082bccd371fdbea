import { TERMINAL_WIDTH, wrap } from './wrap';

const GAP = '  ';
/** The last column is never squeezed below this, however wide the others are. */
const LEAST_LAST = 20;

/**
 * Plain columns for a terminal: two spaces between, the last column as wide as the others leave. A cell wider than its column's limit
 * goes on in the next line.
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  limits: readonly (number | undefined)[] = [],
): string {
  const widths = head.map((title, column) =>
    Math.min(
      limits[column] ?? Infinity,
      Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
    ),
  );
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP.length, 0);
  const last = Math.max(LEAST_LAST, TERMINAL_WIDTH - before);
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === head.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join(GAP)
      .trimEnd();
  const lines = (row: readonly string[]): string[] => {
    const cells = row.map((cell, column) => {
      const limit = column === head.length - 1 ? last : (limits[column] ?? Infinity);
      return cell.length <= limit ? [cell] : wrap(cell, limit);
    });
    const height = Math.max(...cells.map((cell) => cell.length));
    return Array.from({ length: height }, (_, at) => line(cells.map((cell) => cell[at] ?? '')));
  };
  return `${[head, ...rows].flatMap(lines).join('\n')}\n`;
}
