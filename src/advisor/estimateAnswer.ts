import type { Estimate, Term } from '../roofline/estimate';
import type { Scenario } from '../roofline/scenario';
import { busyShare } from '../roofline/steadyState';
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
    /** Joules an output token (a picture, an input, where no tokens are made), every device at its full power while it has something to do: a ceiling. Absent where the device's power is not known. */
    energy?: { joulesPerToken: number | null; joulesPerRequest: number };
    terms?: readonly Term[];
  };

type TokenRate = 'perSequence' | 'total' | 'prefill';

/** Of what makes no tokens: rates of tokens cannot be known, and the time between them neither. */
const NO_TOKENS: Warning = {
  code: 'no-tokens',
  message:
    'This model makes no tokens: interToken and rates of output tokens are null, and timeToFirstToken is when everything is there.',
};

/** Sets an estimate out as the contract has it; terms on request, since they are most of its size. */
export function answerEstimate(
  scenario: Scenario,
  result: Estimate,
  options: { techniques: readonly string[]; terms: boolean; warnings?: readonly Warning[] },
): EstimateAnswer {
  const { terms, concurrency, warnings, latency, throughput, sampling, ...rest } = result;
  const whole = withTail(latency);
  const tokens = !sampling && throughput.sequences === undefined;
  return {
    schema: 1,
    // A request rate leads to a concurrency of its own: that one is said.
    scenario: { ...summarise(scenario, options.techniques), concurrency, ...inWords(sampling) },
    ...rest,
    latency: tokens ? whole : { ...whole, interToken: null },
    throughput: tokens
      ? throughput
      : { ...throughput, perSequence: null, total: null, prefill: sampling ? null : throughput.prefill },
    ...energyOf(scenario, result),
    ...(options.terms ? { terms } : {}),
    warnings: [...(options.warnings ?? []), ...warnings, ...(tokens ? [] : [NO_TOKENS])],
  };
}

/** A request's share of the devices' time, at their full power. */
function energyOf(
  { device, devices, setup, workload }: Scenario,
  result: Estimate,
): Pick<EstimateAnswer, 'energy'> {
  if (device.power === undefined) return {};
  const { throughput, latency, concurrency } = result;
  const requests =
    throughput.images ??
    throughput.videos ??
    throughput.sequences ??
    (workload.requestRate === null
      ? concurrency / latency.endToEnd.p50
      : throughput.total / Math.max(1, workload.outputTokens));
  const busy = workload.requestRate === null ? 1 : busyShare(concurrency, setup.parallelism.data);
  const joulesPerRequest = (device.power * devices * busy) / requests;
  const generates = throughput.total > 0;
  return {
    energy: { joulesPerToken: generates ? joulesPerRequest / workload.outputTokens : null, joulesPerRequest },
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
      ...(tail.interToken ? { interToken: tail.interToken } : {}),
      timeToFirstToken: tail.timeToFirstToken ?? { p90: timeToFirstToken.p50, p99: timeToFirstToken.p50 },
    },
  };
}
