import type { AttentionMixer, Mixer, RecurrentMixer } from '../model/spec';
import type { Bytes } from '../units/quantities';
import { distinctExperts } from './distinctExperts';
import { meanClamped } from './meanClamped';
import type { GroupAggregate, LinearBlock, ModelAggregate } from './modelAggregate';
import type { Modifiers } from './modifiers';
import type { Operation, StepShape } from './operation';
import { cacheSplitOf, type Placement } from './placement';

/** What the bytes of a step depend on besides the model and the step itself. */
export interface StepContext {
  placement: Placement;
  modifiers: Modifiers;
  hiddenSize: number;
  /** Bytes of an activation, of a cached element. */
  activationElement: Bytes;
  cacheElement: Bytes;
  /** Whether cached elements are in a format that the device must convert one by one to multiply. */
  cacheConverted: boolean;
}

/** FLOP a token and element of recurrent state: decay, outer-product update, read-out. */
const STATE_FLOP = 6;
/** Reads and writes of a token's hidden vector beside the matrices: two norms, two residual additions, rotary, activation. */
const ELEMENTWISE_PASSES = 10;

/**
 * Everything one step does, on one device of the placement, folded over identical layers.
 *
 * FLOP of a linear layer: 2 × elements × tokens. Attention: 2 × tokens × keys × heads × (key + value width). Experts: a token
 * passes through k, a step streams the expected number of distinct ones.
 */
export function stepOperations(model: ModelAggregate, step: StepShape, context: StepContext): Operation[] {
  const operations: Operation[] = [];
  for (const group of model.groups) pushGroup(operations, group, step, context);
  pushHead(operations, model, step, context);
  return operations;
}

/** A tower over `positions` positions of each of `inputs` inputs (images, prompts). */
export function towerOperations(
  groups: readonly GroupAggregate[],
  inputs: number,
  positions: number,
  context: StepContext,
): Operation[] {
  const operations: Operation[] = [];
  const step: StepShape = {
    sequences: inputs,
    newTokens: positions,
    pastFrom: 0,
    pastTo: 0,
    logits: 0,
    crossTokens: 0,
    phase: 'prefill',
  };
  for (const group of groups) pushGroup(operations, group, step, context);
  return operations;
}

function pushGroup(
  operations: Operation[],
  group: GroupAggregate,
  step: StepShape,
  context: StepContext,
): void {
  const { modifiers, placement } = context;
  const tokens = step.sequences * step.newTokens;
  const layers = group.layers * modifiers.layersRun;
  const decode = step.phase === 'decode';
  const flopFactor = decode ? modifiers.decodeLinearFlop : modifiers.prefillLinearFlop;
  if (group.attention.elements > 0) {
    operations.push(
      linear('attention matrices', group.attention, layers, tokens, {
        bytes: decode ? modifiers.attentionWeightBytes : 1,
        flop: flopFactor,
        split: placement.tensor,
        activationElement: context.activationElement,
      }),
    );
  }
  if (group.feedForward.elements > 0) {
    operations.push(
      linear('feed-forward', group.feedForward, layers, tokens, {
        bytes: decode ? modifiers.feedForwardWeightBytes : 1,
        flop: flopFactor,
        split: placement.tensor,
        activationElement: context.activationElement,
      }),
    );
  }
  if (group.experts) {
    const { count, perToken } = group.experts;
    const split = Math.max(placement.tensor, placement.expert);
    const touched = distinctExperts(count, perToken, tokens);
    const bytesFactor = decode ? modifiers.feedForwardWeightBytes : 1;
    operations.push({
      kind: 'experts',
      name: 'experts',
      layers,
      weightBytes: (group.expert.storedBytes * touched * bytesFactor) / split,
      plainElements: ((group.expert.elements - group.expert.packedElements) * touched * bytesFactor) / split,
      packedElements: (group.expert.packedElements * touched * bytesFactor) / split,
      superblockElements: (group.expert.superblockElements * touched * bytesFactor) / split,
      cacheBytes: 0,
      activationBytes: (group.expert.edgeElements * perToken * tokens * context.activationElement) / split,
      scores: 0,
      flop: (2 * group.expert.elements * perToken * tokens * flopFactor) / split,
      rows: Math.max(1, (tokens * perToken) / touched),
    });
  }
  for (const mixer of group.mixers) pushMixer(operations, mixer, layers, step, context);
  operations.push({
    kind: 'activations',
    name: 'element-wise',
    layers,
    weightBytes: group.vectorBytes,
    plainElements: 0,
    packedElements: 0,
    superblockElements: 0,
    cacheBytes: 0,
    activationBytes: ELEMENTWISE_PASSES * tokens * context.hiddenSize * context.activationElement,
    scores: 0,
    flop: ELEMENTWISE_PASSES * tokens * context.hiddenSize,
    rows: tokens,
  });
}

function linear(
  name: 'attention matrices' | 'feed-forward' | 'head',
  block: LinearBlock,
  layers: number,
  tokens: number,
  how: { bytes: number; flop: number; split: number; activationElement: Bytes },
): Operation {
  return {
    kind: name === 'head' ? 'head' : 'weights',
    name,
    layers,
    weightBytes: (block.storedBytes * how.bytes) / how.split,
    plainElements: ((block.elements - block.packedElements) * how.bytes) / how.split,
    packedElements: (block.packedElements * how.bytes) / how.split,
    superblockElements: (block.superblockElements * how.bytes) / how.split,
    cacheBytes: 0,
    activationBytes: (block.edgeElements * tokens * how.activationElement) / how.split,
    scores: 0,
    flop: (2 * block.elements * tokens * how.flop) / how.split,
    rows: tokens,
  };
}

