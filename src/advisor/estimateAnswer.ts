import type { Estimate, Term } from '../roofline/estimate';
import type { Scenario } from '../roofline/scenario';
import type { Band, Warning } from '../units/quantities';
import type { ScenarioSummary } from './advice';
import { summarise } from './buildScenario';

/** `estimate` of the contract: the scenario as understood and the engine's answer. */
export type EstimateAnswer = { schema: 1; scenario: ScenarioSummary } & Omit<
  Estimate,
  'terms' | 'concurrency' | 'sampling' | 'latency' | 'throughput'
> & {
    latency: Omit<Estimate['latency'], 'interToken'> & { interToken: Band | null };
    throughput: Omit<Estimate['throughput'], TokenRate> & Record<TokenRate, number | null>;
    terms?: readonly Term[];
  };

type TokenRate = 'perSequence' | 'total' | 'prefill';

/** Of what makes no tokens: rates of tokens cannot be known, and the time between them neither. */
const NO_TOKENS: Warning = {
  code: 'no-tokens',
  message:
    'This model makes no tokens: interToken and rates of tokens are null, and timeToFirstToken is when everything is there.',
};

/** Sets an estimate out as the contract has it; terms on request, since they are most of its size. */
export function answerEstimate(
  scenario: Scenario,
  result: Estimate,
  options: { techniques: readonly string[]; terms: boolean; warnings?: readonly Warning[] },
): EstimateAnswer {
  const { terms, concurrency, warnings, latency, throughput, sampling, ...rest } = result;
  const whole = withTail(latency);
  return {
    schema: 1,
    // A request rate leads to a concurrency of its own: that one is said.
    scenario: { ...summarise(scenario, options.techniques), concurrency, ...inWords(sampling) },
    ...rest,
    latency: sampling ? { ...whole, interToken: null } : whole,
    throughput: sampling ? { ...throughput, perSequence: null, total: null, prefill: null } : throughput,
    ...(options.terms ? { terms } : {}),
    warnings: [...(options.warnings ?? []), ...warnings, ...(sampling ? [NO_TOKENS] : [])],
  };
}

function inWords(
  sampling: Estimate['sampling'],
): Pick<ScenarioSummary, 'steps' | 'size' | 'frames' | 'guidance'> {
  if (!sampling) return {};
  const { steps, width, height, frames, guidance } = sampling;
  return { steps, size: `${width}x${height}`, frames, guidance };
}

/** An estimate inside a larger answer, without its terms. */
export function withoutTerms(result: Estimate): Omit<Estimate, 'terms'> {
  const { terms: _, ...rest } = result;
  return { ...rest, latency: withTail(rest.latency) };
}

/** In a closed loop all requests are alike: their spread is none, and each percentile is the mean. */
function withTail(latency: Estimate['latency']): Estimate['latency'] {
  const { endToEnd, timeToFirstToken, tail } = latency;
  return {
    ...latency,
    tail: {
      endToEnd: tail.endToEnd ?? { p90: endToEnd.p50, p99: endToEnd.p50 },
      timeToFirstToken: tail.timeToFirstToken ?? { p90: timeToFirstToken.p50, p99: timeToFirstToken.p50 },
    },
  };
}
