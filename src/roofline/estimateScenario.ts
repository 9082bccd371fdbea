import { seenPicture } from '../model/pictures/pictureTokens';
import type { Band, Warning } from '../units/quantities';
import { elementBytes } from '../units/numberFormat';
import { sequencesAtOnce } from './atOnce';
import { backendOf } from './backend';
import {
  shippedCalibration,
  type Calibration,
  type CalibrationEntry,
  type EngineConstants,
} from './calibration';
import { cachedPromptTokens } from './cachedPrompt';
import { computeFormat, scoringPeak } from './computeFormat';
import { diffusionEstimate } from './diffusionEstimate';
import type { Bound, Estimate, RooflinePoint, Term } from './estimate';
import { hostStretch } from './hosts';
import type { Lengths } from './lengths';
import { memoryEstimate } from './memoryEstimate';
import { modelAggregate } from './modelAggregate';
import { decodeStep, mostStepTokens, prefillTime, type Plan, type PrefillTime } from './phase';
import { fixedTerm, phaseTerms } from './phaseTerms';
import { NO_MODIFIERS, type Modifiers } from './modifiers';
import { placementOf } from './placement';
import { residualBand } from './residualBand';
import type { Scenario } from './scenario';
import { steadyState } from './steadyState';
import { steadyFirstTerms, steadyStepTerms } from './steadyTerms';
import type { StepTime } from './stepTime';
import { schemeOf } from './tensorStorage';
import { validateScenario } from './validateScenario';
import { integerRate, launchStretch, vectorRate } from './vectorUnits';

/**
 * Answers a scenario: memory, latency, throughput, and the terms they are made of, in SI units. Pure and synchronous.
 *
 * Roofline per operation after Williams, Waterman, Patterson, "Roofline: an insightful visual performance model" (2009), with
 * attained fractions and fixed costs by engine and kind of device from `calibration.json`.
 *
 * @throws ScenarioError for questions that make no sense; nothing else.
 */
export function estimate(scenario: Scenario): Estimate {
  return estimateWith(scenario, shippedCalibration());
}

