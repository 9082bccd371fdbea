import type { Device } from '../hardware/device';
import { seenPicture } from '../model/pictures/pictureTokens';
import type { Seconds } from '../units/quantities';
import type { CalibrationEntry } from './calibration';
import { stepCommunication } from './communication';
import type { ComputeFormat } from './computeFormat';
import type { Lengths } from './lengths';
import type { ModelAggregate } from './modelAggregate';
import type { Operation, StepShape } from './operation';
import { partialRanks, type Placement } from './placement';
import { isUncut } from './promptPieces';
import type { Scenario } from './scenario';
import { stepOperations, towerOperations, type StepContext } from './stepOperations';
import { stepTime, type Attained, type StepTime } from './stepTime';

/** Everything that the times of a scenario are reckoned from, resolved once. */
export interface Plan {
  scenario: Scenario;
  model: ModelAggregate;
  placement: Placement;
  lengths: Lengths;
  calibration: CalibrationEntry;
  compute: ComputeFormat;
  device: Device;
  context: StepContext;
  attained: Attained;
  /** Most tokens that one step takes. */
  stepTokens: number;
}

/** llama.cpp computes a batch in pieces of this many tokens (`--ubatch-size`). */
const LLAMA_MICRO_BATCH = 512;

export function mostStepTokens(scenario: Scenario): number {
  const { engine, maxBatchedTokens, maxModelLength } = scenario.setup;
  // vLLM that cuts no prompts makes room in a step for the longest (vllm/engine/arg_utils.py; less is refused).
  if (engine === 'vllm' && isUncut(scenario.setup))
    return Math.max(maxBatchedTokens, maxModelLength ?? scenario.model.maxContext ?? 0);
  if (engine === 'transformers' || engine === 'onnxruntime') return Infinity;
  return engine === 'llama.cpp' ? Math.min(LLAMA_MICRO_BATCH, maxBatchedTokens) : maxBatchedTokens;
}

/**
 * How much of what its stages could do at once they do in llama.cpp, whose scheduler waits between them: long prompts of 8B to 70B models
 * over 2 to 8 GPUs gain half of what a full pipeline would (throughput.csv, XiongjieDai/GPU-Benchmarks-on-LLM-Inference; none to 0.7).
 */
const LLAMA_PIPELINE_OVERLAP = 0.5;

/** A prefill: how often a step of the same shape runs, and what one costs. */
export interface PrefillTime {
  seconds: Seconds;
  /** Whole steps' worth of work; may be fractional where the last one is not full. */
  step: StepTime;
  steps: number;
  /** Vision or audio towers and encoders, once an input. */
  tower: StepTime | null;
  /** How often a step's time passes while the pipeline is full: `steps`, over the stages that work at once. */
  times: number;
  /** Until the first step has reached the last pipeline stage. */
  fillSeconds: Seconds;
  requestSeconds: Seconds;
}

/** A step with everything worked out that does not depend on how fast the engine is. */
export interface PreparedStep {
  operations: readonly Operation[];
  tokens: number;
  positions: number;
  phase: 'prefill' | 'decode';
}

/** A prefill of several prompts: how it is cut into steps. */
export interface PreparedPrefill {
  step: PreparedStep;
  steps: number;
  sequences: number;
}

/**
 * Cuts the prefill of `sequences` prompts into steps of at most `stepTokens`; each streams the weights once. A step takes whole
 * prompts where they are short, and a piece of one where it is long; whole ones alone where
 * the engine cuts none, or where tokens see those after them.
 */
export function preparePrefill(
  plan: Plan,
  sequences: number,
  newTokens: number,
  past: number,
): PreparedPrefill {
  const replica = Math.ceil(sequences / plan.placement.data);
  const tokens = replica * newTokens;
  const { model, setup } = plan.scenario;
  const whole = model.kind === 'encoder' ? newTokens : 1;
  const steps = isUncut(setup)
    ? Math.ceil(replica / Math.max(1, Math.min(replica, Math.floor(plan.stepTokens / newTokens))))
    : Math.max(1, Math.ceil(tokens / Math.max(plan.stepTokens, whole)));
  const perStep = tokens / steps;
  const stepSequences = Math.max(1, Math.min(replica, perStep / newTokens));
  const stepNew = perStep / stepSequences;
  const pieces = Math.max(1, newTokens / stepNew);
  // Over the pieces of a long prompt the mean context behind a piece is half of what comes before the last.
  const meanPast = past + ((pieces - 1) / 2) * stepNew;
  const step = prepareStep(plan, {
    sequences: stepSequences,
    newTokens: stepNew,
    pastFrom: meanPast,
    pastTo: meanPast,
    logits: 1 / pieces,
    crossTokens: plan.lengths.cross,
    phase: 'prefill',
  });
  return { step, steps, sequences };
}

