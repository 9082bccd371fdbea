import { estimate } from '../../src/roofline/estimateScenario';
import { ScenarioError } from '../../src/roofline/scenarioError';
import { features } from '../../src/selector/features';
import type { RatioMetric } from '../../src/selector/selector';
import type { Case } from '../../src/selector/training/case';
import { measuredCases, predictedSeconds, type MeasuredCase } from '../calibration/measuredCases';
import { readMeasured } from '../calibration/readCsv';

const METRIC_OF: Record<MeasuredCase['kind'], RatioMetric> = {
  token: 'interToken',
  whole: 'endToEnd',
  prefill: 'timeToFirstToken',
};

/**
 * Ratios of `technique_pairs.csv`: a technique against its baseline in one source under one workload, both put to the engine. Rows whose scenario
 * cannot be rebuilt are left out.
 */
export function measuredPairs(): Case[] {
  const byId = new Map(measuredCases().map((one) => [one.id, one]));
  const cases: Case[] = [];
  for (const row of readMeasured('technique_pairs.csv')) {
    const after = byId.get(row['id'] ?? '');
    const before = byId.get(row['baseline_id'] ?? '');
    if (!after || !before || after.kind !== before.kind) continue;
    const measuredRatio = before.measured / after.measured;
    if (!(measuredRatio > 0.05 && measuredRatio < 50)) continue;
    try {
      const baseline = estimate(before.scenario);
      const physicsRatio =
        predictedSeconds(before, baseline) / predictedSeconds(after, estimate(after.scenario));
      const metric = METRIC_OF[before.kind];
      const question = {
        family: row['change'] ?? '',
        before: before.scenario,
        after: after.scenario,
        baseline,
        metric,
        physicsRatio,
      };
      cases.push({
        id: after.id,
        source: before.source,
        hardware: before.hardware,
        model: before.model,
        technique: techniqueOf(row),
        family: (row['change'] ?? '').replace(/\(.*/, ''),
        metric,
        group: `${before.id}|${row['metric'] ?? ''}`,
        features: features(question),
        physicsRatio,
        measuredRatio,
        trust: 1,
      });
    } catch (fault) {
      if (!(fault instanceof ScenarioError)) throw fault;
    }
  }
  return cases;
}

/** What the row changes, as one name: precision, attention, parallelism. */
function techniqueOf(row: Record<string, string>): string {
  return [row['change'], row['technique'], row['precision'], row['kv_precision']].filter(Boolean).join(' ');
}
