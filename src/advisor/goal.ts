import type { Device } from '../hardware/device';
import type { Estimate } from '../roofline/estimate';
import type { RatioMetric } from '../selector/selector';
import type { DollarsPerMillionTokens } from '../units/quantities';
import type { Goal } from '../workload/workload';

/** The metric that recommendations are measured in under a goal. Memory ranks by the bytes that are freed (`recommend.ts`). */
export const METRIC_OF: Record<Goal, RatioMetric> = {
  latency: 'endToEnd',
  throughput: 'throughput',
  memory: 'endToEnd',
  cost: 'throughput',
};

/**
 * How much better `after` is than `before`: above 1 is a gain, whatever the metric. Models that generate nothing are compared by prompt
 * tokens a second; 1 where there is nothing to compare.
 */
export function gain(metric: RatioMetric, before: Estimate, after: Estimate): number {
  switch (metric) {
    case 'throughput':
      return ratio(rateOf(after), rateOf(before));
    case 'endToEnd':
    case 'interToken':
    case 'timeToFirstToken':
      return ratio(before.latency[metric].p50, after.latency[metric].p50);
  }
}

/** What the model makes in a second: tokens, pictures, videos, or else what it reads. */
function rateOf({ throughput }: Estimate): number {
  const { total, images, videos, prefill } = throughput;
  return total > 0 ? total : (images ?? videos ?? prefill);
}

function ratio(above: number, below: number): number {
  return above > 0 && below > 0 ? above / below : 1;
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
