import type { Deployment } from './deployment';
import { defaultSetup, type DefaultsDevice } from './defaults';
import { ENGINES, type Engine } from './engine';
import { ENGINE_READERS } from './engines/readers';
import type { ServingHints } from './servingHints';
import type { ServingSetup } from './setup';

/** Whether time and memory are estimated for an engine that a file names. */
export function isEstimated(engine: string): engine is Engine {
  return (ENGINES as readonly string[]).includes(engine);
}

/**
 * The setup that a deployment asks for: `defaults` with its settings put in. Null where the engine is only recognised, not estimated.
 * Without `defaults`, those of the engine on `device`.
 */
export function toServingSetup(
  deployment: Deployment,
  defaults?: ServingSetup,
  device?: DefaultsDevice,
): ServingHints | null {
  if (!isEstimated(deployment.engine)) return null;
  const base = defaults ?? defaultSetup(deployment.engine, device);
  const reader = ENGINE_READERS.find((candidate) => candidate.engine === deployment.engine);
  if (reader !== undefined) return reader.toServingSetup(deployment, base);
  return { setup: base, changed: {}, compute: null, workload: {}, notModelled: [] };
}
