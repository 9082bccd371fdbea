import { gain } from '../../src/advisor/goal';
import { defaultSetup } from '../../src/deployment/defaults';
import type { Engine } from '../../src/deployment/engine';
import { findDevice } from '../../src/hardware/catalogue';
import type { Device } from '../../src/hardware/device';
import { totalParameters } from '../../src/model/count';
import { readModel } from '../../src/model/readModel';
import type { ModelSpec } from '../../src/model/spec';
import { wellKnownConfig } from '../../src/model/wellKnown';
import { estimate } from '../../src/roofline/estimateScenario';
import { NO_MODIFIERS } from '../../src/roofline/modifiers';
import { ScenarioError } from '../../src/roofline/scenarioError';
import type { Scenario } from '../../src/roofline/scenario';
import { METRICS, type RatioMetric } from '../../src/selector/selector';
import type { Case } from '../../src/selector/training/case';
import { applyTechnique } from '../../src/techniques/apply';
import { findTechnique } from '../../src/techniques/catalogue';
import type { Technique } from '../../src/techniques/technique';
import { performanceRows, type PerformanceRow } from '../../src/techniques/performance';
import { DEFAULT_WORKLOAD } from '../../src/workload/workload';
import { caseOf } from './caseOf';

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
/** How much a reported value is believed: maxima argue for little. */
const TRUST: Record<PerformanceRow['kind'], number> = {
  average: 1,
  single: 1,
  low: 0.5,
  high: 0.5,
  'up-to': 0.2,
  approximate: 0.5,
  'at-least': 0.3,
  'at-most': 0.3,
};
/** Baselines that a scenario can stand for; against another method, or against swapping, nothing can be asked. */
const BASELINES: Partial<Record<PerformanceRow['baselineClass'], number>> = {
  engine: 1,
  dense: 1,
  naive: 0.7,
};
/** Engines by what a baseline is called; a naive baseline is eager code. */
const ENGINES: readonly (readonly [RegExp, Engine])[] = [
  [/trt|tensorrt/i, 'tensorrt-llm'],
  [/vllm/i, 'vllm'],
  [/llama\.cpp/i, 'llama.cpp'],
  [/\bhf\b|transformers|vanilla|naive/i, 'transformers'],
];
/** Filled-in fields make a row worth less. */
const INFERRED = 0.7;
/** A row without its batch is one of a single request where the gain is in time, and says little where it is in throughput. */
const BATCH_UNKNOWN = 0.5;
/** "As many as fit" beyond this is bounded by the engine, not by memory. */
const MOST_SEQUENCES = 256;

/** Ratios that papers report for a technique of the catalogue on one known device and a model of known size. */
export function reportedRatios(): Case[] {
  const models = STAND_INS.flatMap((name) => {
    const reading = readModel(wellKnownConfig(name) ?? '', { name });
    return reading.ok ? [reading.model] : [];
  });
  return performanceRows().flatMap((row) => {
    try {
      const found = reported(row, models);
      return found ? [found] : [];
    } catch (fault) {
      if (fault instanceof ScenarioError) return [];
      throw fault;
    }
  });
}

function reported(row: PerformanceRow, models: readonly ModelSpec[]): Case | null {
  const technique = row.technique === null ? null : findTechnique(row.technique);
  const device = findDevice(row.device ?? row.hardware).device ?? null;
  const metric = METRICS.find((name) => name === row.metric);
  const baselineTrust = BASELINES[row.baselineClass];
  if (!technique || !device || !metric || row.unit !== 'x' || baselineTrust === undefined) return null;
  if (row.billionParameters === null || !(row.value > 0.05 && row.value < 50)) return null;
  const before = scenarioOf(row, device, nearest(models, row.billionParameters * 1e9));
  const asked = ask(technique, before, metric, row.batch === 'max');
  if (!asked || !(asked.physicsRatio > 0 && Number.isFinite(asked.physicsRatio))) return null;
  return caseOf(
    { family: technique.family, ...asked, metric },
    {
      id: `performance-${row.row ?? row.source}`,
      source: row.paper ?? row.source,
      hardware: device.name,
      model: row.model,
      technique: technique.id,
      group: [
        row.source,
        row.model,
        row.device ?? row.hardware,
        row.batch,
        row.input,
        row.output,
        row.task,
        row.baseline,
        row.metric,
      ].join('|'),
      measuredRatio: row.value,
      trust:
        TRUST[row.kind] *
        baselineTrust *
        (row.inferred.length > 0 ? INFERRED : 1) *
        (row.batch === null ? BATCH_UNKNOWN : 1),
    },
  );
}

function scenarioOf(row: PerformanceRow, device: Device, model: ModelSpec): Scenario {
  const fallback = row.baselineClass === 'naive' ? 'transformers' : 'vllm';
  const engine = ENGINES.find(([name]) => name.test(row.baseline))?.[1] ?? fallback;
  const setup = defaultSetup(engine, { id: device.id, memoryBytes: device.memory });
  const devices = row.devices ?? 1;
  return {
    model,
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
}

/** The question to the engine; where a row was measured at the largest batch that fits, each side at its own. */
function ask(technique: Technique, scenario: Scenario, metric: RatioMetric, largestBatch: boolean) {
  const before = largestBatch ? full(scenario) : scenario;
  const changed = applyTechnique(technique, scenario);
  const after = largestBatch ? full(changed) : changed;
  if (!before || !after) return null;
  const baseline = estimate(before);
  return { before, after, baseline, physicsRatio: gain(metric, baseline, estimate(after)) };
}

/** As many sequences as fit; null where the weights do not. */
function full(scenario: Scenario): Scenario | null {
  const most = estimate(scenario).memory.maxConcurrency;
  if (most < 1) return null;
  const concurrency = Math.min(MOST_SEQUENCES, most);
  return { ...scenario, workload: { ...scenario.workload, concurrency } };
}

function nearest(models: readonly ModelSpec[], parameters: number): ModelSpec {
  const distance = (model: ModelSpec): number => Math.abs(Math.log(totalParameters(model) / parameters));
  const [best] = [...models].sort((a, b) => distance(a) - distance(b));
  if (!best) throw new Error('no stand-in model could be read');
  return best;
}
