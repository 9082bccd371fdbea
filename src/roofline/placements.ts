import type { Parallelism } from '../deployment/setup';
import { layerTotal } from '../model/count';
import type { ModelSpec } from '../model/spec';

/** More devices than this are a slip: the divisors of a count are sought one by one. */
const MOST_DEVICES = 65_536;

/**
 * Every legal way of splitting a model over `devices` devices: tensor × pipeline × data, and experts over the whole
 * tensor-and-data group where there are any. Heads divide evenly over tensor parallel, stages have a layer each. `context` is
 * taken as given, and its devices are among `devices`. Empty where no split uses them all.
 */
export function placements(model: ModelSpec, devices: number, context = 1): Parallelism[] {
  if (!Number.isInteger(devices) || devices < 1 || devices > MOST_DEVICES || devices % context !== 0)
    return [];
  const layers = layerTotal(model);
  const heads: number[] = [];
  const experts: number[] = [];
  for (const group of model.groups) {
    if (group.layer.mixer.kind === 'attention') heads.push(group.layer.mixer.queryHeads);
    if (group.layer.feedForward.kind === 'experts') experts.push(group.layer.feedForward.routedExperts);
  }
  const ranks = devices / context;
  const found: Parallelism[] = [];
  for (const tensor of divisors(ranks)) {
    if (heads.some((count) => count % tensor !== 0)) continue;
    for (const pipeline of divisors(ranks / tensor)) {
      if (pipeline > layers) continue;
      const data = ranks / tensor / pipeline;
      found.push({ tensor, pipeline, data, expert: 1, context });
      const group = tensor * data;
      if (group > 1 && experts.length > 0 && experts.every((count) => count % group === 0)) {
        found.push({ tensor, pipeline, data, expert: group, context });
      }
    }
  }
  return found;
}

function divisors(count: number): number[] {
  const found: number[] = [];
  for (let size = 1; size <= count; size += 1) if (count % size === 0) found.push(size);
  return found;
}
