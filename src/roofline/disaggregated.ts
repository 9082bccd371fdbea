import type { Bytes, Seconds, Warning } from '../units/quantities';
import { formatSignificant } from '../units/format';
import { cachedPromptTokens } from './cachedPrompt';
import type { PoolLink } from './cacheTransfer';
import { shippedCalibration, type Calibration } from './calibration';
import {
  closedPools,
  OVERLOAD_SHARE,
  poolMemory,
  steadyPools,
  timeToFirstToken,
  type PoolTimes,
  type Pools,
} from './disaggregatedPools';
import type { Engine } from '../deployment/engine';
import type { Estimate, MemoryEstimate, Term } from './estimate';
import { boundOf, planOf, prefillTerms, rooflinePoint } from './estimateScenario';
import { physicsBand } from './fleetEstimate';
import { memoryEstimate } from './memoryEstimate';
import type { Plan } from './phase';
import { fixedTerm, phaseTerms } from './phaseTerms';
import type { Scenario } from './scenario';
import { ScenarioError } from './scenarioError';
import { validateScenario } from './validateScenario';

/** Engines that can do it, and no others. */
const ENGINES: readonly Engine[] = ['vllm', 'sglang', 'tensorrt-llm'];

/** One of the two pools, in figures. */
export interface PoolFigures {
  hardware: string;
  devices: number;
  tensorParallel: number;
  pipelineParallel: number;
  /** Copies of the model that share the requests. */
  replicas: number;
  /** Requests a second that it could serve for ever, and what is asked as a share of that; null without a request rate. */
  load: number | null;
  servable: number | null;
  /** Of a device, and what may be used of it. */
  memory: Bytes;
  capacity: Bytes;
}

/** Both pools and what lies between them. */
export interface PoolSplit {
  prefill: PoolFigures;
  decode: PoolFigures;
  /** `bytes` and `seconds` of one request's cache; `streams` devices of a replica send their part at once. */
  link: PoolLink & {
    bytes: Bytes;
    streams: number;
    seconds: Seconds;
    load: number | null;
    servable: number | null;
  };
}

/**
 * A model served by two pools of devices: `prefill` computes prompts, `decode` the answers, and caches cross `link` between them. Both
 * scenarios are of one model, engine and workload. First token: queue and prefill in the one pool, the cache's way, and in vLLM a pass of
 * the other; tokens then come as fast as the decode pool alone makes them. Under a request rate each part is a queue of its own, and
 * Little's law says how many sequences decode.
 *
 * The shape of it after Zhong et al., "DistServe" (OSDI 2024). Physics for the whole: no such pair was measured.
 *
 * @throws ScenarioError for questions that make no sense.
 */
export function estimateDisaggregated(
  prefill: Scenario,
  decode: Scenario,
  link: PoolLink,
  calibration: Calibration = shippedCalibration(),
): { estimate: Estimate; pools: PoolSplit } {
  check(prefill, decode, link);
  const warnings: Warning[] = [];
  const plans = { prefill: [] as Warning[], decode: [] as Warning[] };
  const pools: Pools = {
    prefill: planOf(prefill, calibration, plans.prefill),
    decode: planOf(decode, calibration, plans.decode),
    link,
  };
  const rate = decode.workload.requestRate;
  const times = rate === null ? closedPools(pools, decode.workload.concurrency) : underRate(pools, rate);
  const memory = poolMemory(pools, times);
  for (const [name, found] of Object.entries(plans)) warnings.push(...inPool(name, found));
  for (const [name, one] of Object.entries(memory)) {
    if (one.fits) continue;
    warnings.push({
      code: one.maxConcurrency === 0 ? 'weights-do-not-fit' : 'cache-does-not-fit',
      message: `The ${name} pool has too little memory for its share; times are as if there were room.`,
    });
  }
  const { servable } = times.load;
  if (times.load.overloaded && servable) {
    const parts = Object.entries(servable).sort(([, a], [, b]) => a - b);
    const [name, most] = parts[0] ?? ['', 0];
    warnings.push({
      code: 'overloaded',
      message: `${rate} requests/s cannot be served: the ${name === 'link' ? 'link' : `${name} pool`} can do about ${formatSignificant(most)}. Latencies are those at ${OVERLOAD_SHARE * 100} % of that.`,
    });
  }
  const both = (pick: (one: MemoryEstimate) => number): number => pick(memory.prefill) + pick(memory.decode);
  // The fuller device is the one that decides.
  const fuller =
    memory.prefill.perDevice / memory.prefill.capacity > memory.decode.perDevice / memory.decode.capacity
      ? memory.prefill
      : memory.decode;
  const contexts = [memory.prefill.maxContext, memory.decode.maxContext].filter((one) => one !== null);
  const { lengths } = pools.decode;
  const emitted = decode.modifiers.speculation?.tokensPerPass ?? 1;
  const interToken = times.pass / emitted;
  const first = timeToFirstToken(times);
  const whole = first + Math.max(0, lengths.output - 1) * interToken;
  const spread = times.queue + times.transferQueue + times.firstPassWait;
  const tail = (mean: Seconds): { p90: Seconds; p99: Seconds } | null =>
    rate === null ? null : { p90: mean + P90 * spread, p99: mean + P99 * spread };
  return {
    estimate: {
      memory: {
        weights: both((one) => one.weights),
        kvCache: both((one) => one.kvCache),
        activations: both((one) => one.activations),
        runtime: both((one) => one.runtime),
        total: both((one) => one.total),
        perDevice: fuller.perDevice,
        capacityPerDevice: fuller.capacityPerDevice,
        fits: memory.prefill.fits && memory.decode.fits,
        maxConcurrency: memory.decode.maxConcurrency,
        maxContext: contexts.length > 0 ? Math.min(...contexts) : null,
      },
      latency: {
        timeToFirstToken: physicsBand(first),
        interToken: physicsBand(interToken),
        endToEnd: physicsBand(whole),
        tail: {
          endToEnd: tail(whole),
          timeToFirstToken: tail(first),
          // No prompt rides in a pass: all gaps are alike.
          ...(rate === null ? {} : { interToken: { p90: interToken, p99: interToken } }),
        },
      },
      throughput: {
        perSequence: 1 / interToken,
        total: times.served === null ? times.batch / interToken : times.served * lengths.output,
        prefill:
          times.served === null
            ? (times.concurrency * (lengths.prompt - cachedPromptTokens(prefill, lengths.prompt))) /
              times.prefill.seconds
            : times.served * lengths.prompt,
      },
      bound: { prefill: boundOf(times.prefill.step), decode: boundOf(times.verify) },
      roofline: {
        prefill: rooflinePoint(pools.prefill, times.prefill.step),
        decode: rooflinePoint(pools.decode, times.verify),
      },
      terms: termsOf(pools, times),
      calibration: { basis: 'physics', rows: 0 },
      concurrency: times.concurrency,
      warnings: [...decode.model.warnings, ...warnings],
    },
    pools: describe(pools, times, memory),
  };
}

