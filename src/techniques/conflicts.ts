import * as z from 'zod';
import rules from './stacks.json';
import type { Conflict, Technique, TechniqueEntry } from './technique';

/**
 * Who a rule speaks of: `id`, `family:…`, or what the effect does: `sets:weights` (a field of the setup), `drafts` (speculation),
 * `changes:kvStoredBytes` (a term), `spreads`.
 */
const ruleSchema = z.strictObject({
  between: z.tuple([z.string().min(1), z.string().min(1)]),
  /** Pairs that the rule does not hold for: a kernel exists that does both. */
  except: z.array(z.tuple([z.string().min(1), z.string().min(1)])).exactOptional(),
  because: z.string().min(1),
  source: z.string().min(1),
});

export const stacksSchema = z.strictObject({ rules: z.array(ruleSchema) });

export type StackRule = z.infer<typeof ruleSchema>;

/** Kept by the tests against the schema, and not checked again here. */
const RULES = rules.rules as unknown as readonly StackRule[];

/** Why two techniques cannot be had together, in half a line; null where they can. The order does not matter. */
export function conflictBetween(a: Technique, b: Technique): string | null {
  if (a.id === b.id) return 'the same technique twice';
  return a.conflicts.find((conflict) => conflict.id === b.id)?.because ?? null;
}

/** The conflicts of each of a set of entries, by id: symmetric, since each pair is written down for both. The first rule counts. */
export function conflictsAmong(entries: readonly TechniqueEntry[]): ReadonlyMap<string, readonly Conflict[]> {
  const found = new Map(entries.map((entry) => [entry.id, new Map<string, string>()]));
  for (const rule of RULES) {
    const spokenOf = (selector: string) => entries.filter((entry) => matches(selector, entry));
    const [left, right] = rule.between;
    const others = spokenOf(right);
    for (const a of spokenOf(left)) {
      for (const b of others) {
        if (a.id === b.id || found.get(a.id)?.has(b.id) || excepted(rule, a, b)) continue;
        found.get(a.id)?.set(b.id, rule.because);
        found.get(b.id)?.set(a.id, rule.because);
      }
    }
  }
  return new Map(
    [...found].map(([id, conflicts]) => [
      id,
      [...conflicts].map(([other, because]) => ({ id: other, because })),
    ]),
  );
}

function excepted(rule: StackRule, a: TechniqueEntry, b: TechniqueEntry): boolean {
  return (rule.except ?? []).some(
    ([left, right]) => (matches(left, a) && matches(right, b)) || (matches(left, b) && matches(right, a)),
  );
}

function matches(selector: string, technique: TechniqueEntry): boolean {
  const { effect } = technique;
  const colon = selector.indexOf(':');
  const kind = colon < 0 ? selector : selector.slice(0, colon);
  const name = selector.slice(colon + 1);
  if (colon >= 0) {
    if (kind === 'family') return technique.family === name;
    if (kind === 'sets') return name in (effect.setup ?? {});
    if (kind === 'changes') return name in (effect.modifiers ?? {});
  }
  if (selector === 'drafts') return effect.speculation !== undefined;
  if (selector === 'spreads') return effect.spread !== undefined;
  if (selector === 'offloads') return effect.weightsFromHost !== undefined;
  return technique.id === selector;
}
