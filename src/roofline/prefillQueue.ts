import { cachedPromptTokens } from './cachedPrompt';
import type { Seconds } from '../units/quantities';
import { prefillTime, type Plan, type PrefillTime } from './phase';

/** Prompts that wait for devices of their own, in means of one request. */
export interface PrefillQueue {
  /** Prompts of a step, each replica; what they take together without the fixed cost of a request. */
  batch: number;
  prefill: PrefillTime;
  seconds: Seconds;
  /** Until a step with room for the prompt begins. */
  wait: Seconds;
  /** Share of the time in which a replica computes. */
  busy: number;
  /** Requests a second, over all replicas, that could be served for ever. */
  servable: number;
}

/** So near to what can be served, queues are those of what cannot: they grow without end. */
const BRINK = 0.999;

/**
 * Prompts arrive at random, `rate` a second over all replicas, and nothing else runs there. A step takes as many as wait, up to what the
 * engine lets into one (`stepTokens`): as few as keep up with the rate. One that finds a step under way waits for half of it on
 * average, and for those before it: busy × T / 2 / (1 − ρ), ρ the share of the most that can be served. Of one prompt a step that is the
 * mean wait of an M/D/1 queue (Pollaczek and Khinchine).
 */
export function prefillQueue(plan: Plan, rate: number): PrefillQueue {
  const { data } = plan.placement;
  const shared = cachedPromptTokens(plan.scenario, plan.lengths.prompt);
  const fresh = Math.max(1, plan.lengths.prompt - shared);
  const most = Math.max(1, Math.min(Math.floor(plan.stepTokens / fresh), plan.scenario.setup.maxSequences));
  const timeOf = (batch: number): { prefill: PrefillTime; seconds: Seconds } => {
    const prefill = prefillTime(plan, batch * data, fresh, shared);
    return { prefill, seconds: prefill.seconds - prefill.requestSeconds };
  };
  const servable = Math.max(1 / timeOf(1).seconds, most / timeOf(most).seconds);
  const here = Math.min(rate / data, BRINK * servable);
  // The more share a step, the more a second: the fewest that keep up are found by halving.
  let low = 1;
  let high = most;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (middle / timeOf(middle).seconds >= here) high = middle;
    else low = middle + 1;
  }
  const found = timeOf(low);
  const busy = Math.min(1, (here * found.seconds) / low);
  return {
    batch: low,
    ...found,
    wait: (busy * found.seconds) / 2 / (1 - here / servable),
    busy,
    servable: servable * data,
  };
}
