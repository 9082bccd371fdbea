import type { Engine } from '../deployment/engine';
import type { Bytes, Seconds } from '../units/quantities';
import { cacheTransfer, type CacheTransfer, type PoolLink } from './cacheTransfer';
import type { MemoryEstimate } from './estimate';
import { memoryEstimate } from './memoryEstimate';
import { decodeStep, prefillTime, type Plan, type PrefillTime } from './phase';
import { cachedPromptTokens } from './cachedPrompt';
import { prefillQueue } from './prefillQueue';
import { passSeconds, settle } from './steadyState';
import type { StepTime } from './stepTime';
import { usableMemory } from './usableMemory';

/** Two pools of devices that serve one model: prompts are computed in one, answers in the other. */
export interface Pools {
  prefill: Plan;
  decode: Plan;
  link: PoolLink;
}

/** What a request passes on its way to the first token, and how fast tokens follow. */
export interface PoolTimes {
  prefill: PrefillTime;
  queue: Seconds;
  transfer: CacheTransfer;
  /** Caches that end their way together, what they take, and what is waited for others before. */
  caches: number;
  transferSeconds: Seconds;
  transferQueue: Seconds;
  /** The pass of the decode pool in which the first token comes, and the one under way before it; 0 where the prompts' pool gives the token. */
  firstPass: Seconds;
  firstPassWait: Seconds;
  /** Of asking the second pool after the first. */
  secondRequest: Seconds;
  /** One pass of the decode pool: its verifying step and the drafts. */
  verify: StepTime;
  pass: Seconds;
  /** Sequences of a pass over all replicas, and in flight over both pools. */
  batch: number;
  concurrency: number;
  /** Requests a second that are answered; null in a closed loop. */
  served: number | null;
  load: PoolLoad;
}

/** What each part is asked for, as a share of what it could serve for ever, and that in requests a second; null in a closed loop. */
export interface PoolLoad {
  share: { prefill: number; link: number; decode: number } | null;
  servable: { prefill: number; link: number; decode: number } | null;
  overloaded: boolean;
}

/**
 * Whose first token comes from the decode pool: vLLM's takes over all of the prompt's cache but the last token and computes that one
 * (vllm/v1/core/sched/scheduler.py, _update_waiting_for_remote_kv), and its proxies ask it when the first pool has answered
 * (docs.vllm.ai, features/disagg_prefill). SGLang and TensorRT-LLM hand the first token on with the cache.
 */
const FIRST_TOKEN_FROM_DECODE: ReadonlySet<Engine> = new Set<Engine>(['vllm']);

/** Of a rate that cannot be served: latencies are those at this share of what can. Nearer to it queues say only how near. */
export const OVERLOAD_SHARE = 0.95;

/** `rate` requests a second for ever; `most` sequences have room in the decode pool. */
export function steadyPools(pools: Pools, rate: number, most: number): PoolTimes {
  const { prefill, decode } = pools;
  const output = Math.max(1, decode.lengths.output);
  const { data } = decode.placement;
  const mostHere = Math.max(1, Math.floor(most / data));
  const emitted = decode.scenario.modifiers.speculation?.tokensPerPass ?? 1;
  const tokenTime = (batch: number): Seconds => passSeconds(decode, Math.max(1, batch) * data) / emitted;
  const transfer = cacheTransfer(prefill, decode, pools.link);
  const servable = {
    prefill: prefillQueue(prefill, rate).servable,
    link: prefill.placement.data / transfer.seconds,
    decode: (mostHere / (output * tokenTime(mostHere))) * data,
  };
  const least = Math.min(servable.prefill, servable.link, servable.decode);
  const overloaded = rate >= least;
  const served = overloaded ? OVERLOAD_SHARE * least : rate;
  const prompts = prefillQueue(prefill, served);
  const batch = settle((guess) => (served / data) * output * tokenTime(guess), mostHere);
  const pass = tokenTime(batch) * emitted;
  const first = firstToken(pools, pass);
  const linkShare = served / servable.link;
  const times = {
    prefill: prompts.prefill,
    queue: prompts.wait,
    transfer,
    caches: 1,
    transferSeconds: transfer.seconds,
    // Transfers of a replica follow each other, each as long as the last: an M/D/1 queue.
    transferQueue: (linkShare * transfer.seconds) / 2 / (1 - linkShare),
    ...first,
    pass,
    verify: verifyStep(decode, Math.max(1, batch) * data),
    batch: Math.max(1, batch) * data,
  };
  const whole = timeToFirstToken(times) + (output - 1) * tokenTime(batch);
  return {
    ...times,
    concurrency: served * whole,
    served,
    load: {
      share: {
        prefill: rate / servable.prefill,
        link: rate / servable.link,
        decode: rate / servable.decode,
      },
      servable,
      overloaded,
    },
  };
}

