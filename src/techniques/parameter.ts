import { totalParameters } from '../model/count';
import type { Scenario } from '../roofline/scenario';

/** What a parameter may depend on. */
export type Axis = 'promptTokens' | 'contextTokens' | 'batch' | 'billionParameters';

/** Measured at a few points: linear between them on a logarithmic axis, the nearest point's value outside. */
export interface Table {
  by: Axis;
  points: readonly (readonly [number, number])[];
}

/** Each sequence touches this share of something, independently: a batch touches the union, 1 − (1 − share)^batch. */
export interface Union {
  unionOf: number;
}

/** A number of an effect: fixed, read off a measured table, or grown with the batch. */
export type Parameter = number | Table | Union;

/** The value of a parameter in a scenario. Dimensionless, as all factors are. */
export function valueOf(parameter: Parameter, scenario: Scenario): number {
  if (typeof parameter === 'number') return parameter;
  if ('unionOf' in parameter)
    return 1 - (1 - parameter.unionOf) ** Math.max(1, scenario.workload.concurrency);
  return interpolate(parameter.points, along(parameter.by, scenario));
}

function along(axis: Axis, scenario: Scenario): number {
  const { workload, model } = scenario;
  switch (axis) {
    case 'promptTokens':
      return workload.inputTokens;
    case 'contextTokens':
      return workload.inputTokens + workload.outputTokens;
    case 'batch':
      return workload.concurrency;
    case 'billionParameters':
      return totalParameters(model) / 1e9;
  }
}

function interpolate(points: Table['points'], at: number): number {
  const first = points[0];
  if (!first) throw new RangeError('a table without points has no value');
  let before = first;
  for (const point of points) {
    if (at === point[0]) return point[1];
    if (at < point[0]) {
      if (point === first) return first[1];
      const share = Math.log(at / before[0]) / Math.log(point[0] / before[0]);
      return before[1] + share * (point[1] - before[1]);
    }
    before = point;
  }
  return before[1];
}
