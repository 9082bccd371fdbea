/**
 * Prints how near the engine is to measurements that it was not fitted on: whole hardware families left out, whole models left
 * out, each device weighing alike, beside peak roofline on the same rows. Memory and "fits" need no fit and are printed as they are.
 *
 * Usage: npm run accuracy:engine [-- ENGINE…]
 */
import type { Engine } from '../src/deployment/engine';
import { backendOf } from '../src/roofline/backend';
import { estimate } from '../src/roofline/estimateScenario';
import { coverage } from './calibration/coverage';
import { crossValidate, median, medianOverDevices, type LeftOut } from './calibration/crossValidate';
import { fitEngine } from './calibration/engineFit';
import { predict, prepare } from './calibration/evaluator';
import { measuredCases, type Metric } from './calibration/measuredCases';
import { measuredFits, measuredMemory, predictedPeak } from './calibration/measuredMemory';
import { PEAK_ROOFLINE, PRIORS } from './calibration/priors';
import { haveMeasured } from './calibration/readCsv';
import { servingErrors } from './calibration/servingCases';

const ENGINES: readonly Engine[] = [
  'llama.cpp',
  'vllm',
  'transformers',
  'tensorrt-llm',
  'openvino',
  'sglang',
  'mlx',
];
const METRICS: readonly Metric[] = ['decode1', 'throughput', 'prefill'];
/** Models are left out in this many folds of whole models. */
const MODEL_FOLDS = 6;

if (!haveMeasured()) {
  console.error('../shared/measured is not here: there is nothing to compare with.');
} else {
  run(process.argv.slice(2));
}

function run(only: readonly string[]): void {
  const all = measuredCases();
  const pooled: Record<'hardware' | 'models' | 'peak', LeftOut[]> = { hardware: [], models: [], peak: [] };
  console.log(
    'metric      engine        devices  rows   hardware out  models out  peak roofline  80 % bands cover',
  );
  for (const engine of ENGINES) {
    if (only.length > 0 && !only.includes(engine)) continue;
    const cases = prepare(
      all.filter((one) => one.engine === engine),
      PRIORS[engine],
    );
    const full = fitEngine(engine, cases, null);
    const models = [...new Set(cases.map((one) => one.measured.model))].sort();
    const byHardware = crossValidate(cases, full, (one) => one.measured.family);
    const byModel = crossValidate(cases, full, (one) =>
      String(models.indexOf(one.measured.model) % MODEL_FOLDS),
    );
    const peak = cases.map((one) => ({ one, ratio: predict(one, PEAK_ROOFLINE) / one.measured.measured }));
    pooled.hardware.push(...byHardware);
    pooled.models.push(...byModel);
    pooled.peak.push(...peak);
    for (const metric of METRICS) printRow(metric, engine, byHardware, byModel, peak);
  }
  for (const metric of METRICS) printRow(metric, 'all', pooled.hardware, pooled.models, pooled.peak);
  printMemory();
  console.log('\nserving (vLLM on H100; six constants were set on these rows)');
  for (const line of servingErrors()) console.log(line);
}

function printRow(
  metric: Metric,
  engine: string,
  byHardware: readonly LeftOut[],
  byModel: readonly LeftOut[],
  peak: readonly LeftOut[],
): void {
  const of = (rows: readonly LeftOut[]): LeftOut[] =>
    rows.filter(({ one }) => one.measured.metric === metric);
  if (of(peak).length === 0) return;
  const out = medianOverDevices(of(byHardware));
  const models = medianOverDevices(of(byModel));
  const roof = medianOverDevices(of(peak));
  const covered = coverage(of(byHardware), (one) => `${one.measured.engine}/${backendOf(one.plan.device)}`);
  console.log(
    [
      metric.padEnd(11),
      engine.padEnd(13),
      String(roof.devices).padStart(7),
      String(roof.rows).padStart(6),
      percent(out.error).padStart(13),
      percent(models.error).padStart(11),
      percent(roof.error).padStart(14),
      percent(covered).padStart(17),
    ].join(' '),
  );
}

function printMemory(): void {
  console.log('\npeak memory  engine        device                       rows   engine   weights + KV');
  const groups = new Map<string, { ours: number[]; content: number[] }>();
  for (const one of measuredMemory()) {
    const answer = estimate(one.scenario);
    const key = `${one.kind.padEnd(12)} ${one.engine.padEnd(13)} ${one.hardware.slice(0, 28).padEnd(28)}`;
    const group = groups.get(key) ?? { ours: [], content: [] };
    groups.set(key, group);
    group.ours.push(Math.abs(predictedPeak(one.kind, answer) / one.measured - 1));
    group.content.push(Math.abs((answer.memory.weights + answer.memory.kvCache) / one.measured - 1));
  }
  for (const [key, { ours, content }] of [...groups].sort()) {
    console.log(
      `${key} ${String(ours.length).padStart(4)} ${percent(median(ours)).padStart(8)} ${percent(median(content)).padStart(14)}`,
    );
  }
  let right = 0;
  let falseFits = 0;
  const cases = measuredFits();
  for (const one of cases) {
    const { fits } = estimate(one.scenario).memory;
    if (fits === one.fits) right += 1;
    else if (fits) falseFits += 1;
  }
  console.log(
    `fits: ${cases.length} rows, ${percent(right / cases.length)} right, ${falseFits} said to fit that ran out of memory`,
  );
}

function percent(share: number): string {
  return Number.isFinite(share) ? `${(100 * share).toFixed(1)} %` : '–';
}
