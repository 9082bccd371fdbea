import type { Device } from '../hardware/device';
import type { Estimate } from '../roofline/estimate';
import type { RatioMetric } from '../selector/selector';
import type { DollarsPerMillionTokens } from '../units/quantities';
import type { Goal } from '../workload/workload';

/** The metric that recommendations are measured in under a goal. Memory and cost rank by their own change, see `rank.ts`. */
export const METRIC_OF: Record<Goal, RatioMetric> = {
  latency: 'endToEnd',
  throughput: 'throughput',
  memory: 'endToEnd',
  cost: 'throughput',
};

/** How much better `after` is than `before`: above 1 is a gain, whatever the metric. */
export function gain(metric: RatioMetric, before: Estimate, after: Estimate): number {
  switch (metric) {
    case 'throughput':
      return after.throughput.total / before.throughput.total;
    case 'endToEnd':
      return before.latency.endToEnd.p50 / after.latency.endToEnd.p50;
    case 'interToken':
      return before.latency.interToken.p50 / after.latency.interToken.p50;
    case 'timeToFirstToken':
      return before.latency.timeToFirstToken.p50 / after.latency.timeToFirstToken.p50;
  }
}

/** Price of a million output tokens at the estimate's throughput; null where the device has no public price. */
export function costPerMillionTokens(
  estimate: Estimate,
  device: Device,
  devices: number,
): DollarsPerMillionTokens | null {
  if (!device.price || !(estimate.throughput.total > 0)) return null;
  return ((device.price.dollarsPerHour * devices) / 3600 / estimate.throughput.total) * 1e6;
}
