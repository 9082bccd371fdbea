import type { Evaluation } from './evaluation';

/** By how much a figure may fall short of the committed one: what a change of the engine elsewhere may shift without harm. */
const TOLERANCE = { top1: 0.02, meanRegret: 0.006, medianAbsolutePercentageError: 0.012 };
const COVERAGE = [0.7, 0.92] as const;

/** In words, what got worse than committed; empty where nothing did. */
export function worsened(now: Evaluation['selector'], before: Evaluation['selector']): string[] {
  const faults: string[] = [];
  for (const split of ['byPaper', 'byHardware', 'byModel'] as const) {
    const is = now[split]['selector'];
    const was = before[split]['selector'];
    if (!is || !was) {
      faults.push(`${split}: no figures`);
      continue;
    }
    const say = (name: string): void => {
      faults.push(`${split}: ${name} is worse than committed`);
    };
    if (is.top1 < was.top1 - TOLERANCE.top1) say(`top1 ${is.top1} (was ${was.top1})`);
    if (is.meanRegret > was.meanRegret + TOLERANCE.meanRegret)
      say(`meanRegret ${is.meanRegret} (was ${was.meanRegret})`);
    if (
      is.medianAbsolutePercentageError >
      was.medianAbsolutePercentageError + TOLERANCE.medianAbsolutePercentageError
    )
      say(
        `medianAbsolutePercentageError ${is.medianAbsolutePercentageError} (was ${was.medianAbsolutePercentageError})`,
      );
    const outside = (share: number): boolean => share < COVERAGE[0] || share > COVERAGE[1];
    if (outside(is.coverage80) && !outside(was.coverage80))
      say(`coverage80 ${is.coverage80} (was ${was.coverage80})`);
  }
  return faults;
}
