import { cachedPromptTokens } from './cachedPrompt';
import type { Seconds } from '../units/quantities';
import { decodeStep, prefillTime, type Plan } from './phase';
import { gapWithin, piecesInAStep, promptPieces, type Interruption } from './promptPieces';

/** Share of the time in which a replica has something to do, when requests arrive at random and `concurrency` are in flight over all. */
export function busyShare(concurrency: number, replicas: number): number {
  return 1 - Math.exp(-concurrency / replicas);
}

/** What a request rate leads to, in means of one request. */
export interface SteadyState {
  /** Requests in flight over all replicas, by Little's law: those whose prompt is computed and those that decode. Below 1 where they seldom meet. */
  concurrency: number;
  /** Sequences of a decode step over all replicas; at least one each. */
  batch: number;
  timeToFirstToken: Seconds;
  interToken: Seconds;
  endToEnd: Seconds;
  /** What `timeToFirstToken` is made of besides the fixed cost of a request. */
  first: {
    /** Half of the step under way, the steps that the prompt rides in, and prompts of others that arrived before. */
    underWay: Seconds;
    ridden: Seconds;
    queue: Seconds;
    /** What the own prompt adds to steps that run anyhow. */
    own: Seconds;
  };
  /** What prompts of others add to a pass of decode, on average. */
  interruption: Seconds;
  tail: {
    /** Of the gaps between tokens: a pass that prompts ride in is as long as these make it. */
    interToken: { p90: Seconds; p99: Seconds };
    endToEnd: { p90: Seconds; p99: Seconds };
    timeToFirstToken: { p90: Seconds; p99: Seconds };
  };
  /** Requests a second that can be served for ever; the rate asked for is at or above it where `overloaded`. */
  servable: number;
  overloaded: boolean;
}

const ITERATIONS = 24;

/**
 * Steady state under a request rate λ (a replica's share of it). Decode steps of b sequences take d(b); a request's prefill adds
 * P to the step that it rides in, so a step takes d(b) / (1 − λ P) on average, and by Little's law b = λ × output × that.
 * A request waits for the step under way, for its own prefill, and behind others that arrived with it (ρ / (1 − ρ) of a
 * prefill: random arrivals).
 */
export function steadyState(plan: Plan, rate: number, most: number): SteadyState {
  const { data } = plan.placement;
  const perReplica = rate / data;
  const mostHere = Math.max(1, Math.floor(most / data));
  const output = Math.max(1, plan.lengths.output);
  const speculation = plan.scenario.modifiers.speculation;
  const emitted = speculation?.tokensPerPass ?? 1;
  const own = ownPrefill(plan);
  const tokenTime = (batch: number): Seconds => passSeconds(plan, Math.max(1, batch) * data) / emitted;
  const capacity = servableRate(own, tokenTime(mostHere), output, mostHere);
  const overloaded = perReplica >= capacity;
  const effective = overloaded ? capacity * 0.999 : perReplica;
  const busy = Math.min(0.999, effective * own);
  const slowed = (batch: number): Seconds => tokenTime(batch) / (1 - busy);
  const batch = settle((guess) => effective * output * slowed(guess), mostHere);
  const interToken = slowed(batch);
  const running = interToken * emitted;
  const queue = (busy / (1 - busy)) * own * 0.5;
  const pass = tokenTime(batch) * emitted;
  const fresh = Math.max(1, plan.lengths.prompt - cached(plan));
  const pieces = promptPieces(plan, fresh);
  // Each piece of a prompt rides in a step of its own.
  const ridden = pass * pieces;
  // Half a step is waited for on average, then the steps with the own prompt in them run.
  const timeToFirstToken = running / 2 + ridden + own + queue + plan.calibration.constants.requestSeconds;
  const endToEnd = timeToFirstToken + (output - 1) * interToken;
  const gaps: Interruption = {
    pass,
    meanPass: running,
    rate: effective,
    pieces,
    piece: own / pieces,
    most: piecesInAStep(plan, fresh, pieces),
  };
  const spread = running / 2 + queue + own * 0.5;
  return {
    concurrency: Math.min(effective * endToEnd, mostHere) * data,
    batch: Math.max(1, batch) * data,
    first: { underWay: running / 2, ridden, queue, own },
    interruption: running - pass,
    timeToFirstToken,
    interToken,
    endToEnd,
    tail: {
      interToken: { p90: gapWithin(gaps, 0.9) / emitted, p99: gapWithin(gaps, 0.99) / emitted },
      timeToFirstToken: { p90: timeToFirstToken + 1.3 * spread, p99: timeToFirstToken + 3.6 * spread },
      endToEnd: { p90: endToEnd * 1.08 + 1.3 * spread, p99: endToEnd * 1.2 + 3.6 * spread },
    },
    servable: capacity * data,
    overloaded,
  };
}

/**
 * The batch that Little's law leads to: where `next(batch)`, which grows with the batch, meets the batch itself. False position
 * with the Illinois correction, to 0.1 %.
 */
export function settle(next: (batch: number) => number, most: number): number {
  const first = next(1);
  if (first <= 1) return first;
  if (next(most) >= most) return most;
  let low = 1;
  let high = most;
  let atLow = first - 1;
  let atHigh = next(most) - most;
  let side = 0;
  for (let i = 0; i < ITERATIONS; i += 1) {
    const batch = (low * atHigh - high * atLow) / (atHigh - atLow);
    const at = next(batch) - batch;
    if (Math.abs(at) < 1e-3 * batch) return batch;
    if (at > 0) {
      low = batch;
      atLow = at;
      if (side === 1) atHigh /= 2;
      side = 1;
    } else {
      high = batch;
      atHigh = at;
      if (side === -1) atLow /= 2;
      side = -1;
    }
  }
  return (low + high) / 2;
}

/** Rate at which prefill and decode together fill a replica: λ own + λ output d(B) / B = 1. */
function servableRate(own: Seconds, tokenTime: Seconds, output: number, most: number): number {
  return 1 / (own + (output * tokenTime) / most);
}

/**
 * What one request's prefill adds to the step that it rides in: the weights stream once for both, and the launches are there
 * already, so a plain step of one sequence is taken off.
 */
function ownPrefill(plan: Plan): Seconds {
  const prompt = Math.max(1, plan.lengths.prompt - cached(plan));
  const alone = prefillTime(plan, 1, prompt, cached(plan));
  const busy = alone.seconds - alone.requestSeconds;
  const shared = decodeStep(plan, 1, 1, plan.lengths.prompt, plan.lengths.prompt).seconds;
  return Math.max(0.1 * busy, busy - shared * alone.steps);
}

function cached(plan: Plan): number {
  return cachedPromptTokens(plan.scenario, plan.lengths.prompt);
}

/** Seconds of one pass of `batch` sequences at mean context, drafting included. */
export function passSeconds(plan: Plan, batch: number): Seconds {
  const { prompt, output } = plan.lengths;
  const speculation = plan.scenario.modifiers.speculation;
  if (!speculation) return decodeStep(plan, batch, 1, prompt, prompt + Math.max(0, output - 1)).seconds;
  const verify = decodeStep(
    plan,
    batch,
    1 + speculation.draftTokens,
    prompt,
    prompt + Math.max(0, output - 1),
  ).seconds;
  const plain = decodeStep(plan, batch, 1, prompt, prompt + Math.max(0, output - 1)).seconds;
  return verify + speculation.draftCost * plain;
}