/** `concurrency` prompts together, each cache sent when its step is done, then all answers together. */
export function closedPools(pools: Pools, concurrency: number): PoolTimes {
  const { prefill: plan, decode } = pools;
  const shared = cachedPromptTokens(plan.scenario, plan.lengths.prompt);
  const prefill = prefillTime(plan, concurrency, Math.max(1, plan.lengths.prompt - shared), shared);
  const transfer = cacheTransfer(plan, decode, pools.link);
  const here = Math.ceil(concurrency / plan.placement.data);
  // A cache goes when its prompt is done: those of earlier steps cross while later ones are computed.
  const rounds = Math.min(Math.ceil(prefill.steps), here);
  const inARound = (here / rounds) * transfer.seconds;
  const late = Math.max(0, (rounds - 1) * (inARound - (prefill.step.seconds * prefill.times) / rounds));
  const pass = passSeconds(decode, concurrency);
  return {
    prefill,
    queue: 0,
    transfer,
    caches: here / rounds,
    transferSeconds: inARound,
    transferQueue: late,
    ...firstToken(pools, pass),
    firstPassWait: 0,
    pass,
    verify: verifyStep(decode, concurrency),
    batch: concurrency,
    concurrency,
    served: null,
    load: { share: null, servable: null, overloaded: false },
  };
}

/** From the request's arrival until its first token is there. */
export function timeToFirstToken(times: Omit<PoolTimes, 'concurrency' | 'served' | 'load'>): Seconds {
  const { prefill, queue, transferSeconds, transferQueue, firstPass, firstPassWait, secondRequest } = times;
  return (
    prefill.seconds + queue + transferSeconds + transferQueue + firstPass + firstPassWait + secondRequest
  );
}

/** Memory of each pool, and what its engine may claim of a device. */
export function poolMemory(
  { prefill, decode }: Pools,
  times: PoolTimes,
): Record<'prefill' | 'decode', MemoryEstimate & { capacity: Bytes }> {
  const of = (plan: Plan, sequences: number, lengths: Plan['lengths']) => ({
    ...memoryEstimate(plan.scenario, plan.model, plan.placement, lengths, Math.ceil(sequences), []),
    capacity: usableMemory(plan.device) * plan.scenario.setup.memoryFraction,
  });
  const { concurrency, served } = times;
  // A prompt's cache stays in the first pool until it is across.
  const there =
    served === null
      ? concurrency
      : Math.max(1, served * (times.prefill.seconds + times.transferSeconds + times.transferQueue));
  return {
    prefill: of(prefill, there, { ...prefill.lengths, output: 0 }),
    decode: of(decode, served === null ? concurrency : times.batch, decode.lengths),
  };
}

function firstToken(
  { decode }: Pools,
  pass: Seconds,
): Pick<PoolTimes, 'firstPass' | 'firstPassWait' | 'secondRequest'> {
  if (!FIRST_TOKEN_FROM_DECODE.has(decode.scenario.setup.engine))
    return { firstPass: 0, firstPassWait: 0, secondRequest: 0 };
  return {
    firstPass: pass,
    firstPassWait: pass / 2,
    secondRequest: decode.calibration.constants.requestSeconds,
  };
}

function verifyStep(plan: Plan, batch: number): StepTime {
  const { prompt, output } = plan.lengths;
  const drafted = plan.scenario.modifiers.speculation?.draftTokens ?? 0;
  return decodeStep(plan, batch, 1 + drafted, prompt, prompt + Math.max(0, output - 1));
}
