import { z } from 'zod';
import { estimate } from '../../../src/roofline/estimateScenario';
import { ScenarioError } from '../../../src/roofline/scenarioError';
import { median } from '../../calibration/crossValidate';
import { measuredCases, predictedSeconds } from '../../calibration/measuredCases';

export const engineFigureSchema = z.object({
  metric: z.string(),
  engine: z.string(),
  hardware: z.string(),
  /** Fraction of 1. */
  medianAbsolutePercentageError: z.number(),
  n: z.number(),
});

export type EngineFigure = z.infer<typeof engineFigureSchema>;

/**
 * How far the engine is off, with the constants that ship, by what was timed, engine and device. These constants were fitted on the
 * same rows; `npm run accuracy:engine` has the errors on devices left out.
 */
export function engineFigures(): EngineFigure[] {
  const errors = new Map<string, { metric: string; engine: string; hardware: string; list: number[] }>();
  for (const one of measuredCases()) {
    const key = [one.metric, one.engine, one.hardware].join('|');
    const entry = errors.get(key) ?? {
      metric: one.metric,
      engine: one.engine,
      hardware: one.hardware,
      list: [],
    };
    errors.set(key, entry);
    try {
      entry.list.push(Math.abs(predictedSeconds(one, estimate(one.scenario)) / one.measured - 1));
    } catch (fault) {
      if (!(fault instanceof ScenarioError)) throw fault;
    }
  }
  return [...errors.values()]
    .filter(({ list }) => list.length > 0)
    .map(({ metric, engine, hardware, list }) => ({
      metric,
      engine,
      hardware,
      medianAbsolutePercentageError: Number(median(list).toPrecision(4)),
      n: list.length,
    }));
}
