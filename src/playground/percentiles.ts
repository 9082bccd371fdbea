import type { Seconds } from '../units/quantities';
import type { Percentiles } from './childProtocol';

/** The value below which `share` of the sorted samples lie, interpolated between neighbours (Hyndman and Fan 1996, type 7). */
export function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const below = Math.floor(at);
  const low = sorted[below];
  if (low === undefined)
    throw new RangeError('a quantile needs at least one sample and a share between 0 and 1');
  return low + (at - below) * ((sorted[below + 1] ?? low) - low);
}

/** Median, 95th and 99th percentile of at least one sample. */
export function percentiles(samples: readonly Seconds[]): Percentiles {
  const sorted = [...samples].sort((a, b) => a - b);
  return { p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), p99: quantile(sorted, 0.99) };
}
