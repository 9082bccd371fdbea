import { gain } from '../../src/advisor/goal';
import { defaultSetup } from '../../src/deployment/defaults';
import { findDevice } from '../../src/hardware/catalogue';
import { totalParameters } from '../../src/model/count';
import { readModel } from '../../src/model/readModel';
import type { ModelSpec } from '../../src/model/spec';
import { wellKnownConfig } from '../../src/model/wellKnown';
import { estimate } from '../../src/roofline/estimateScenario';
import { NO_MODIFIERS } from '../../src/roofline/modifiers';
import { ScenarioError } from '../../src/roofline/scenarioError';
import { features } from '../../src/selector/features';
import type { RatioMetric } from '../../src/selector/selector';
import type { Case } from '../../src/selector/training/case';
import { applyTechnique } from '../../src/techniques/apply';
import { findTechnique } from '../../src/techniques/catalogue';
import { performanceRows } from '../../src/techniques/performance';
import { DEFAULT_WORKLOAD } from '../../src/workload/workload';

/** Dense models of the sizes that papers measure on; a row is put to the one nearest in parameters. */
const STAND_INS = [
  'meta-llama/Llama-3.2-1B',
  'meta-llama/Llama-3.2-3B',
  'meta-llama/Llama-2-7b-hf',
  'meta-llama/Llama-3.1-8B',
  'meta-llama/Llama-2-13b-hf',
  'Qwen/Qwen2.5-32B',
  'meta-llama/Llama-2-70b-hf',
];
const METRICS: readonly string[] = ['endToEnd', 'interToken', 'timeToFirstToken', 'throughput'];
/** How much a reported value is believed: maxima and figures against weak baselines argue for little. */
const TRUST: Record<string, number> = {
  average: 1,
  single: 1,
  low: 0.5,
  high: 0.5,
  'up-to': 0.2,
  approximate: 0.5,
  'at-least': 0.3,
  'at-most': 0.3,
};
const WEAK = ['naive', 'naive-offload', 'unstated'];

/** Ratios that papers report for a technique of the catalogue on one known device and a model of known size. */
export function reportedRatios(): Case[] {
  const models = STAND_INS.flatMap((name) => {
    const reading = readModel(wellKnownConfig(name) ?? '', { name });
    return reading.ok ? [reading.model] : [];
  });
  return performanceRows().flatMap((row): Case[] => {
    const technique = row.technique === null ? null : findTechnique(row.technique);
    const device = row.device === null ? null : findDevice(row.device).device;
    if (!technique || !device || row.batch === 'max' || row.billionParameters === null || row.unit !== 'x')
      return [];
    if (
      !METRICS.includes(row.metric) ||
      !(row.value > 0.05 && row.value < 50) ||
      WEAK.includes(row.baselineClass)
    )
      return [];
    const metric = row.metric as RatioMetric;
    const engine = row.baselineClass === 'engine' ? 'vllm' : 'transformers';
    const devices = row.devices ?? 1;
    const setup = defaultSetup(engine, { id: device.id, memoryBytes: device.memory });
    const before = {
      model: nearest(models, row.billionParameters * 1e9),
      setup: { ...setup, parallelism: { ...setup.parallelism, tensor: devices } },
      device,
      devices,
      workload: {
        ...DEFAULT_WORKLOAD,
        concurrency: typeof row.batch === 'number' ? row.batch : 1,
        inputTokens: row.input ?? DEFAULT_WORKLOAD.inputTokens,
        outputTokens: row.output ?? DEFAULT_WORKLOAD.outputTokens,
      },
      modifiers: NO_MODIFIERS,
    };
    try {
      const after = applyTechnique(technique, before);
      const baseline = estimate(before);
      const physicsRatio = gain(metric, baseline, estimate(after));
      if (!(physicsRatio > 0)) return [];
      return [
        {
          id: `performance-${row.row ?? row.source}`,
          source: row.paper ?? row.source,
          hardware: device.name,
          model: row.model,
          technique: technique.id,
          family: technique.family,
          metric,
          group: [
            row.source,
            row.model,
            row.device,
            row.batch,
            row.input,
            row.output,
            row.task,
            row.baseline,
            row.metric,
          ].join('|'),
          features: features({ family: technique.family, before, after, baseline, metric, physicsRatio }),
          physicsRatio,
          measuredRatio: row.value,
          trust: TRUST[row.kind] ?? 0.3,
        },
      ];
    } catch (fault) {
      if (fault instanceof ScenarioError) return [];
      throw fault;
    }
  });
}

function nearest(models: readonly ModelSpec[], parameters: number): ModelSpec {
  const distance = (model: ModelSpec): number => Math.abs(Math.log(totalParameters(model) / parameters));
  const [best] = [...models].sort((a, b) => distance(a) - distance(b));
  if (!best) throw new Error('no stand-in model could be read');
  return best;
}
