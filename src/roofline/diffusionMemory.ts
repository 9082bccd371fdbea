import type { Warning } from '../units/quantities';
import { elementBytes } from '../units/numberFormat';
import { aliveBytes } from './diffusionOperations';
import type { DiffusionShape } from './diffusionShape';
import type { DiffusionWork } from './diffusionWork';
import type { MemoryEstimate } from './estimate';
import type { ModelAggregate } from './modelAggregate';
import type { Placement } from './placement';
import { runtimeBytesPerDevice } from './runtimeMemory';
import type { Scenario } from './scenario';
import { usableMemory } from './usableMemory';

/**
 * Bytes of a pipeline that keeps all its parts on the device: weights of network, text encoders and autoencoder, and the largest of
 * what a step and the decoding of the pictures hold at once. There is no cache.
 */
export function diffusionMemory(
  scenario: Scenario,
  model: ModelAggregate,
  work: DiffusionWork,
  shape: DiffusionShape,
  placement: Placement,
  pictures: number,
  warnings: Warning[],
): MemoryEstimate {
  const { setup, device, modifiers } = scenario;
  const { tensor, pipeline, data, context } = placement;
  const element = elementBytes(scenario.model.format);
  const perReplica = Math.ceil(pictures / data);
  const weights = model.storedBytes * modifiers.storedWeights;
  const weightsPerDevice = weights / (tensor * pipeline);
  const alive = (count: number): number => {
    const evaluations = count * (shape.batched ? shape.guidance : 1);
    const step = aliveBytes(work.step, shape, evaluations, element) / (tensor * context);
    const decode = work.decode === null ? 0 : aliveBytes(work.decode, decoded(shape), count, element);
    return Math.max(step, decode);
  };
  const activationsPerDevice = alive(perReplica);
  const runtimePerDevice = runtimeBytesPerDevice(setup.engine, device, false, tensor * pipeline * context);
  const perDevice = weightsPerDevice + activationsPerDevice + runtimePerDevice;
  const capacity = usableMemory(device) * setup.memoryFraction;
  const pool = capacity - weightsPerDevice - runtimePerDevice;
  const maxConcurrency = pool <= 0 ? 0 : Math.floor(pool / alive(1)) * data;
  if (pool <= 0) {
    warnings.push({
      code: 'weights-do-not-fit',
      message:
        'All parts of the pipeline together do not fit: it runs only with parts moved to and from the host, slower than said here.',
    });
  } else if (perDevice > capacity) {
    warnings.push({
      code: 'activations-do-not-fit',
      message: `${pictures} at once do not fit at this size; at most ${maxConcurrency} do, more where the autoencoder works in tiles.`,
    });
  }
  const activations = activationsPerDevice * placement.used;
  const runtime = runtimePerDevice * placement.used;
  const all = weights * data * context;
  return {
    weights: all,
    kvCache: 0,
    activations,
    runtime,
    total: all + activations + runtime,
    perDevice,
    capacityPerDevice: device.memory,
    fits: perDevice <= capacity,
    maxConcurrency,
    maxContext: null,
  };
}

/** The autoencoder works on latents as they are, without the network's patches, and without text. */
export function decoded(shape: DiffusionShape): DiffusionShape {
  return { ...shape, grid: shape.latent, contextTokens: 0 };
}
