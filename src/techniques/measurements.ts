import rows from './measurements.json';
import type { PerformanceRow } from './performance';

/** Figures from documentation, model cards and leaderboards, each with its source; kept by hand in `measurements.json`. */
export function measurements(): readonly PerformanceRow[] {
  return rows as unknown as readonly PerformanceRow[];
}
