import type { Lengths } from './lengths';
import { memoryEstimate, QUEUES } from './memoryEstimate';
import type { ModelAggregate } from './modelAggregate';
import type { Placement } from './placement';
import type { Scenario } from './scenario';

/**
 * How many of `sequences` sequences run together, on average: all of them, or those whose pages fit. They are admitted with their
 * prompt, grow until pages run out, and the youngest are put back then (Kwon et al., "Efficient memory management for large language
 * model serving with PagedAttention", arXiv:2309.06180, section 4.5), so that between admission and end the pool holds sequences of
 * about half their output. All where not even one fits: times are then as if there were room.
 */
export function sequencesAtOnce(
  scenario: Scenario,
  model: ModelAggregate,
  placement: Placement,
  lengths: Lengths,
  sequences: number,
): number {
  if (!QUEUES.has(scenario.setup.engine) || sequences <= placement.data) return sequences;
  const halfway = { ...lengths, output: lengths.output / 2 };
  const { maxConcurrency } = memoryEstimate(scenario, model, placement, halfway, 1, []);
  return maxConcurrency < 1 ? sequences : Math.min(sequences, maxConcurrency);
}
