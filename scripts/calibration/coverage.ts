import { quantile, type LeftOut } from './crossValidate';
import type { PreparedCase } from './evaluator';

/** Repeats of one case differ by 4 % in the median; no band is narrower than this each way. */
const NARROWEST = 0.05;

/**
 * Share of left-out rows that lie in the 80 % band which the residuals of all other devices of their group would give, each
 * device weighing alike. NaN where no group has two devices.
 */
export function coverage(rows: readonly LeftOut[], groupOf: (one: PreparedCase) => string): number {
  const groups = new Map<string, Map<string, number[]>>();
  for (const { one, ratio } of rows) {
    const devices = groups.get(groupOf(one)) ?? new Map<string, number[]>();
    groups.set(groupOf(one), devices);
    const list = devices.get(one.measured.hardware) ?? [];
    devices.set(one.measured.hardware, list);
    list.push(1 / ratio);
  }
  const shares: number[] = [];
  for (const devices of groups.values()) {
    for (const [device, own] of devices) {
      const others: number[] = [];
      for (const [other, list] of devices) {
        if (other === device) continue;
        for (let step = 0; step < 20; step += 1) others.push(quantile(list, (step + 0.5) / 20));
      }
      if (others.length === 0) continue;
      const low = Math.min(1 - NARROWEST, quantile(others, 0.1));
      const high = Math.max(1 + NARROWEST, quantile(others, 0.9));
      shares.push(own.filter((value) => value >= low && value <= high).length / own.length);
    }
  }
  return shares.length === 0 ? NaN : shares.reduce((total, share) => total + share, 0) / shares.length;
}
