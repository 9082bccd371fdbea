import type { Decision } from './advice';
import type { Candidate } from './candidates';

/** A candidate in its place in the ranking, with the command that measures it. */
export interface RankedCandidate {
  candidate: Candidate;
  benchmark: string | null;
}

/**
 * Where a candidate's band overlaps that of the next in rank, the two runs that decide between them, as one command: both give times, and
 * the ratio of the two needs no third run of the deployment as it is. Null where the bands are apart, where the goal is bytes, which have
 * no band, or where there is no tool or nothing that tells the two apart in it.
 */
export function decisionAt(ranked: readonly RankedCandidate[], index: number): Decision | null {
  const here = ranked[index];
  const next = ranked[index + 1];
  if (!here?.benchmark || !next?.benchmark || here.benchmark === next.benchmark) return null;
  const [a, b] = [here.candidate.speedup, next.candidate.speedup];
  if (a.p10 >= b.p90 || b.p10 >= a.p90) return null;
  return {
    against: next.candidate.techniques.map((technique) => technique.id),
    title: next.candidate.techniques.map((technique) => technique.title).join(' + '),
    command: `${here.benchmark} && ${next.benchmark}`,
  };
}
