import type { Scenario } from '../roofline/scenario';
import { PLAIN, type SearchVariant } from '../roofline/search';
import { applyTechnique } from '../techniques/apply';
import { allTechniques } from '../techniques/catalogue';
import { checkConditions } from '../techniques/conditions';
import { conflictBetween } from '../techniques/conflicts';
import type { Effort, Technique } from '../techniques/technique';

/** What somebody can switch on: a flag, a published checkpoint, hours of calibration. No training, no other machine. */
const AT_HAND: readonly Effort[] = ['setting', 'checkpoint', 'calibration'];

export interface VariantChoice {
  losslessOnly: boolean;
  /** Precisions that are given, and so not searched. */
  weightsFixed: boolean;
  kvFixed: boolean;
  /** Techniques asked for by name: on in every variant. */
  asked: readonly Technique[];
  /** Whether two techniques beside the precisions may be on at once. */
  pairs: boolean;
}

/**
 * Everything that may be put on top of a scenario in a search: precisions of weights × precisions of the cache × further techniques, one
 * or two of unlike families. `samples` are scenarios of the search; what applies to none of them is left out at once.
 */
export function searchVariants(samples: readonly Scenario[], choice: VariantChoice): SearchVariant[] {
  const { asked } = choice;
  const open = allTechniques().filter(
    (technique) =>
      isSearchable(technique, choice) &&
      asked.every((one) => conflictBetween(one, technique) === null) &&
      samples.some((sample) => checkConditions(technique, sample).applies),
  );
  const setting = (name: 'weights' | 'kv'): (Technique | null)[] => [
    null,
    ...open.filter((technique) => kindOf(technique) === name),
  ];
  const others = open.filter((technique) => kindOf(technique) === 'other');
  const further: Technique[][] = [[], ...others.map((one) => [one])];
  if (choice.pairs) further.push(...pairsOf(others));
  const found: SearchVariant[] = [];
  for (const weights of setting('weights')) {
    for (const kv of setting('kv')) {
      for (const rest of further) {
        const stack = [weights, kv, ...rest].filter((one) => one !== null);
        if (goTogether(stack)) found.push(variantOf(stack, asked));
      }
    }
  }
  return found;
}

/** Risky ones are for those who ask for them by name: a search would always find them fastest. */
export function isTooRisky(technique: Technique): boolean {
  return technique.quality.risk === 'high';
}

function isSearchable(technique: Technique, choice: VariantChoice): boolean {
  const { effect, effort, quality } = technique;
  if (!AT_HAND.includes(effort) || isTooRisky(technique)) return false;
  if (choice.losslessOnly && !quality.lossless) return false;
  if (choice.asked.includes(technique)) return false;
  if (choice.weightsFixed && effect.setup?.weights !== undefined) return false;
  if (choice.kvFixed && effect.setup?.kv !== undefined) return false;
  // Placements are searched as such; what lives on the host is for models that fit nowhere.
  return (
    effect.spread === undefined &&
    effect.weightsFromHost === undefined &&
    effect.cacheResident === undefined &&
    Object.keys(effect).length > 0
  );
}

function kindOf({ effect }: Technique): 'weights' | 'kv' | 'other' {
  if (effect.setup?.weights !== undefined) return 'weights';
  return effect.setup?.kv !== undefined ? 'kv' : 'other';
}

function pairsOf(techniques: readonly Technique[]): Technique[][] {
  return techniques.flatMap((one, at) =>
    techniques
      .slice(at + 1)
      .filter((other) => other.family !== one.family)
      .map((other) => [one, other]),
  );
}

function goTogether(stack: readonly Technique[]): boolean {
  return stack.every((one, at) => stack.slice(at + 1).every((other) => conflictBetween(one, other) === null));
}

function variantOf(stack: readonly Technique[], asked: readonly Technique[]): SearchVariant {
  if (stack.length + asked.length === 0) return PLAIN;
  return {
    techniques: [...asked, ...stack].map((technique) => technique.id),
    dependsOnBatch: [...asked, ...stack].some(dependsOnBatch),
    apply: (plain) => {
      let scenario = plain;
      // What is asked for by name is on whether or not it fits the case, as everywhere.
      for (const technique of asked) scenario = applyTechnique(technique, scenario);
      for (const technique of stack) {
        if (!checkConditions(technique, scenario).applies) return null;
        scenario = applyTechnique(technique, scenario);
      }
      return scenario;
    },
  };
}

function dependsOnBatch(technique: Technique): boolean {
  return (
    technique.conditions.some(({ kind }) => kind.startsWith('concurrency-')) || readsBatch(technique.effect)
  );
}

/** Whether a parameter anywhere in an effect is read off by the batch. */
function readsBatch(effect: unknown): boolean {
  if (typeof effect !== 'object' || effect === null) return false;
  if ('unionOf' in effect || ('by' in effect && effect.by === 'batch')) return true;
  return Object.values(effect).some(readsBatch);
}