function pushMixer(
  operations: Operation[],
  mixer: Mixer,
  layers: number,
  step: StepShape,
  context: StepContext,
): void {
  if (mixer.kind === 'attention') operations.push(attention(mixer, layers, step, context));
  else if (mixer.kind === 'recurrent') operations.push(recurrent(mixer, layers, step, context));
}

function attention(mixer: AttentionMixer, layers: number, step: StepShape, context: StepContext): Operation {
  const { modifiers, placement } = context;
  const tokens = step.sequences * step.newTokens;
  const cross = !mixer.causal && step.crossTokens > 0;
  let keys: number;
  let read: number;
  if (cross) {
    keys = step.crossTokens;
    read = step.crossTokens;
  } else if (!mixer.causal) {
    keys = Math.min(step.newTokens, mixer.window ?? Infinity);
    read = step.newTokens;
  } else if (step.phase === 'prefill') {
    keys = meanClamped(step.pastFrom + 1, step.pastFrom + step.newTokens, mixer.window);
    read = Math.min(step.pastFrom, mixer.window ?? Infinity) + step.newTokens;
  } else {
    keys = meanClamped(step.pastFrom + 1, step.pastTo + step.newTokens, mixer.window);
    read = keys + step.newTokens - 1;
  }
  // Sparse attention scores all keys with a small index first, then attends to the best of them.
  const scored = { keys, read };
  if (mixer.selectedKeys !== undefined) {
    keys = Math.min(keys, mixer.selectedKeys);
    if (step.phase === 'decode') read = Math.min(read, mixer.selectedKeys * step.newTokens);
  }
  const headSplit = Math.min(placement.tensor, mixer.queryHeads);
  const split = headSplit * placement.context;
  const cacheSplit = cacheSplitOf(placement, mixer.latent ? 1 : mixer.kvHeads);
  // Latent attention scores against the cached vector itself in decode (absorbed projections): that is its width.
  const width = mixer.latent
    ? step.phase === 'decode'
      ? 2 * mixer.latent.rank + mixer.latent.ropeDim
      : mixer.keyHeadDim + mixer.valueHeadDim
    : mixer.keyHeadDim + mixer.valueHeadDim;
  const prefill = step.phase === 'prefill';
  const factor = prefill ? modifiers.prefillAttentionFlop : modifiers.kvReadBytes;
  const perToken = cacheElements(mixer) * context.cacheElement;
  const queryBytes =
    (tokens * mixer.queryHeads * (mixer.keyHeadDim + mixer.valueHeadDim) * context.activationElement) /
    headSplit;
  return {
    kind: 'kv',
    name: 'attention',
    layers,
    weightBytes: 0,
    plainElements: 0,
    // What a step adds itself is multiplied before it is stored. A product, not a choice: with a plain 0 here V8 keeps these objects
    // in two shapes, and a search takes twice as long.
    packedElements:
      (Number(context.cacheConverted) *
        step.sequences *
        Math.max(0, read - step.newTokens) *
        cacheElements(mixer) *
        modifiers.kvReadBytes) /
      cacheSplit,
    superblockElements: 0,
    cacheBytes:
      (step.sequences *
        (read * perToken * (prefill ? 1 : modifiers.kvReadBytes) +
          scored.read * (mixer.indexKeyBytes ?? 0))) /
      cacheSplit,
    activationBytes: queryBytes,
    scores: prefill ? (tokens * keys * mixer.queryHeads * factor) / headSplit : 0,
    flop:
      (2 * tokens * (keys * mixer.queryHeads * width * factor + scored.keys * (mixer.indexWidth ?? 0))) /
      split,
    rows: step.newTokens,
  };
}

/** Elements that one token leaves in a layer's cache. */
export function cacheElements(mixer: AttentionMixer): number {
  if (mixer.latent) return mixer.latent.rank + mixer.latent.ropeDim;
  return mixer.kvHeads * (mixer.keyHeadDim + mixer.valueHeadDim);
}

function recurrent(mixer: RecurrentMixer, layers: number, step: StepShape, context: StepContext): Operation {
  const tokens = step.sequences * step.newTokens;
  const stateBytes =
    mixer.stateElements * mixer.stateElementBytes + mixer.convolutionElements * context.activationElement;
  return {
    kind: 'state',
    name: 'recurrent state',
    layers,
    weightBytes: 0,
    plainElements: 0,
    packedElements: 0,
    superblockElements: 0,
    // Read and written once a step, however many tokens: prefill scans in chunks that stay on chip.
    cacheBytes: (2 * step.sequences * stateBytes) / context.placement.tensor,
    activationBytes: 0,
    scores: 0,
    flop: (STATE_FLOP * tokens * mixer.stateElements) / context.placement.tensor,
    rows: step.newTokens,
  };
}

function pushHead(
  operations: Operation[],
  model: ModelAggregate,
  step: StepShape,
  context: StepContext,
): void {
  const positions = step.sequences * step.logits;
  if (positions === 0 || model.head.elements === 0) return;
  operations.push(
    linear('head', model.head, 1, positions, {
      bytes: 1,
      flop: 1,
      split: context.placement.tensor,
      activationElement: context.activationElement,
    }),
  );
}
