import type { Question } from './selector';

/**
 * Share of the baseline's time, as the metric counts it, that goes to terms of some names (the part of a term's id after its phase); null:
 * to the prefill as a whole. Time to first token is a prefill, time between tokens a decode step, the whole request one prefill and a
 * step for each further token.
 */
export function shareOfTime({ baseline, metric, before }: Question, names: readonly string[] | null): number {
  const prefillWeight = metric === 'timeToFirstToken' || metric === 'endToEnd' ? 1 : 0;
  const decodeWeight =
    metric === 'timeToFirstToken'
      ? 0
      : metric === 'endToEnd'
        ? Math.max(0, before.workload.outputTokens - 1)
        : 1;
  let total = 0;
  let own = 0;
  for (const term of baseline.terms) {
    const at = term.id.indexOf('.');
    const phase = term.id.slice(0, at);
    const seconds = term.seconds * (phase === 'prefill' ? prefillWeight : decodeWeight);
    total += seconds;
    if (names === null ? phase === 'prefill' : names.includes(term.id.slice(at + 1))) own += seconds;
  }
  return total > 0 ? own / total : 0;
}
