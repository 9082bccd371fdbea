import type { MeasuredCase } from '../calibration/measuredCases';
import { changeKind } from '../../src/selector/changeKind';
import { features } from '../../src/selector/features';
import type { Question, RatioMetric } from '../../src/selector/selector';
import type { Case } from '../../src/selector/training/case';

/** The metric that a timed figure is a ratio of. */
export const METRIC_OF: Record<MeasuredCase['kind'], RatioMetric> = {
  token: 'interToken',
  whole: 'endToEnd',
  prefill: 'timeToFirstToken',
};

/** A case out of a question and what was measured of it. */
export function caseOf(
  question: Question,
  about: Omit<Case, 'kind' | 'engine' | 'metric' | 'features' | 'physicsRatio'>,
): Case {
  return {
    ...about,
    kind: changeKind(question.before, question.after),
    engine: question.before.setup.engine,
    metric: question.metric,
    features: features(question),
    physicsRatio: question.physicsRatio,
  };
}
