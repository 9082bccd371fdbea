import { residualBand, type Neighbour } from '../../src/roofline/residualBand';
import type { LeftOut } from './crossValidate';
import type { PreparedCase } from './evaluator';

/** A left-out measurement as a neighbour of others. */
export function neighbourOf(one: PreparedCase, phase: Neighbour['phase'], ratio: number): Neighbour {
  return {
    phase,
    bandwidth: one.plan.device.bandwidth,
    weightBytes: one.plan.model.storedBytes,
    batch: one.measured.scenario.workload.concurrency,
    residual: -Math.log(ratio),
  };
}

/** At most `most` of them, spread evenly over their residuals. */
export function evenly(list: readonly Neighbour[], most: number): Neighbour[] {
  const sorted = [...list].sort((a, b) => a.residual - b.residual);
  if (sorted.length <= most) return sorted;
  const out: Neighbour[] = [];
  for (let step = 0; step < most; step += 1) {
    const one = sorted[Math.floor(((step + 0.5) / most) * sorted.length)];
    if (one) out.push(one);
  }
  return out;
}

/**
 * Share of left-out rows that lie in the band which the neighbours on all other devices of their group give, each device
 * weighing alike. NaN where no group has two devices.
 */
export function coverage(rows: readonly LeftOut[], groupOf: (one: PreparedCase) => string): number {
  const groups = new Map<string, Map<string, Neighbour[]>>();
  for (const { one, ratio } of rows) {
    const devices = groups.get(groupOf(one)) ?? new Map<string, Neighbour[]>();
    groups.set(groupOf(one), devices);
    const list = devices.get(one.measured.hardware) ?? [];
    devices.set(one.measured.hardware, list);
    list.push(neighbourOf(one, one.measured.metric === 'prefill' ? 'prefill' : 'decode', ratio));
  }
  const shares: number[] = [];
  for (const devices of groups.values()) {
    for (const [device, own] of devices) {
      const others = [...devices]
        .filter(([other]) => other !== device)
        .flatMap(([, list]) => evenly(list, 8));
      let inside = 0;
      for (const row of own) {
        const band = residualBand(others, devices.size - 1, row);
        if (band && row.residual >= Math.log(band.p10) && row.residual <= Math.log(band.p90)) inside += 1;
      }
      if (others.length > 0) shares.push(inside / own.length);
    }
  }
  return shares.length === 0 ? NaN : shares.reduce((total, share) => total + share, 0) / shares.length;
}
