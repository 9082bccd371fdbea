import type { Estimate, Term } from '../roofline/estimate';
import type { Scenario } from '../roofline/scenario';
import { formatBytes, formatPercent, formatRatio, formatSeconds, formatSignificant } from '../units/format';
import type { Candidate } from './candidates';

/** Terms below this share of their phase are not worth a sentence. */
const NOTABLE_SHARE = 0.02;

interface Change {
  phase: 'prefill' | 'decode';
  before: Term | undefined;
  after: Term | undefined;
  saved: number;
}

/**
 * Two sentences with this scenario's own numbers: what the technique does to the term of the sum that it changes most, and what memory it
 * frees or takes.
 */
export function explainGain(scenario: Scenario, before: Estimate, candidate: Candidate): string {
  const steps = Math.max(0, scenario.workload.outputTokens - 1);
  const sentences: string[] = [];
  const speculates =
    candidate.scenario.modifiers.speculation !== null && scenario.modifiers.speculation === null;
  if (speculates) sentences.push(passSentence(before, candidate));
  // A pass that verifies several tokens is another step altogether: its terms do not compare one by one.
  const changes = termChanges(before, candidate.after, steps).filter(
    (change) => !speculates || change.phase === 'prefill',
  );
  const most = changes[0];
  if (most && isNotable(most, before, steps)) sentences.push(termSentence(most, before));
  const memory = candidate.after.memory.total - before.memory.total;
  if (Math.abs(memory) > 0.01 * before.memory.total) {
    sentences.push(`Memory ${memory < 0 ? 'falls' : 'grows'} by ${formatBytes(Math.abs(memory))}.`);
  }
  if (!before.memory.fits && candidate.after.memory.fits) sentences.push('With it the deployment fits.');
  if (sentences.length === 0) sentences.push(wholeSentence(before, candidate));
  return sentences.join(' ');
}

/** Where no single term tells it: what physics alone expects, and what measurements make of that. */
function wholeSentence(before: Estimate, candidate: Candidate): string {
  const was = before.latency.endToEnd.p50;
  const is = candidate.after.latency.endToEnd.p50;
  return `By physics alone the answer takes ${formatSeconds(is)} in place of ${formatSeconds(was)}; by what was measured in such cases the gain is ${formatRatio(candidate.speedup.p50)}.`;
}

/** A change below a hundredth of the whole answer explains nothing. */
function isNotable(change: Change, before: Estimate, steps: number): boolean {
  const whole = secondsOf(before, 'prefill') + steps * secondsOf(before, 'decode');
  return Math.abs(change.saved) > 0.01 * whole;
}

function secondsOf(estimate: Estimate, phase: Change['phase']): number {
  return estimate.terms
    .filter((term) => phaseOf(term) === phase)
    .reduce((sum, term) => sum + term.seconds, 0);
}

function passSentence(before: Estimate, candidate: Candidate): string {
  const speculation = candidate.scenario.modifiers.speculation;
  const pass = secondsOf(candidate.after, 'decode');
  const step = secondsOf(before, 'decode');
  const tokens = speculation?.tokensPerPass ?? 1;
  const drafted = formatSignificant(speculation?.draftTokens ?? 0);
  return `A pass drafts and verifies ${drafted} tokens in ${formatSeconds(pass)} and keeps ${tokens.toFixed(1)} on average: ${formatSeconds(pass / tokens)} a token, where a plain step takes ${formatSeconds(step)}.`;
}

function phaseOf(term: Term): 'prefill' | 'decode' {
  return term.id.startsWith('prefill') ? 'prefill' : 'decode';
}

function termChanges(before: Estimate, after: Estimate, decodeSteps: number): Change[] {
  const ids = new Set([...before.terms, ...after.terms].map((term) => term.id));
  return [...ids]
    .map((id) => {
      const was = before.terms.find((term) => term.id === id);
      const is = after.terms.find((term) => term.id === id);
      const phase = phaseOf((was ?? is) as Term);
      const weight = phase === 'decode' ? decodeSteps : 1;
      return { phase, before: was, after: is, saved: ((was?.seconds ?? 0) - (is?.seconds ?? 0)) * weight };
    })
    .sort((a, b) => Math.abs(b.saved) - Math.abs(a.saved));
}

function termSentence(change: Change, before: Estimate): string {
  const phase = change.phase === 'prefill' ? 'Prefill' : 'A decode step';
  const label = termLabel(change.before ?? change.after);
  const was = change.before?.seconds ?? 0;
  const is = change.after?.seconds ?? 0;
  const share = was / secondsOf(before, change.phase);
  const bytes =
    change.before && change.after && change.before.bytes > 0 && change.after.bytes !== change.before.bytes
      ? ` (${formatBytes(change.before.bytes)} become ${formatBytes(change.after.bytes)})`
      : '';
  if (share > NOTABLE_SHARE)
    return `${phase} spends ${formatPercent(share)} of its time on ${label}: ${formatSeconds(was)}, then ${formatSeconds(is)}${bytes}.`;
  return was > 0
    ? `${phase} takes ${formatSeconds(is)} for ${label}, in place of ${formatSeconds(was)}${bytes}.`
    : `${phase} takes ${formatSeconds(is)} more, for ${label}.`;
}

/** `decode.feedForward.weights` → `feed-forward weights`. */
function termLabel(term: Term | undefined): string {
  const words = (term?.id ?? '').split('.').slice(1).join(' ');
  return words.replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase() || 'the step';
}