/** As `estimate`, under a given calibration: for fitting one and for checking it. */
export function estimateWith(scenario: Scenario, calibration: Calibration): Estimate {
  validateScenario(scenario);
  const warnings: Warning[] = [...scenario.model.warnings];
  const plan = planOf(scenario, calibration, warnings);
  if (scenario.model.kind === 'diffusion') return diffusionEstimate(plan, calibration, warnings);
  const { lengths } = plan;
  warnLengths(scenario, lengths, warnings);
  if (scenario.workload.requestRate === null) {
    warnSequences(scenario, scenario.workload.concurrency, plan.placement.data, warnings);
  }

  const decodes = lengths.output > 0;
  const quiet: Warning[] = [];
  const rate = scenario.workload.requestRate;
  const one = rate === null ? null : memoryEstimate(scenario, plan.model, plan.placement, lengths, 1, quiet);
  const most = one
    ? Math.max(1, Math.min(one.maxConcurrency, scenario.setup.maxSequences * plan.placement.data))
    : 0;
  const steady = rate === null ? null : steadyState(plan, rate, most);
  const concurrency = steady ? steady.concurrency : scenario.workload.concurrency;
  const sequences = Math.max(1, Math.ceil(concurrency));
  const memory = memoryEstimate(scenario, plan.model, plan.placement, lengths, sequences, warnings);
  if (steady?.overloaded) {
    warnings.push({
      code: 'overloaded',
      message: `${rate} requests/s cannot be served: about ${steady.servable.toPrecision(3)} can. Latencies are those just below that.`,
    });
  }

  const shared = cachedPromptTokens(scenario, lengths.prompt);
  warnSharedPrefix(scenario, warnings);
  const prefill = prefillTime(plan, steady ? 1 : sequences, Math.max(1, lengths.prompt - shared), shared);
  const speculation = scenario.modifiers.speculation;
  const last = lengths.prompt + Math.max(0, lengths.output - 1);
  const together =
    steady || memory.fits
      ? sequences
      : sequencesAtOnce(scenario, plan.model, plan.placement, lengths, sequences);
  const batch = steady ? steady.batch : together;
  const plain = decodeStep(plan, batch, 1, lengths.prompt, last);
  const verify = speculation
    ? decodeStep(plan, batch, 1 + speculation.draftTokens, lengths.prompt, last)
    : plain;
  const emitted = speculation?.tokensPerPass ?? 1;
  const draftSeconds = speculation ? speculation.draftCost * plain.seconds : 0;
  const passSeconds = verify.seconds + draftSeconds;

  const interToken = !decodes ? 0 : steady ? steady.interToken : passSeconds / emitted;
  const timeToFirstToken = steady ? steady.timeToFirstToken : prefill.seconds;
  // Where the cache has no room for all, the last answer is there when every sequence has had its turn.
  const turns = sequences / together;
  const endToEnd = steady
    ? steady.endToEnd
    : prefill.seconds + turns * Math.max(0, lengths.output - 1) * interToken;

  const reckonTerms = (): Term[] => [
    ...(steady ? steadyFirstTerms(steady, prefillTerms(plan, prefill)) : prefillTerms(plan, prefill)),
    ...(decodes ? phaseTerms('decode', plan, verify, 1) : []),
    ...(decodes && speculation
      ? fixedTerm('decode.draft', draftSeconds, 'draft cost × plain step', {
          draftCost: speculation.draftCost,
        })
      : []),
    ...(decodes && steady ? steadyStepTerms(steady) : []),
  ];
  let terms: Term[] | undefined;
  const decodeSpread = spreadAround(plan, 'decode', batch);
  const prefillSpread = spreadAround(plan, 'prefill', steady ? 1 : sequences);
  // Requests a second that are answered.
  const served = steady ? Math.min(rate ?? 0, steady.servable) : 0;
  const prefilled = sequences * Math.max(1, lengths.prompt - shared);
  return {
    memory,
    latency: {
      timeToFirstToken: band(timeToFirstToken, prefillSpread),
      interToken: band(interToken, decodeSpread),
      endToEnd: addBands(
        band(timeToFirstToken, prefillSpread),
        band(Math.max(0, endToEnd - timeToFirstToken), decodeSpread),
      ),
      tail: steady ? steady.tail : { endToEnd: null, timeToFirstToken: null },
    },
    throughput: {
      perSequence: interToken > 0 ? 1 / interToken : 0,
      total: interToken > 0 ? (steady ? served * lengths.output : concurrency / turns / interToken) : 0,
      prefill: steady ? lengths.prompt * served : prefilled / prefill.seconds,
      ...(decodes ? {} : { sequences: steady ? served : sequences / prefill.seconds }),
    },
    bound: {
      prefill: boundOf(prefill.step),
      decode: decodes ? boundOf(verify) : boundOf(prefill.step),
    },
    roofline: {
      prefill: rooflinePoint(plan, prefill.step),
      decode: rooflinePoint(plan, decodes ? verify : prefill.step),
    },
    // Worked out when somebody looks: a search asks for thousands of estimates and shows a few.
    get terms(): readonly Term[] {
      return (terms ??= reckonTerms());
    },
    calibration: {
      basis: basisOf(plan, decodes ? decodeSpread : prefillSpread),
      rows: plan.calibration.rows,
    },
    concurrency,
    warnings,
  };
}