/** Of waits that fall off exponentially: what nine in ten, and 99 in a hundred, wait beyond the mean, as shares of it. */
const P90 = Math.log(10) - 1;
const P99 = Math.log(100) - 1;

function underRate(pools: Pools, rate: number): PoolTimes {
  const { scenario, model, placement, lengths } = pools.decode;
  const one = memoryEstimate(scenario, model, placement, lengths, 1, []);
  const most = Math.min(one.maxConcurrency, scenario.setup.maxSequences * placement.data);
  return steadyPools(pools, rate, Math.max(1, most));
}

function check(prefill: Scenario, decode: Scenario, link: PoolLink): void {
  validateScenario(prefill);
  validateScenario(decode);
  const { model, setup, workload } = decode;
  if (!ENGINES.includes(setup.engine)) {
    throw new ScenarioError(
      'not-modelled',
      `Prompts on devices of their own: known of ${ENGINES.join(', ')}, not of ${setup.engine}.`,
    );
  }
  if (model.kind !== 'decoder' || workload.outputTokens < 1) {
    throw new ScenarioError(
      'not-modelled',
      'Prompts on devices of their own are reckoned for decoders that make tokens, not for this model.',
    );
  }
  if (!(link.bandwidth > 0) || !(link.latency >= 0)) {
    throw new ScenarioError('bad-fleet', 'The link between the pools has no bandwidth.');
  }
}

function inPool(name: string, found: readonly Warning[]): Warning[] {
  return found.map(({ code, message }) => ({ code, message: `Of the ${name} pool: ${message}` }));
}

function termsOf({ prefill, decode, link }: Pools, times: PoolTimes): Term[] {
  const { transfer, verify, pass } = times;
  const speculation = decode.scenario.modifiers.speculation;
  return [
    ...prefillTerms(prefill, times.prefill),
    ...fixedTerm('prefill.queue', times.queue, 'busy × step / 2 / (1 − rate / most that can be served)', {
      step: times.prefill.seconds - times.prefill.requestSeconds,
      rate: times.served ?? 0,
      servable: times.load.servable?.prefill ?? 0,
    }),
    ...(times.transferSeconds > 0
      ? [
          {
            id: 'prefill.transfer',
            seconds: times.transferSeconds,
            bytes: times.caches * transfer.bytes,
            flop: 0,
            formula: 'caches × (latency + bytes / (link × devices that send at once))',
            inputs: {
              caches: times.caches,
              latency: link.latency,
              bytes: transfer.bytes,
              link: link.bandwidth,
              streams: transfer.streams,
            },
          },
        ]
      : []),
    ...fixedTerm(
      'prefill.transferQueue',
      times.transferQueue,
      times.served === null
        ? 'what caches of earlier steps take longer than the prompts after them'
        : 'ρ / (1 − ρ) × half a transfer, ρ: rate / most that the link can carry',
      {
        rate: times.served ?? 0,
        servable: times.load.servable?.link ?? 0,
      },
    ),
    ...fixedTerm('prefill.secondRequest', times.secondRequest, 'seconds a request, of the second pool', {}),
    ...fixedTerm('prefill.firstPassWait', times.firstPassWait, 'half of the decode pass under way', {}),
    ...fixedTerm('prefill.firstPass', times.firstPass, 'the decode pass that gives the first token', {
      sequences: times.batch,
    }),
    ...phaseTerms('decode', decode, verify, 1),
    ...fixedTerm('decode.draft', Math.max(0, pass - verify.seconds), 'draft cost × plain step', {
      draftCost: speculation?.draftCost ?? 0,
    }),
  ];
}

function describe(
  { prefill, decode, link }: Pools,
  { load, transfer }: PoolTimes,
  memory: Record<'prefill' | 'decode', MemoryEstimate & { capacity: Bytes }>,
): PoolSplit {
  const figures = (name: 'prefill' | 'decode', { placement, device, scenario }: Plan): PoolFigures => ({
    hardware: device.id,
    devices: scenario.devices,
    tensorParallel: placement.tensor,
    pipelineParallel: placement.pipeline,
    replicas: placement.data,
    load: load.share?.[name] ?? null,
    servable: load.servable?.[name] ?? null,
    memory: memory[name].perDevice,
    capacity: memory[name].capacity,
  });
  return {
    prefill: figures('prefill', prefill),
    decode: figures('decode', decode),
    link: {
      ...link,
      ...transfer,
      load: load.share?.link ?? null,
      servable: load.servable?.link ?? null,
    },
  };
}
