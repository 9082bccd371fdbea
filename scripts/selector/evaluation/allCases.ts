import type { Case } from '../../../src/selector/training/case';
import { measuredPairs } from '../measuredPairs';
import { reportedRatios } from '../reportedRatios';

/**
 * Everything that can be learned from: measured pairs and reported ratios. Alternatives of one choice that no scenario can tell apart
 * count as one, by the geometric mean of what was measured.
 */
export function allCases(): { cases: Case[]; measured: number; reported: number } {
  const measured = measuredPairs();
  const reported = reportedRatios();
  const alike = new Map<string, Case[]>();
  for (const one of [...measured, ...reported]) {
    const key = `${one.group}#${one.technique}`;
    const list = alike.get(key);
    if (list) list.push(one);
    else alike.set(key, [one]);
  }
  const cases = [...alike.values()].flatMap((list) => {
    const [first] = list;
    if (!first) return [];
    const mean = list.reduce((sum, one) => sum + Math.log(one.measuredRatio), 0) / list.length;
    return [{ ...first, measuredRatio: Math.exp(mean) }];
  });
  return { cases, measured: measured.length, reported: reported.length };
}
