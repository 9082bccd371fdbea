import type { Device } from '../hardware/device';
import type { Seconds } from '../units/quantities';
import type { CalibrationEntry } from './calibration';
import { stepCommunication } from './communication';
import type { ComputeFormat } from './computeFormat';
import type { Lengths } from './lengths';
import type { ModelAggregate } from './modelAggregate';
import type { StepShape } from './operation';
import type { Placement } from './placement';
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
  const { engine, maxBatchedTokens } = scenario.setup;
  if (engine === 'transformers' || engine === 'onnxruntime') return Infinity;
  return engine === 'llama.cpp' ? Math.min(LLAMA_MICRO_BATCH, maxBatchedTokens) : maxBatchedTokens;
}

/** A prefill: how often a step of the same shape runs, and what one costs. */
export interface PrefillTime {
  seconds: Seconds;
  /** Whole steps' worth of work; may be fractional where the last one is not full. */
  step: StepTime;
  steps: number;
  /** Vision or audio towers and encoders, once an input. */
  tower: StepTime | null;
  /** Pipeline stages that wait until the first step reaches them. */
  bubbleSeconds: Seconds;
  requestSeconds: Seconds;
}

/**
 * Time to prefill `sequences` prompts together. The engine cuts the tokens into steps of at most `stepTokens`; each step streams
 * the weights once. Over pipeline stages the steps overlap, and only filling the pipeline waits.
 */
export function prefillTime(plan: Plan, sequences: number, newTokens: number, past: number): PrefillTime {
  const { placement } = plan;
  const replica = Math.ceil(sequences / placement.data);
  const tokens = replica * newTokens;
  const steps = Math.max(1, Math.ceil(tokens / plan.stepTokens));
  // A step takes whole prompts where they are short, and a piece of one where it is long.
  const perStep = tokens / steps;
  const stepSequences = Math.max(1, Math.min(replica, perStep / newTokens));
  const stepNew = perStep / stepSequences;
  const pieces = Math.max(1, newTokens / stepNew);
  // Over the pieces of a long prompt the mean context behind a piece is half of what comes before the last.
  const meanPast = past + ((pieces - 1) / 2) * stepNew;
  const shape: StepShape = {
    sequences: stepSequences,
    newTokens: stepNew,
    pastFrom: meanPast,
    pastTo: meanPast,
    logits: 1 / pieces,
    crossTokens: plan.lengths.cross,
    phase: 'prefill',
  };
  const step = timeOf(plan, shape);
  const tower = towerTime(plan, sequences);
  const total = step.seconds * steps;
  // With m steps over p stages the pipeline is busy for (m + p − 1) stage times, each a p-th of a step.
  const pipelined =
    placement.pipeline > 1 ? (step.seconds * (steps + placement.pipeline - 1)) / placement.pipeline : total;
  const requestSeconds = plan.calibration.constants.requestSeconds;
  return {
    seconds: pipelined + (tower?.seconds ?? 0) + requestSeconds,
    step,
    steps,
    tower,
    bubbleSeconds: pipelined - total,
    requestSeconds,
  };
}

/**
 * One decode step of `sequences` sequences that each verify or emit `newTokens` tokens, their context between two lengths.
 * Over pipeline stages each holds its share of the sequences, so a sequence passes all stages at that smaller batch.
 */
export function decodeStep(
  plan: Plan,
  sequences: number,
  newTokens: number,
  pastFrom: number,
  pastTo: number,
): StepTime {
  const { data, pipeline } = plan.placement;
  const perReplica = Math.ceil(Math.ceil(sequences / data) / pipeline);
  return timeOf(plan, {
    sequences: perReplica,
    newTokens,
    pastFrom,
    pastTo,
    logits: newTokens,
    crossTokens: plan.lengths.cross,
    phase: 'decode',
  });
}

function timeOf(plan: Plan, shape: StepShape): StepTime {
  const tokens = shape.sequences * shape.newTokens;
  return stepTime(
    stepOperations(plan.model, shape, plan.context),
    plan.model.layers * plan.scenario.modifiers.layersRun,
    shape.sequences * shape.logits,
    plan.attained,
    stepCommunication(
      plan.model,
      plan.scenario.model.hiddenSize,
      tokens,
      plan.context.activationElement,
      plan.placement,
      plan.device,
      plan.calibration.constants,
    ),
  );
}

function towerTime(plan: Plan, sequences: number): StepTime | null {
  const { scenario, model } = plan;
  const { images, inputTokens } = scenario.workload;
  const operations = [];
  let layers = 0;
  for (const tower of model.towers) {
    let inputs = 0;
    let positions = 0;
    if (tower.kind === 'text-encoder') {
      inputs = sequences;
      positions = Math.max(1, inputTokens);
    } else if (tower.kind === 'vision' && images > 0 && tower.outputTokens !== null) {
      inputs = sequences * images;
      positions = tower.outputTokens;
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
