import type { Engine } from '../deployment/engine';
import type { Bytes, Warning } from '../units/quantities';
import { elementBytes } from '../units/numberFormat';
import type { MemoryEstimate } from './estimate';
import { activationPeak } from './activationPeak';
import { cacheRoom } from './cacheRoom';
import { cacheBytesPerSequence, cacheShape, longestSequence } from './cacheBytes';
import type { Lengths } from './lengths';
import { elementsOf, type ModelAggregate } from './modelAggregate';
import type { Placement } from './placement';
import { runtimeBytesPerDevice } from './runtimeMemory';
import type { Scenario } from './scenario';
import { isPlainScheme, schemeOf } from './tensorStorage';
import { usableMemory } from './usableMemory';
import { workingElement } from './workingElement';

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
  const cacheElement =
    (setup.kv ? elementBytes(setup.kv) : workingElement(scenario)) * modifiers.kvStoredBytes;
  const shape = cacheShape(scenario.model);
  const perSequence = cacheBytesPerSequence(
    shape,
    lengths.prompt + lengths.output,
    lengths.cross,
    cacheElement,
    element,
  );

  const draft = modifiers.speculation?.draftMemory ?? 0;
  const oneCopy = (model.storedBytes - narrowerEnds(scenario)) * modifiers.storedWeights * (1 + draft);
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
  const usable = usableMemory(device);
  const beside = {
    weights: weightsPerDevice,
    activations: activationsPerDevice,
    growth: 0,
    runtime: runtimePerDevice,
  };
  const pool = cacheRoom(setup, usable, beside);
  const growing = growthBytes(scenario, cachePerDeviceAndSequence);
  const most = mostSequences(
    pool,
    usable * setup.memoryFraction - weightsPerDevice - runtimePerDevice,
    cachePerDeviceAndSequence,
    growing,
  );
  const maxConcurrency = (most ?? setup.maxSequences) * data;
  const scale = (stageShare * replicas) / (tensor * context);
  const maxContext = pool <= 0 ? 0 : longestSequence(shape, pool / scale, cacheElement, element);
  const fits =
    cachePerDevice <=
    (growing > 0 ? cacheRoom(setup, usable, { ...beside, growth: growing * perReplica }) : pool);
  if (pool < 0) {
    warnings.push({
      code: 'weights-do-not-fit',
      message: `${weightsPerDevice > usable * setup.memoryFraction ? 'The weights alone do' : 'The weights and what the engine keeps besides do'} not fit: no sequence can be served on these devices. Times are as if there were room.`,
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

/** Sequences whose cache fits: within the pool, and within what is there without a step's transient where the cache grows at times; null: any number. */
function mostSequences(pool: Bytes, withoutStep: Bytes, each: Bytes, growth: Bytes): number | null {
  if (pool <= 0) return 0;
  if (each <= 0) return null;
  const now = pool / each;
  return Math.floor(growth > 0 ? Math.min(now, Math.max(0, withoutStep) / (each + growth)) : now);
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

/**
 * What OpenVINO's files save beside the scheme: embeddings and head are in 8 bits wherever the rest is in 8 or fewer, and schemes
 * count them in the model's format. Source: openvinotoolkit/nncf, compress_weights: 4-bit modes keep both in the 8-bit backup mode.
 */
function narrowerEnds({ model, setup }: Scenario): Bytes {
  if (setup.engine !== 'openvino' || setup.weights === null) return 0;
  const scheme = schemeOf(model, setup.weights);
  if (!scheme || isPlainScheme(scheme) || scheme.covers.embedding) return 0;
  let elements = 0;
  for (const tensor of model.outside) {
    if (tensor.role === 'linear' || tensor.role === 'lookup') elements += elementsOf(tensor);
  }
  return elements * Math.max(0, elementBytes(model.format) - 1);
}

/** Copies of each cached byte over the tensor-parallel group: heads divide, and what has fewer heads than devices is kept more than once. */
export function cacheReplication(scenario: Scenario, tensor: number): number {
  if (tensor === 1) return 1;
  let copies = 1;
  for (const group of scenario.model.groups) {
    const mixer = group.layer.mixer;
    if (mixer.kind !== 'attention') continue;
    const heads = (mixer.latent ? 1 : mixer.kvHeads) * (scenario.setup.parallelism.cacheRanks ?? 1);
    copies = Math.max(copies, tensor / Math.min(tensor, heads));
  }
  return copies;
}
