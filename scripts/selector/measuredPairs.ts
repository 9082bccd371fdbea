import type { Estimate } from '../../src/roofline/estimate';
import { estimate } from '../../src/roofline/estimateScenario';
import type { Scenario } from '../../src/roofline/scenario';
import { ScenarioError } from '../../src/roofline/scenarioError';
import type { Case } from '../../src/selector/training/case';
import { measuredCases, predictedSeconds, type MeasuredCase } from '../calibration/measuredCases';
import { readMeasured } from '../calibration/readCsv';
import { caseOf, METRIC_OF } from './caseOf';

/**
 * Ratios of `technique_pairs.csv`: a technique against its baseline in one source under one workload, both put to the engine. Rows whose scenario
 * cannot be rebuilt are left out.
 */
export function measuredPairs(): Case[] {
  const byId = new Map(measuredCases().map((one) => [one.id, one]));
  const estimates = new Map<Scenario, Estimate>();
  const estimated = (scenario: Scenario): Estimate => {
    const known = estimates.get(scenario) ?? estimate(scenario);
    estimates.set(scenario, known);
    return known;
  };
  const cases: Case[] = [];
  for (const row of readMeasured('technique_pairs.csv')) {
    const after = byId.get(row['id'] ?? '');
    const before = byId.get(row['baseline_id'] ?? '');
    if (!after || !before || after.kind !== before.kind) continue;
    try {
      const found = pair(row, before, after, estimated);
      if (found) cases.push(found);
    } catch (fault) {
      if (!(fault instanceof ScenarioError)) throw fault;
    }
  }
  return cases;
}

function pair(
  row: Record<string, string>,
  before: MeasuredCase,
  after: MeasuredCase,
  estimated: (scenario: Scenario) => Estimate,
): Case | null {
  const measuredRatio = before.measured / after.measured;
  if (!(measuredRatio > 0.05 && measuredRatio < 50)) return null;
  const baseline = estimated(before.scenario);
  const physicsRatio =
    predictedSeconds(before, baseline) / predictedSeconds(after, estimated(after.scenario));
  if (!(physicsRatio > 0 && Number.isFinite(physicsRatio))) return null;
  const technique = techniqueOf(after.scenario);
  // What no scenario can tell apart (a library's build, an environment variable) is no choice that can be advised on.
  if (technique === techniqueOf(before.scenario)) return null;
  const metric = METRIC_OF[before.kind];
  return caseOf(
    {
      family: row['change'] ?? '',
      before: before.scenario,
      after: after.scenario,
      baseline,
      metric,
      physicsRatio,
    },
    {
      id: after.id,
      source: before.source,
      hardware: before.hardware,
      model: before.model,
      technique,
      group: `${before.id}|${row['metric'] ?? ''}`,
      measuredRatio,
      trust: 1,
    },
  );
}

/** What one would switch on, as one name: weights, cache, attention, how the devices share the work. */
function techniqueOf({ setup }: Scenario): string {
  const { tensor, pipeline } = setup.parallelism;
  return [setup.weights, `kv ${setup.kv ?? 'plain'}`, setup.attention, `tp${tensor}`, `pp${pipeline}`].join(
    ' ',
  );
}