/** Resolves what the times are reckoned from; warnings that come up on the way are added. */
export function planOf(scenario: Scenario, calibration: Calibration, warnings: Warning[]): Plan {
  const { model, setup, device } = scenario;
  const placement = placementOf(scenario, warnings);
  const scheme = schemeOf(model, setup.weights);
  const compute = computeFormat(device, model.format, scheme, setup.engine, warnings);
  const measured = calibration(setup.engine, backendOf(device));
  const entry =
    scenario.workload.requestRate !== null && measured.served !== null
      ? { ...measured, constants: servedConstants(measured.constants, measured.served) }
      : measured;
  const element = elementBytes(model.format);
  const aggregate = modelAggregate(model, setup.weights);
  return {
    scenario,
    model: aggregate,
    placement,
    lengths: lengthsOf(scenario, warnings),
    calibration: entry,
    compute,
    device,
    context: {
      placement,
      modifiers: scenario.modifiers,
      hiddenSize: model.hiddenSize,
      activationElement: element,
      cacheElement: elementBytes(setup.kv ?? model.format),
      cacheConverted: setup.kv === 'fp8' && device.peak.fp8 === undefined,
    },
    attained: {
      device,
      peak: compute.peak,
      scoring: scoringPeak(device, compute),
      vector: vectorRate(device),
      integer: integerRate(device),
      launchStretch: launchStretch(device),
      hostStretch: hostStretch(setup.engine, device),
      constants: entry.constants,
      modifiers: scenario.modifiers,
      model: aggregate,
      kernel: entry.constants.kernels[scheme?.id ?? ''] ?? null,
      eager: setup.attention === 'eager',
      graphs: setup.graphs,
    },
    stepTokens: mostStepTokens(scenario),
  };
}

function servedConstants(
  constants: EngineConstants,
  { computeFactor = 1, ...served }: NonNullable<CalibrationEntry['served']>,
): EngineConstants {
  return { ...constants, ...served, compute: Math.min(1, constants.compute * computeFactor) };
}

function lengthsOf(scenario: Scenario, warnings: Warning[]): Lengths {
  const { model, workload, modifiers } = scenario;
  let prompt = workload.inputTokens;
  if (workload.images > 0) {
    const tower = model.towers.find((candidate) => candidate.kind === 'vision');
    if (!tower) {
      warnings.push({ code: 'no-vision', message: `${model.name} takes no images: they are left out.` });
    } else {
      const seen = seenPicture(tower, workload.imageSize);
      if (seen === null) {
        warnings.push({
          code: 'image-tokens-unknown',
          message: `How many tokens an image takes ${tower.pictures ? 'follows from its size, which is not given' : 'is not in the files'}: images are left out.`,
        });
      } else {
        prompt += workload.images * seen.tokens;
      }
    }
  }
  prompt = Math.max(1, Math.round(prompt * modifiers.promptTokens));
  const output = model.kind === 'encoder' ? 0 : Math.round(workload.outputTokens * modifiers.outputTokens);
  if (model.kind === 'encoder-decoder') return { prompt: 1, output, cross: prompt };
  return { prompt, output, cross: 0 };
}

function warnSequences(scenario: Scenario, sequences: number, data: number, warnings: Warning[]): void {
  const most = scenario.setup.maxSequences * data;
  if (sequences <= most) return;
  warnings.push({
    code: 'past-engine-sequences',
    message: `The engine is set to run ${most} sequences at once; the figures are for all ${sequences} together.`,
  });
}

function warnSharedPrefix({ model, setup, workload }: Scenario, warnings: Warning[]): void {
  if (workload.sharedPrefixTokens === 0) return;
  if (model.kind === 'encoder' || model.kind === 'encoder-decoder') {
    warnings.push({
      code: 'prefix-not-reusable',
      message: 'Tokens of this model’s prompts see those after them: nothing of a shared prefix can be kept.',
    });
  } else if (!setup.prefixCaching) {
    warnings.push({
      code: 'prefix-caching-off',
      message: 'The prompts share a prefix, but prefix caching is off: all of each prompt is computed.',
    });
  }
}

function warnLengths(scenario: Scenario, lengths: Lengths, warnings: Warning[]): void {
  const total = lengths.prompt + lengths.output;
  const { maxContext } = scenario.model;
  if (maxContext !== null && total > maxContext) {
    warnings.push({
      code: 'past-model-limit',
      message: `${total} tokens are more than the model's own limit of ${maxContext}.`,
    });
  }
  const limit = scenario.setup.maxModelLength;
  if (limit !== null && total > limit) {
    warnings.push({
      code: 'past-engine-limit',
      message: `${total} tokens are more than the engine is set to accept (${limit}).`,
    });
  }
}

