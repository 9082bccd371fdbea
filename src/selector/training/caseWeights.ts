import type { Case } from './case';

/**
 * What each case weighs. Rows of one source on one device are much alike: together they weigh as the root of their number, so that
 * neither the two devices with a third of all rows rule, nor the single rows. Scaled so that the sum is the number of
 * cases that are as good as independent (Kish's effective sample size).
 */
export function caseWeights(cases: readonly Case[]): Float64Array {
  const perGroup = new Map<string, number>();
  for (const one of cases) perGroup.set(originOf(one), (perGroup.get(originOf(one)) ?? 0) + 1);
  const raw = Float64Array.from(cases, (one) => one.trust / Math.sqrt(perGroup.get(originOf(one)) ?? 1));
  let sum = 0;
  let squares = 0;
  for (const weight of raw) {
    sum += weight;
    squares += weight ** 2;
  }
  return raw.map((weight) => (squares > 0 ? (weight * sum) / squares : 0));
}

/** Who measured it, and on what: rows that share both share their faults. */
export function originOf(one: Case): string {
  return `${one.hardware}|${one.source}`;
}
