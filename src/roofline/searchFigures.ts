import type { Seconds } from '../units/quantities';
import { cachedPromptTokens } from './cachedPrompt';
import { memoryEstimate } from './memoryEstimate';
import { prefillTime, type Plan } from './phase';
import type { Scenario } from './scenario';
import { busyShare, passSeconds, steadyState } from './steadyState';

/** The few numbers that a search compares. */
export interface Figures {
  scenario: Scenario;
  /** What was put on top of the base, by the names that the search was given. */
  techniques: readonly string[];
  timeToFirstToken: Seconds;
  interToken: Seconds;
  endToEnd: Seconds;
  /**
   * Output tokens a second, prefill included; under a request rate the most that could be served, since what is served is the same for
   * all. Prompt tokens a second where nothing is generated.
   */
  throughput: number;
  /** Tokens a second that are really served: what cost and energy are divided by. */
  served: number;
  /** Bytes over all devices. */
  memory: number;
  /** Dollars an hour of all devices; null where the price is not known. */
  dollarsPerHour: number | null;
  /** Dollars for a million output tokens, and joules for one, with every device at its full power while it has something to do; null where not known. */
  dollarsPerMillionTokens: number | null;
  joulesPerToken: number | null;
}

/** Why a scenario is no answer: it does not fit, or `servable` requests a second are all that it serves. */
export type Refused = { refused: 'memory' } | { refused: 'rate'; servable: number };

/**
 * Figures of a scenario that is prepared as `plan`; the plan may be that of another batch, for nothing in it depends on the batch.
 */
export function figuresOf(scenario: Scenario, plan: Plan, techniques: readonly string[]): Figures | Refused {
  const { lengths } = plan;
  const { requestRate, concurrency } = scenario.workload;
  if (requestRate !== null) return steadyFigures(scenario, plan, requestRate, techniques);
  const memory = memoryEstimate(scenario, plan.model, plan.placement, lengths, concurrency, []);
  if (!memory.fits) return { refused: 'memory' };
  const shared = cachedPromptTokens(scenario, lengths.prompt);
  const prompt = Math.max(1, lengths.prompt - shared);
  const timeToFirstToken = prefillTime(plan, concurrency, prompt, shared).seconds;
  const emitted = scenario.modifiers.speculation?.tokensPerPass ?? 1;
  const interToken = lengths.output > 0 ? passSeconds(plan, concurrency) / emitted : 0;
  const endToEnd = timeToFirstToken + Math.max(0, lengths.output - 1) * interToken;
  const throughput = (concurrency * (lengths.output > 0 ? lengths.output : prompt)) / endToEnd;
  return completed(scenario, techniques, {
    timeToFirstToken,
    interToken,
    endToEnd,
    throughput,
    served: throughput,
    memory: memory.total,
  });
}

function steadyFigures(
  scenario: Scenario,
  plan: Plan,
  rate: number,
  techniques: readonly string[],
): Figures | Refused {
  const { lengths, placement } = plan;
  const one = memoryEstimate(scenario, plan.model, placement, lengths, 1, []);
  if (!one.fits) return { refused: 'memory' };
  const most = Math.max(1, Math.min(one.maxConcurrency, scenario.setup.maxSequences * placement.data));
  const steady = steadyState(plan, rate, most);
  if (steady.overloaded) return { refused: 'rate', servable: steady.servable };
  const sequences = Math.max(1, Math.ceil(steady.concurrency));
  const memory = memoryEstimate(scenario, plan.model, placement, lengths, sequences, []);
  if (!memory.fits) return { refused: 'memory' };
  const tokens = Math.max(1, lengths.output);
  return completed(
    scenario,
    techniques,
    {
      timeToFirstToken: steady.timeToFirstToken,
      interToken: lengths.output > 0 ? steady.interToken : 0,
      endToEnd: steady.endToEnd,
      throughput: steady.servable * tokens,
      served: rate * tokens,
      memory: memory.total,
    },
    busyShare(steady.concurrency, placement.data),
  );
}

function completed(
  scenario: Scenario,
  techniques: readonly string[],
  own: Pick<Figures, 'timeToFirstToken' | 'interToken' | 'endToEnd' | 'throughput' | 'served' | 'memory'>,
  busy = 1,
): Figures {
  const { price, power } = scenario.device;
  const dollarsPerHour = price === undefined ? null : price.dollarsPerHour * scenario.devices;
  return {
    scenario,
    techniques,
    ...own,
    dollarsPerHour,
    dollarsPerMillionTokens: dollarsPerHour === null ? null : (dollarsPerHour / 3600 / own.served) * 1e6,
    joulesPerToken: power === undefined ? null : (power * scenario.devices * busy) / own.served,
  };
}
