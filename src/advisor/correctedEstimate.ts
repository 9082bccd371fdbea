import type { Estimate } from '../roofline/estimate';
import type { Band } from '../units/quantities';

/**
 * The engine's answer after a technique, brought into line with the gain that is told: what the selector corrected in the ratio holds for the
 * times too, so that after over before is the speed-up on the same page. Memory and terms stay the engine's own.
 * @param factor told gain over the engine's own gain; above 1: faster than physics alone says.
 */
export function correctedEstimate(after: Estimate, factor: number): Estimate {
  if (!(factor > 0) || !Number.isFinite(factor)) return after;
  const faster = ({ p10, p50, p90 }: Band): Band => ({
    p10: p10 / factor,
    p50: p50 / factor,
    p90: p90 / factor,
  });
  const tail = (spread: { p90: number; p99: number } | null) =>
    spread && { p90: spread.p90 / factor, p99: spread.p99 / factor };
  const { latency, throughput } = after;
  return {
    ...after,
    latency: {
      timeToFirstToken: faster(latency.timeToFirstToken),
      interToken: faster(latency.interToken),
      endToEnd: faster(latency.endToEnd),
      tail: { endToEnd: tail(latency.tail.endToEnd), timeToFirstToken: tail(latency.tail.timeToFirstToken) },
    },
    throughput: {
      perSequence: throughput.perSequence * factor,
      total: throughput.total * factor,
      prefill: throughput.prefill * factor,
      ...(throughput.images === undefined ? {} : { images: throughput.images * factor }),
      ...(throughput.videos === undefined ? {} : { videos: throughput.videos * factor }),
      ...(throughput.sequences === undefined ? {} : { sequences: throughput.sequences * factor }),
    },
  };
}
