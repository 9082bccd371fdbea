import { conflictBetween } from './conflicts';
import type { Technique } from './technique';

/**
 * Techniques that can be had beside one: no rule forbids the pair, and some engine takes both, as a setting or as a patch. Whether the second still
 * gains anything once the first is on depends on the scenario, and is what stacks are grown for.
 */
export function composesWith(technique: Technique, all: readonly Technique[]): string[] {
  const engines = enginesOf(technique);
  return all
    .filter(
      (other) =>
        other.id !== technique.id &&
        conflictBetween(technique, other) === null &&
        enginesOf(other).some((engine) => engines.includes(engine)),
    )
    .map((other) => other.id);
}

function enginesOf({ engines, researchIn, defaultIn }: Technique): string[] {
  return [...engines.map((entry) => entry.engine), ...(researchIn ?? []), ...defaultIn];
}
