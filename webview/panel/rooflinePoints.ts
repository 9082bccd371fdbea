import type { Estimate } from '../../src/roofline/estimate';
import type { After } from './after';

export interface PlottedPoint {
  label: string;
  phase: 'prefill' | 'decode';
  /** The phase as a whole now, one of its terms, or the phase after the recommendation. */
  kind: 'now' | 'term' | 'after';
  intensity: number;
  attained: number;
  limit: number | null;
  /** Of the whole answer's time; null for terms. */
  share: number | null;
}

const LEAST_TERM_SHARE = 0.05;

/** Everything that the roofline plot shows, the phases first; a point that has no place on logarithmic axes is left out. */
export function rooflinePoints(estimate: Estimate, after: After | null): PlottedPoint[] {
  const points = [
    ...phases(estimate, 'now'),
    ...(after === null ? [] : phases(after.estimate, 'after')),
    ...terms(estimate),
  ];
  return points.filter((point) => point.intensity > 0 && point.attained > 0);
}

function phases(estimate: Estimate, kind: 'now' | 'after'): PlottedPoint[] {
  const { timeToFirstToken, endToEnd } = estimate.latency;
  const prefill = endToEnd.p50 > 0 ? Math.min(1, timeToFirstToken.p50 / endToEnd.p50) : 0;
  const shares = { prefill, decode: 1 - prefill };
  return (['prefill', 'decode'] as const).map((phase) => ({
    label: kind === 'after' ? `${phase}, after` : phase,
    phase,
    kind,
    ...estimate.roofline[phase],
    share: shares[phase],
  }));
}

/** Terms that move bytes and compute, and take their part of the phase's time. */
function terms(estimate: Estimate): PlottedPoint[] {
  return (['prefill', 'decode'] as const).flatMap((phase) => {
    const own = estimate.terms.filter((term) => term.id.startsWith(`${phase}.`));
    const total = own.reduce((sum, term) => sum + term.seconds, 0);
    return own
      .filter((term) => term.seconds > LEAST_TERM_SHARE * total && term.bytes > 0 && term.flop > 0)
      .map((term) => ({
        label: `${phase} · ${term.id.slice(phase.length + 1)}`,
        phase,
        kind: 'term' as const,
        intensity: term.flop / term.bytes,
        attained: term.flop / term.seconds,
        limit: null,
        share: null,
      }));
  });
}
