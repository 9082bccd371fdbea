import type { Estimate, Term } from '../roofline/estimate';
import type { Scenario } from '../roofline/scenario';
import { formatBytes, formatPercent, formatSeconds } from '../units/format';
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
  const changes = termChanges(before, candidate.after, steps);
  const most = changes[0];
  if (most && Math.abs(most.saved) > 0) sentences.push(termSentence(most, before, candidate));
  const passes = candidate.scenario.modifiers.speculation;
  if (passes && !scenario.modifiers.speculation) {
    sentences.push(
      `A pass of the model emits ${passes.tokensPerPass.toFixed(1)} tokens on average in place of one, and verifies ${passes.draftTokens + 1} for each sequence.`,
    );
  }
  const memory = candidate.after.memory.total - before.memory.total;
  if (Math.abs(memory) > 0.01 * before.memory.total) {
    sentences.push(`Memory ${memory < 0 ? 'falls' : 'grows'} by ${formatBytes(Math.abs(memory))}.`);
  }
  if (!before.memory.fits && candidate.after.memory.fits) sentences.push('With it the deployment fits.');
  return sentences.slice(0, 3).join(' ');
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

function termSentence(change: Change, before: Estimate, candidate: Candidate): string {
  const phase = change.phase === 'prefill' ? 'Prefill' : 'A decode step';
  const label = termLabel(change.before ?? change.after);
  const was = change.before?.seconds ?? 0;
  const is = change.after?.seconds ?? 0;
  const total = before.terms
    .filter((term) => phaseOf(term) === change.phase)
    .reduce((sum, term) => sum + term.seconds, 0);
  const share = total > 0 ? was / total : 0;
  const bytes =
    change.before && change.after && change.before.bytes > 0 && change.after.bytes !== change.before.bytes
      ? ` (${formatBytes(change.before.bytes)} become ${formatBytes(change.after.bytes)})`
      : '';
  const spent =
    share > NOTABLE_SHARE
      ? `spends ${formatPercent(share)} of its time on ${label}`
      : `waits little for ${label}`;
  const names = candidate.techniques.map((technique) => technique.title).join(' with ');
  return `${phase} ${spent}: ${formatSeconds(was)}, ${formatSeconds(is)} with ${names}${bytes}.`;
}

/** `decode.feedForward.weights` → `feed-forward weights`. */
function termLabel(term: Term | undefined): string {
  const words = (term?.id ?? '').split('.').slice(1).join(' ');
  return words.replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase() || 'the step';
}
