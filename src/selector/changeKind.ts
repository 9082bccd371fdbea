import type { Scenario } from '../roofline/scenario';

/** What a technique changes, as far as what is known of one such change speaks for another. */
export const CHANGE_KINDS = ['speculation', 'devices', 'weights', 'attention', 'cache', 'other'] as const;

export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** The kind of change between two scenarios; where several things change, the one that rules the time comes first. */
export function changeKind(before: Scenario, after: Scenario): ChangeKind {
  if (after.modifiers.speculation !== null && before.modifiers.speculation === null) return 'speculation';
  const from = before.setup;
  const to = after.setup;
  const split = ({ parallelism }: Scenario['setup']): string => JSON.stringify(parallelism);
  if (split(from) !== split(to)) return 'devices';
  if (from.weights !== to.weights) return 'weights';
  if (from.attention !== to.attention) return 'attention';
  if (from.kv !== to.kv) return 'cache';
  return 'other';
}
