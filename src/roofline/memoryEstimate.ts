import type { Engine } from '../deployment/engine';
import type { Bytes, Warning } from '../units/quantities';
import { elementBytes } from '../units/numberFormat';
import type { MemoryEstimate } from './estimate';
import { activationPeak } from './activationPeak';
import { cacheBytesPerSequence, cacheShape, longestSequence } from './cacheBytes';
import type { Lengths } from './lengths';
import type { ModelAggregate } from './modelAggregate';
import type { Placement } from './placement';
import { runtimeBytesPerDevice } from './runtimeMemory';
import type { Scenario } from './scenario';
import { usableMemory } from './usableMemory';

/** Engines that keep the cache in pages, admit what fits and let the rest wait; others run out of memory. */
export const QUEUES: ReadonlySet<Engine> = new Set<Engine>(['vllm', 'sglang', 'tgi', 'tensorrt-llm']);

/**
 * Bytes of a deployment: weights under the scheme, cache content at full length, the largest transient of a step, and what the
 * process needs besides. A device fits when its share is within the part that the engine may claim.
 */
export function memoryEstimate(
  scenario: Scenario,
  model: ModelAggregate,
  placement: Placement,
  lengths: Lengths,
  sequences: number,
  warnings: Warning[],
): MemoryEstimate {
  const { setup, device, modifiers } = scenario;
  const { tensor, pipeline, data, context } = placement;
  const element = elementBytes(scenario.model.format);
  const cacheElement = elementBytes(setup.kv ?? scenario.model.format) * modifiers.kvStoredBytes;
  const shape = cacheShape(scenario.model);
  const perSequence = cacheBytesPerSequence(
    shape,
    lengths.prompt + lengths.output,
    lengths.cross,
    cacheElement,
    element,
  );

  const draft = modifiers.speculation?.draftMemory ?? 0;
  const oneCopy = model.storedBytes * modifiers.storedWeights * (1 + draft);
  const weights = oneCopy * data * context;
  const kvCache = perSequence * sequences;

  // Layers that do not divide leave one stage with more of them: that stage's device is the one that must fit.
  const stageShare = Math.ceil(model.layers / pipeline) / model.layers;
  const weightsPerDevice =
    (Math.max(0, oneCopy - hostWeightBytes(scenario, model)) * stageShare) / Math.max(1, tensor);
  const replicas = cacheReplication(scenario, tensor);
  const perReplica = Math.ceil(sequences / data);
  const cachePerDeviceAndSequence = (perSequence * stageShare * replicas) / (tensor * context);
  const cachePerDevice = cachePerDeviceAndSequence * perReplica;
  const activationsPerDevice = activationPeak(scenario, model, placement, lengths, perReplica);
  const runtimePerDevice = runtimeBytesPerDevice(
    setup.engine,
    device,
    setup.graphs,
    tensor * pipeline * context,
  );

  const perDevice = weightsPerDevice + cachePerDevice + activationsPerDevice + runtimePerDevice;
  const capacity = usableMemory(device) * setup.memoryFraction;
  const fixed = weightsPerDevice + activationsPerDevice + runtimePerDevice;
  const pool = capacity - fixed;
  const maxConcurrency =
    pool <= 0 || cachePerDeviceAndSequence <= 0
      ? pool > 0
        ? setup.maxSequences * data
        : 0
      : Math.floor(pool / (cachePerDeviceAndSequence + growthBytes(scenario, cachePerDeviceAndSequence))) *
        data;
  const scale = (stageShare * replicas) / (tensor * context);
  const maxContext = pool <= 0 ? 0 : longestSequence(shape, pool / scale, cacheElement, element);
  const fits = perDevice + growthBytes(scenario, cachePerDevice) <= capacity;
  if (fixed > capacity) {
    warnings.push({
      code: 'weights-do-not-fit',
      message: `${weightsPerDevice > capacity ? 'The weights alone do' : 'The weights and what the engine keeps besides do'} not fit: no sequence can be served on these devices. Times are as if there were room.`,
    });
  } else if (!fits) {
    warnings.push({
      code: 'cache-does-not-fit',
      message: `The cache of ${sequences} sequences does not fit; at most ${maxConcurrency} do at these lengths. ${QUEUES.has(setup.engine) ? 'The others wait for their turn.' : 'Times are for all together, as if there were room.'}`,
    });
  }
  const activations = activationsPerDevice * placement.used;
  const runtime = runtimePerDevice * placement.used;
  return {
    weights,
    kvCache,
    activations,
    runtime,
    total: weights + kvCache + activations + runtime,
    perDevice,
    capacityPerDevice: device.memory,
    fits,
    maxConcurrency,
    maxContext,
  };
}

/**
 * Room that a cache needs to grow: transformers concatenates it anew at each token, and releases that keep the old tensors until the
 * step is done hold two caches at the worst. Counted for fitting only, not as memory in use.
 */
function growthBytes(scenario: Scenario, cache: Bytes): Bytes {
  return scenario.setup.engine === 'transformers' ? cache : 0;
}

/**
 * Weights that never reach the device: llama.cpp looks tokens up on the host, and keeps an embedding that is no head there.
 * Source: ggml-org/llama.cpp src/llama-model.cpp, the input layer stays with the processor whatever is offloaded.
 */
function hostWeightBytes(scenario: Scenario, model: ModelAggregate): number {
  const { setup, device } = scenario;
  if (setup.engine !== 'llama.cpp' || device.class === 'cpu' || scenario.model.tiedHead) return 0;
  return model.lookupRowBytes * scenario.model.vocabularySize * scenario.modifiers.storedWeights;
}

/** Copies of each cached byte over the tensor-parallel group: heads divide, and what has fewer heads than devices is kept more than once. */
function cacheReplication(scenario: Scenario, tensor: number): number {
  if (tensor === 1) return 1;
  let copies = 1;
  for (const group of scenario.model.groups) {
    const mixer = group.layer.mixer;
    if (mixer.kind !== 'attention') continue;
    copies = Math.max(copies, tensor / Math.min(tensor, mixer.latent ? 1 : mixer.kvHeads));
  }
  return copies;
}
