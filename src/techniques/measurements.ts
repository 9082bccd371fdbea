import { z } from 'zod';
import rows from './measurements.json';
import { performanceRowSchema, type PerformanceRow } from './performance';

let loaded: readonly PerformanceRow[] | undefined;

/** Figures from documentation, model cards and leaderboards, each with its link; kept by hand in `measurements.json`. */
export function measurements(): readonly PerformanceRow[] {
  loaded ??= z.array(performanceRowSchema).parse(rows);
  return loaded;
}
