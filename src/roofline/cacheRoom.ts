import type { ServingSetup } from '../deployment/setup';
import type { Bytes } from '../units/quantities';

/** What one device is asked to hold beside the cache. */
export interface BesideCache {
  weights: Bytes;
  /** The largest transient of a step. */
  activations: Bytes;
  /** Room that the cache takes at times on top of itself while it grows, when the transient of a step is gone. */
  growth: Bytes;
  /** Driver context, graphs, communicators. */
  runtime: Bytes;
}

/**
 * Share of what is estimated, not counted, that is left free before anything is said to fit: transients and what a process keeps are
 * known to about a quarter (residuals of ../shared/measured beyond weights and cache), weights and cache to the byte.
 */
export const UNSURE = 0.25;

/**
 * Bytes of one device that are left for the cache; negative where the rest does not fit. What an engine's memory fraction is a share
 * of differs. vLLM: of the whole device, for everything (docs.vllm.ai, gpu_memory_utilization). SGLang: of the whole
 * device, for weights and cache, and the rest is for steps (docs.sglang.ai, mem-fraction-static). TensorRT-LLM: of
 * what is free once all else is loaded, for the cache (nvidia.github.io/TensorRT-LLM, free_gpu_memory_fraction).
 */
export function cacheRoom(
  setup: ServingSetup,
  usable: Bytes,
  { weights, activations, growth, runtime }: BesideCache,
): Bytes {
  const beside = Math.max(activations * (1 + UNSURE), growth) + runtime * (1 + UNSURE);
  const free = usable - weights - beside;
  switch (setup.engine) {
    case 'tensorrt-llm':
      return free > 0 ? free * setup.memoryFraction : free;
    case 'sglang':
      return Math.min(free, usable * setup.memoryFraction - weights);
    default:
      return usable * setup.memoryFraction - weights - beside;
  }
}
