import type { Estimate } from '../roofline/estimate';
import type { Scenario } from '../roofline/scenario';
import type { Band } from '../units/quantities';

/** Metrics that ratios are learned for; a ratio above 1 is better, whatever the metric. */
export const METRICS = ['endToEnd', 'interToken', 'timeToFirstToken', 'throughput'] as const;

export type RatioMetric = (typeof METRICS)[number];

/** One technique considered for a scenario, and what physics alone says it gains. */
export interface Question {
  family: string;
  before: Scenario;
  after: Scenario;
  /** The engine's answer before the technique. */
  baseline: Estimate;
  metric: RatioMetric;
  /** The engine's answer after the technique over the one before, as a gain. */
  physicsRatio: number;
}

/** Says what a technique gains: physics corrected by what was measured. */
export interface Selector {
  /** File name of the trained model; null where only physics speaks. */
  model: string | null;
  version: string;
  /** Rows that it was trained on. */
  trainedOn: number;
  method: string;
  /** Gains with their band, one for each question, in order. */
  answer(questions: readonly Question[]): Promise<Band[]>;
}
