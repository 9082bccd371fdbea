/**
 * Prints how near the engine is to measurements that it was not fitted on: whole hardware families left out, whole models left
 * out, each device weighing alike, beside peak roofline on the same rows. Memory and "fits" need no fit and are printed as they are;
 * servers are left out one by one. A run over all engines writes its figures to scripts/calibration/accuracy.json.
 *
 * Usage: npm run accuracy:engine [-- [--devices] [ENGINE…]]
 * `--devices` prints a line for each device too: where an engine's error comes from.
 */
import type { Engine } from '../src/deployment/engine';
import { backendOf } from '../src/roofline/backend';
import { shippedCalibration } from '../src/roofline/calibration';
import { estimate } from '../src/roofline/estimateScenario';
import { writeFigures, type AccuracyFigures } from './calibration/accuracyFigures';
import { coverage, coverageOfModels } from './calibration/coverage';
import {
  crossValidate,
  median,
  medianOverDevices,
  modelFold,
  type LeftOut,
} from './calibration/crossValidate';
import { constantsFor, fitEngine, type EngineFit } from './calibration/engineFit';
import { predict, prepare } from './calibration/evaluator';
import { measuredCases, type Metric } from './calibration/measuredCases';
import { measuredFits, measuredMemory, predictedPeak } from './calibration/measuredMemory';
import { PEAK_ROOFLINE, PRIORS } from './calibration/priors';
import { haveMeasured } from './calibration/readCsv';
import { ratiosOf, serve, servingCases, type ServingRatios } from './calibration/servingCases';
import { serversLeftOut } from './calibration/servingFit';

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
const SERVED = ['timeToFirstToken', 'interToken', 'endToEnd', 'endToEndP90'] as const;

if (!haveMeasured()) {
  console.log('not run: ../shared/measured is not here, and there is nothing else to compare with.');
} else {
  const given = process.argv.slice(2);
  run(
    given.filter((word) => !word.startsWith('--')),
    given.includes('--devices'),
  );
}

function run(only: readonly string[], eachDevice: boolean): void {
  const all = measuredCases();
  const times: AccuracyFigures['times'] = [];
  const pooled: Record<'hardware' | 'models' | 'peak', LeftOut[]> = { hardware: [], models: [], peak: [] };
  console.log(
    'metric      engine        devices  rows   hardware out  models out  peak roofline  80 % bands cover  models',
  );
  for (const engine of ENGINES) {
    if (only.length > 0 && !only.includes(engine)) continue;
    const cases = prepare(
      all.filter((one) => one.engine === engine),
      PRIORS[engine],
    );
    const full = fitEngine(engine, cases, null);
    const byHardware = crossValidate(cases, full, (one) => one.measured.family);
    const byModel = crossValidate(cases, full, modelFold(cases));
    const peak = cases.map((one) => ({ one, ratio: predict(one, PEAK_ROOFLINE) / one.measured.measured }));
    pooled.hardware.push(...byHardware);
    pooled.models.push(...byModel);
    pooled.peak.push(...peak);
    for (const metric of METRICS) {
      times.push(...printRow(metric, engine, byHardware, byModel, peak));
      if (eachDevice) printDevices(metric, byHardware, full);
    }
  }
  for (const metric of METRICS)
    times.push(...printRow(metric, 'all', pooled.hardware, pooled.models, pooled.peak));
  const memory = printMemory();
  const fits = printFits();
  const serving = printServing();
  if (only.length > 0) return;
  writeFigures({
    date: new Date().toISOString().slice(0, 10),
    command: 'npm run accuracy:engine',
    times,
    ...memory,
    fits,
    serving,
  });
}

function printRow(
  metric: Metric,
  engine: string,
  byHardware: readonly LeftOut[],
  byModel: readonly LeftOut[],
  peak: readonly LeftOut[],
): AccuracyFigures['times'] {
  const of = (rows: readonly LeftOut[]): LeftOut[] =>
    rows.filter(({ one }) => one.measured.metric === metric);
  if (of(peak).length === 0) return [];
  const out = medianOverDevices(of(byHardware));
  const models = medianOverDevices(of(byModel));
  const roof = medianOverDevices(of(peak));
  const covered = coverage(of(byHardware), (one) => `${one.measured.engine}/${backendOf(one.plan.device)}`);
  const modelsCovered = coverageOfModels(of(byModel));
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
      percent(modelsCovered).padStart(7),
    ].join(' '),
  );
  return [
    {
      metric,
      engine,
      devices: roof.devices,
      rows: roof.rows,
      hardwareLeftOut: told(out.error),
      modelsLeftOut: told(models.error),
      peakRoofline: told(roof.error),
      bandsCover: told(covered),
      bandsCoverModels: told(modelsCovered),
    },
  ];
}

