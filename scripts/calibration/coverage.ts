import { residualBand, type Neighbour } from '../../src/roofline/residualBand';
import type { LeftOut } from './crossValidate';
import type { PreparedCase } from './evaluator';

/** A measurement as a neighbour of others: estimated over measured with its device left out of the fit, and with its model left out. */
export function neighbourOf(one: PreparedCase, ratio: number, seenRatio: number): Neighbour {
  return {
    phase: one.measured.metric === 'prefill' ? 'prefill' : 'decode',
    device: one.plan.device.id,
    bandwidth: one.plan.device.bandwidth,
    weightBytes: one.plan.model.storedBytes,
    batch: one.measured.scenario.workload.concurrency,
    residual: -Math.log(ratio),
    seen: -Math.log(seenRatio),
  };
}

/** At most `most` of them, spread evenly over their residuals on a device that is known. */
export function evenly(list: readonly Neighbour[], most: number): Neighbour[] {
  const sorted = [...list].sort((a, b) => a.seen - b.seen);
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
    list.push(neighbourOf(one, ratio, ratio));
  }
  const shares: number[] = [];
  for (const devices of groups.values()) {
    for (const [device, own] of devices) {
      const others = [...devices]
        .filter(([other]) => other !== device)
        .flatMap(([, list]) => evenly(list, 8));
      let inside = 0;
      for (const row of own) {
        // The files know some devices by several names: none of them is to pass for a measured one here.
        const band = residualBand(others, devices.size - 1, { ...row, device: '' });
        if (band && row.residual >= Math.log(band.p10) && row.residual <= Math.log(band.p90)) inside += 1;
      }
      if (others.length > 0) shares.push(inside / own.length);
    }
  }
  return mean(shares);
}

/**
 * The same where the device was measured with other models: share of the rows of each model that lie in the band which its device's
 * other models give. Devices with fewer than two models say nothing.
 */
export function coverageOfModels(rows: readonly LeftOut[]): number {
  const devices = new Map<string, LeftOut[]>();
  for (const row of rows) {
    const key = `${row.one.measured.engine}/${row.one.plan.device.id}`;
    devices.set(key, [...(devices.get(key) ?? []), row]);
  }
  const shares: number[] = [];
  for (const own of devices.values()) {
    let inside = 0;
    let asked = 0;
    for (const model of new Set(own.map(({ one }) => one.measured.model))) {
      const others = evenly(
        own
          .filter(({ one }) => one.measured.model !== model)
          .map(({ one, ratio }) => neighbourOf(one, ratio, ratio)),
        8,
      );
      for (const { one, ratio } of own) {
        if (one.measured.model !== model) continue;
        const point = neighbourOf(one, ratio, ratio);
        const band = residualBand(others, 1, point);
        if (!band?.seen) continue;
        asked += 1;
        if (point.residual >= Math.log(band.p10) && point.residual <= Math.log(band.p90)) inside += 1;
      }
    }
    if (asked > 0) shares.push(inside / asked);
  }
  return mean(shares);
}

function mean(shares: readonly number[]): number {
  return shares.length === 0 ? NaN : shares.reduce((total, share) => total + share, 0) / shares.length;
}