/** The summands of a prefill's seconds. */
export function prefillTerms(plan: Plan, prefill: PrefillTime): Term[] {
  return [
    ...phaseTerms('prefill', plan, prefill.step, prefill.times),
    ...(prefill.tower
      ? [
          {
            id: 'prefill.towers',
            seconds: prefill.tower.seconds,
            bytes: prefill.tower.bytes,
            flop: prefill.tower.flop,
            formula: 'encoder or tower, each layer the longer of bytes and FLOP, once an input',
            inputs: { inputs: plan.scenario.workload.images },
          },
        ]
      : []),
    ...fixedTerm('prefill.pipeline', prefill.fillSeconds, 'step × (stages − 1) / stages', {
      stages: plan.placement.pipeline,
      step: prefill.step.seconds,
    }),
    ...fixedTerm('prefill.request', prefill.requestSeconds, 'seconds a request', {
      secondsARequest: prefill.requestSeconds,
    }),
  ];
}

/** So near, on a device that was measured itself, lies a model of about that size in the same batch. */
const TWIN = 0.25;

/** Twins are told by device, size and batch: what is split over devices, or changed by a technique, has none. */
function basisOf(
  { scenario, placement, calibration }: Plan,
  { nearest, seen }: { nearest: number; seen: boolean },
): Estimate['calibration']['basis'] {
  if (calibration.rows === 0) return 'physics';
  const plain = Object.entries(NO_MODIFIERS).every(
    ([name, neutral]) => scenario.modifiers[name as keyof Modifiers] === neutral,
  );
  return seen && nearest <= TWIN && plain && placement.used === 1 ? 'measured' : 'interpolated';
}

/** The band around a time: from measured neighbours where there are any, else the calibration's overall spread. */
function spreadAround(
  plan: Plan,
  phase: 'decode' | 'prefill',
  batch: number,
): { p10: number; p90: number; nearest: number; seen: boolean } {
  const found = residualBand(plan.calibration.neighbours, plan.calibration.devices, {
    phase,
    device: plan.device.id,
    bandwidth: plan.device.bandwidth,
    weightBytes: plan.model.storedBytes,
    batch: Math.max(1, batch),
  });
  return found ?? { ...plan.calibration.spread[phase], nearest: Infinity, seen: false };
}

/** Both parts off in the same direction: what slows one phase down on a device mostly slows the other. */
function addBands(a: Band, b: Band): Band {
  return { p10: a.p10 + b.p10, p50: a.p50 + b.p50, p90: a.p90 + b.p90 };
}

function band(value: number, spread: { p10: number; p90: number }): Band {
  return { p10: value * Math.min(1, spread.p10), p50: value, p90: value * Math.max(1, spread.p90) };
}

/** What a step waits for most. */
export function boundOf(step: StepTime): Bound {
  const overhead = step.layerSeconds + step.stepSeconds + step.sequenceSeconds + step.hostSeconds;
  const parts: readonly (readonly [Bound, number])[] = [
    ['memory', step.memoryBound],
    ['compute', step.computeBound],
    ['communication', step.kinds.communication.seconds],
    ['overhead', overhead],
  ];
  let worst = parts[0] ?? (['memory', 0] as const);
  for (const part of parts) if (part[1] > worst[1]) worst = part;
  return worst[0];
}

/** Where a step lies under the roof of its device. */
export function rooflinePoint(plan: Plan, step: StepTime): RooflinePoint {
  const intensity = step.bytes > 0 ? step.flop / step.bytes : 0;
  return {
    intensity,
    attained: step.seconds > 0 ? step.flop / step.seconds : 0,
    limit: Math.min(plan.compute.peak, intensity * plan.device.bandwidth),
  };
}
