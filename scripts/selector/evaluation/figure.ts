import { z } from 'zod';
import type { Case } from '../../../src/selector/training/case';
import { caseWeights } from '../../../src/selector/training/caseWeights';
import { weightedQuantile } from '../../../src/selector/training/weightedQuantile';
import type { Band } from '../../../src/units/quantities';

/** How good a method is. Shares and errors are fractions of 1; rows of one source on one device weigh as the root of their number. */
export const figureSchema = z.object({
  /** Choices in which the alternative taken was the best of those measured side by side, the baseline being one of them. */
  top1: z.number(),
  /** The same where what was taken lies within 4 % of the best: repeats of one case differ by as much. */
  top1WithinRepeats: z.number(),
  macroF1: z.number(),
  /** Speed lost by the choices: 1 − measured of the one taken over measured of the best. */
  meanRegret: z.number(),
  medianAbsolutePercentageError: z.number(),
  /** Measured ratios within the 80 % band. */
  coverage80: z.number(),
  /** Ratios predicted, and choices made. */
  cases: z.number(),
  choices: z.number(),
});

export type Figure = z.infer<typeof figureSchema>;

const BASELINE = 'baseline';
const REPEATS = 0.04;

interface Option {
  technique: string;
  predicted: number;
  measured: number;
}

/** Figures of answers to cases, in order. `uniform`: choices are those of somebody who takes any alternative alike, in expectation. */
export function figureOf(cases: readonly Case[], answers: readonly Band[], uniform = false): Figure {
  const weights = caseWeights(cases);
  const off = cases.map((one, index) => Math.abs((answers[index]?.p50 ?? 1) / one.measuredRatio - 1));
  let covered = 0;
  let mass = 0;
  const groups = new Map<string, { options: Option[]; weight: number }>();
  cases.forEach((one, index) => {
    const band = answers[index] ?? { p10: 1, p50: 1, p90: 1 };
    const weight = weights[index] ?? 0;
    mass += weight;
    if (one.measuredRatio >= band.p10 && one.measuredRatio <= band.p90) covered += weight;
    const group = groups.get(one.group) ?? {
      options: [{ technique: BASELINE, predicted: 1, measured: 1 }],
      weight,
    };
    group.options.push({ technique: one.technique, predicted: band.p50, measured: one.measuredRatio });
    groups.set(one.group, group);
  });
  return {
    ...chosen([...groups.values()], uniform),
    medianAbsolutePercentageError: weightedQuantile(off, weights, 0.5),
    coverage80: mass > 0 ? covered / mass : 0,
    cases: cases.length,
    choices: groups.size,
  };
}

function chosen(groups: readonly { options: readonly Option[]; weight: number }[], uniform: boolean) {
  let total = 0;
  let right = 0;
  let near = 0;
  let regret = 0;
  const counts = new Map<string, { both: number; taken: number; best: number }>();
  const count = (technique: string, what: 'both' | 'taken' | 'best', weight: number): void => {
    const entry = counts.get(technique) ?? { both: 0, taken: 0, best: 0 };
    entry[what] += weight;
    counts.set(technique, entry);
  };
  for (const { options, weight } of groups) {
    const best = options.reduce((a, b) => (b.measured > a.measured ? b : a));
    const top = options.reduce((a, b) => (b.predicted > a.predicted ? b : a));
    const taken = uniform ? options : [top];
    total += weight;
    count(best.technique, 'best', weight);
    for (const option of taken) {
      const share = weight / taken.length;
      if (option === best) right += share;
      if (option.measured >= (1 - REPEATS) * best.measured) near += share;
      regret += share * (1 - option.measured / best.measured);
      count(option.technique, 'taken', share);
      if (option.technique === best.technique) count(option.technique, 'both', share);
    }
  }
  const scores = [...counts.values()].map(({ both, taken, best }) => (2 * both) / (taken + best));
  return {
    top1: right / total,
    top1WithinRepeats: near / total,
    macroF1: scores.reduce((sum, score) => sum + score, 0) / Math.max(1, scores.length),
    meanRegret: regret / total,
  };
}
