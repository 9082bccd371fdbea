import type { Term } from './estimate';
import { fixedTerm } from './phaseTerms';
import type { SteadyState } from './steadyState';

/**
 * The summands of a first token under a request rate: what the own prompt adds to steps that run anyhow (`alone`: its terms by
 * itself, of which the weights' pass and the launches are there already), the step it rides in, and what is waited for. They add up to the mean time.
 */
export function steadyFirstTerms({ first }: SteadyState, alone: readonly Term[]): Term[] {
  const busy = alone.reduce((sum, term) => sum + (term.id === REQUEST ? 0 : term.seconds), 0);
  const share = busy > 0 ? first.own / busy : 0;
  return [
    ...alone.map((term) =>
      term.id === REQUEST
        ? term
        : {
            ...term,
            seconds: term.seconds * share,
            formula: `(${term.formula}) × share that a running step does not do anyhow`,
            inputs: { ...term.inputs, share },
          },
    ),
    ...fixedTerm(
      'prefill.ridden',
      first.ridden,
      'decode steps of others that the prompt rides in, one for each piece',
      {},
    ),
    ...fixedTerm('prefill.underWay', first.underWay, 'half of the step that is under way', {}),
    ...fixedTerm(
      'prefill.queue',
      first.queue,
      'ρ / (1 − ρ) × half of a prompt, ρ: share of time with prompts',
      {
        prompt: first.own,
      },
    ),
  ];
}

const REQUEST = 'prefill.request';

/** What a decode step takes longer under a request rate: prompts of others ride in it. */
export function steadyStepTerms({ interruption }: SteadyState): Term[] {
  return fixedTerm(
    'decode.prompts',
    interruption,
    'ρ / (1 − ρ) × step, ρ: share of time with prompts of others',
    {},
  );
}