/** Each device of a metric: rows, error with its family left out and with all of them in the fit, and which way it errs. */
function printDevices(metric: Metric, byHardware: readonly LeftOut[], full: EngineFit): void {
  const devices = new Map<string, LeftOut[]>();
  for (const row of byHardware) {
    if (row.one.measured.metric !== metric) continue;
    const name = `${backendOf(row.one.plan.device).padEnd(9)} ${row.one.measured.hardware.slice(0, 36)}`;
    devices.set(name, [...(devices.get(name) ?? []), row]);
  }
  for (const [name, rows] of [...devices].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const fitted = rows.map(
      ({ one }) => predict(one, constantsFor(full, backendOf(one.plan.device))) / one.measured.measured,
    );
    const error = (ratios: readonly number[]): string =>
      `${percent(median(ratios.map((ratio) => Math.abs(ratio - 1)))).padStart(8)} (×${median(ratios).toFixed(2)})`;
    const out = error(rows.map(({ ratio }) => ratio));
    console.log(
      `  ${name.padEnd(46)} ${String(rows.length).padStart(4)} out ${out}  fitted ${error(fitted)}`,
    );
  }
}

function told(share: number): number | null {
  return Number.isFinite(share) ? share : null;
}

function printMemory(): Pick<AccuracyFigures, 'memory' | 'memoryOverall'> {
  console.log('\npeak memory  engine        device                       rows   engine   weights + KV');
  interface Group {
    kind: string;
    engine: string;
    hardware: string;
    ours: number[];
    content: number[];
  }
  const groups = new Map<string, Group>();
  for (const one of measuredMemory()) {
    const answer = estimate(one.scenario);
    const key = `${one.kind} ${one.engine} ${one.hardware}`;
    const { kind, engine, hardware } = one;
    const group = groups.get(key) ?? { kind, engine, hardware, ours: [], content: [] };
    groups.set(key, group);
    group.ours.push(Math.abs(predictedPeak(one.kind, answer) / one.measured - 1));
    group.content.push(Math.abs((answer.memory.weights + answer.memory.kvCache) / one.measured - 1));
  }
  const memory = [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { kind, engine, hardware, ours, content }]) => ({
      kind,
      engine,
      hardware,
      rows: ours.length,
      error: median(ours),
      content: median(content),
    }));
  const printed = (names: string, rows: number, error: number, content: number): void =>
    console.log(
      `${names} ${String(rows).padStart(4)} ${percent(error).padStart(8)} ${percent(content).padStart(14)}`,
    );
  for (const { kind, engine, hardware, rows, error, content } of memory) {
    const names = `${kind.padEnd(12)} ${engine.padEnd(13)} ${hardware.slice(0, 28).padEnd(28)}`;
    printed(names, rows, error, content);
  }
  const memoryOverall = {
    groups: memory.length,
    rows: memory.reduce((total, one) => total + one.rows, 0),
    error: median(memory.map((one) => one.error)),
    content: median(memory.map((one) => one.content)),
  };
  printed('all, each alike'.padEnd(55), memoryOverall.rows, memoryOverall.error, memoryOverall.content);
  return { memory, memoryOverall };
}

function printFits(): AccuracyFigures['fits'] {
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
  return { rows: cases.length, right: right / cases.length, saidToFitThatDidNot: falseFits };
}

function printServing(): AccuracyFigures['serving'] {
  const cases = servingCases();
  const fitted = cases.map((one) => ratiosOf(one, serve(one)));
  const leftOut = serversLeftOut(cases, shippedCalibration()('vllm', 'cuda-hbm'));
  console.log(
    '\nservers (vLLM on H100), estimated / measured: first token, inter-token, end to end, its p90',
  );
  console.log(`${'server'.padEnd(36)} fitted on all          server left out`);
  const ratios = (one: ServingRatios): string => SERVED.map((name) => one[name].toFixed(2)).join('  ');
  for (const [index, one] of fitted.entries()) {
    const other = leftOut[index];
    console.log(`${one.one.id.padEnd(36)} ${ratios(one)} ${other ? ratios(other) : ''}`);
  }
  const figures: AccuracyFigures['serving'] = [];
  for (const kind of ['dense', 'experts'] as const) {
    for (const figure of SERVED) {
      const error = (rows: readonly ServingRatios[]): number =>
        median(rows.filter(({ one }) => one.kind === kind).map((one) => Math.abs(one[figure] - 1)));
      const servers = cases.filter((one) => one.kind === kind).length;
      const row = { kind, servers, figure, fitted: error(fitted), serverLeftOut: error(leftOut) };
      figures.push(row);
      console.log(
        `${kind.padEnd(8)} ${figure.padEnd(17)} ${percent(row.fitted).padStart(8)} ${percent(row.serverLeftOut).padStart(8)} (left out)`,
      );
    }
  }
  return figures;
}

function percent(share: number): string {
  return Number.isFinite(share) ? `${(100 * share).toFixed(1)} %` : '–';
}
