import type { Parallelism } from '../deployment/setup';
import type { ModelSpec } from '../model/spec';

/**
 * Every legal way of splitting a model over `devices` devices: tensor × pipeline × data, and experts over the whole
 * tensor-and-data group where there are any. Heads divide evenly over tensor parallel, stages have a layer each.
 */
export function placements(model: ModelSpec, devices: number): Parallelism[] {
  const layers = model.groups.reduce((total, group) => total + group.indices.length, 0);
  const heads: number[] = [];
  const experts: number[] = [];
  for (const group of model.groups) {
    if (group.layer.mixer.kind === 'attention') heads.push(group.layer.mixer.queryHeads);
    if (group.layer.feedForward.kind === 'experts') experts.push(group.layer.feedForward.routedExperts);
  }
  const found: Parallelism[] = [];
  for (const tensor of divisors(devices)) {
    if (heads.some((count) => count % tensor !== 0)) continue;
    for (const pipeline of divisors(devices / tensor)) {
      if (pipeline > layers) continue;
      const data = devices / tensor / pipeline;
      found.push({ tensor, pipeline, data, expert: 1, context: 1 });
      const group = tensor * data;
      if (group > 1 && experts.length > 0 && experts.every((count) => count % group === 0)) {
        found.push({ tensor, pipeline, data, expert: group, context: 1 });
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