/** Time of a prepared prefill. Over pipeline stages the steps overlap, and only filling the pipeline waits. */
export function runPrefill(plan: Plan, { step: prepared, steps, sequences }: PreparedPrefill): PrefillTime {
  const { pipeline } = plan.placement;
  const step = runStep(plan, prepared);
  const tower = towerTime(plan, sequences);
  // With m steps over p stages a full pipeline is busy for (m + p − 1) stage times, each a p-th of a step; without overlap for m steps.
  const overlap = plan.scenario.setup.engine === 'llama.cpp' ? LLAMA_PIPELINE_OVERLAP : 1;
  const times = steps * (1 - overlap + overlap / pipeline);
  const fillSeconds = (overlap * step.seconds * (pipeline - 1)) / pipeline;
  const requestSeconds = plan.calibration.constants.requestSeconds;
  return {
    seconds: step.seconds * times + fillSeconds + (tower?.seconds ?? 0) + requestSeconds,
    step,
    steps,
    tower,
    times,
    fillSeconds,
    requestSeconds,
  };
}

/** Time to prefill `sequences` prompts of `newTokens` tokens together, each after `past` cached ones. */
export function prefillTime(plan: Plan, sequences: number, newTokens: number, past: number): PrefillTime {
  return runPrefill(plan, preparePrefill(plan, sequences, newTokens, past));
}

/**
 * One decode step of `sequences` sequences that each verify or emit `newTokens` tokens, their context between two lengths.
 * Over pipeline stages each holds its share of the sequences, so a sequence passes all stages at that smaller batch.
 */
export function prepareDecode(
  plan: Plan,
  sequences: number,
  newTokens: number,
  pastFrom: number,
  pastTo: number,
): PreparedStep {
  const { data, pipeline } = plan.placement;
  return prepareStep(plan, {
    // A steady state's batch is a mean and may be fractional; more than one sequence never shares less than one.
    sequences: Math.max(1, sequences / data / pipeline),
    newTokens,
    pastFrom,
    pastTo,
    logits: newTokens,
    crossTokens: plan.lengths.cross,
    phase: 'decode',
  });
}

export function decodeStep(
  plan: Plan,
  sequences: number,
  newTokens: number,
  pastFrom: number,
  pastTo: number,
): StepTime {
  return runStep(plan, prepareDecode(plan, sequences, newTokens, pastFrom, pastTo));
}

function prepareStep(plan: Plan, shape: StepShape): PreparedStep {
  return {
    operations: stepOperations(plan.model, shape, plan.context),
    tokens: shape.sequences * shape.newTokens,
    positions: shape.sequences * shape.logits,
    phase: shape.phase,
  };
}

export function runStep(plan: Plan, { operations, tokens, positions, phase }: PreparedStep): StepTime {
  const ranks = partialRanks(plan.placement, phase);
  return stepTime(
    operations,
    plan.model.layers * plan.scenario.modifiers.layersRun,
    positions,
    plan.attained,
    stepCommunication(
      plan.model,
      plan.scenario.model.hiddenSize,
      tokens,
      plan.context.activationElement,
      ranks === plan.placement.context ? plan.placement : { ...plan.placement, context: ranks },
      plan.device,
      plan.calibration.constants,
    ),
  );
}

function towerTime(plan: Plan, sequences: number): StepTime | null {
  const { scenario, model } = plan;
  if (model.towers.length === 0) return null;
  const { images, imageSize, inputTokens } = scenario.workload;
  const operations = [];
  let layers = 0;
  for (const [index, tower] of model.towers.entries()) {
    let inputs = 0;
    let positions = 0;
    if (tower.kind === 'text-encoder') {
      inputs = sequences;
      positions = Math.max(1, inputTokens);
    } else if (tower.kind === 'vision' && images > 0) {
      const own = scenario.model.towers[index];
      const seen = own ? seenPicture(own, imageSize) : null;
      inputs = seen ? sequences * images * seen.squares : 0;
      positions = seen?.places ?? 0;
    } else if (tower.kind === 'audio' && scenario.model.kind === 'encoder-decoder') {
      inputs = sequences;
      positions = tower.outputTokens ?? Math.max(1, inputTokens);
    }
    if (inputs === 0) continue;
    operations.push(
      ...towerOperations(tower.groups, inputs, positions, { ...plan.context, hiddenSize: tower.hiddenSize }),
    );
    for (const group of tower.groups) layers += group.layers;
  }
  if (operations.length === 0) return null;
  return stepTime(operations, layers, 0, plan.attained, { seconds: 0, bytes: 0 });
}
