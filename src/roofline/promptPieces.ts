import type { Seconds } from '../units/quantities';
import type { Plan } from './phase';
import type { Scenario } from './scenario';

/**
 * Whether a prompt goes through in one step, however long: where tokens see those after them, and where the engine is told not to cut
 * prompts. vLLM then leaves a prompt waiting that has not all its room in a step (vllm/v1/core/sched/scheduler.py, schedule); llama.cpp always cuts.
 */
export function wholePrompts({ model, setup }: Scenario): boolean {
  return model.kind === 'encoder' || isUncut(setup);
}

export function isUncut({ chunkedPrefill, engine }: Scenario['setup']): boolean {
  return !chunkedPrefill && engine !== 'llama.cpp';
}

/** Steps over which the engine spreads the prefill of `fresh` tokens: each shares its step with the sequences that decode. */
export function promptPieces(plan: Plan, fresh: number): number {
  return wholePrompts(plan.scenario) ? 1 : Math.max(1, Math.ceil(fresh / plan.stepTokens));
}

/** What prompts do to the gap between two tokens of a sequence. */
export interface Interruption {
  /** A pass without any prompt in it, and on average. */
  pass: Seconds;
  meanPass: Seconds;
  /** Prompts a second, the pieces of one, and what each adds to its step. */
  rate: number;
  pieces: number;
  piece: Seconds;
  /** Pieces that a step takes at the most. */
  most: number;
}

/** Of a standard normal distribution, what these shares lie below. */
const NORMAL = { 0.5: 0, 0.9: 1.2816, 0.99: 2.3263 } as const;

/** From this mean on a Poisson distribution's quantiles are the normal one's to within one piece, and its smallest probabilities no numbers. */
const MANY = 100;

/**
 * The gap between passes that a share of them stays within: prompts arrive at random (Poisson), so the pieces that ride in one step are
 * λ × pieces × gap on average, and a step takes no more than it has room for.
 */
export function gapWithin(
  { pass, meanPass, rate, pieces, piece, most }: Interruption,
  share: keyof typeof NORMAL,
): Seconds {
  const mean = rate * pieces * meanPass;
  const count =
    mean < MANY ? poissonQuantile(mean, share) : Math.ceil(mean + NORMAL[share] * Math.sqrt(mean));
  return pass + Math.min(count, most) * piece;
}

/** The least count that at least a share of the draws stays within; for means below `MANY`. */
function poissonQuantile(mean: number, share: number): number {
  let count = 0;
  let probability = Math.exp(-mean);
  let below = probability;
  while (below < share && count < 3 * MANY) {
    count += 1;
    probability *= mean / count;
    below += probability;
  }
  return count;
}

/** Pieces of prompts that have room in one step. */
export function piecesInAStep(plan: Plan, fresh: number, pieces: number): number {
  return Math.max(1, Math.floor(plan.stepTokens / (fresh / pieces)));
}
