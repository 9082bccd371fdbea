/**
 * Fits the engine's constants on ../shared/measured and writes src/roofline/calibration.json: few numbers a backend with
 * physical bounds, their error with devices left out, the spread of the residuals, and the date.
 *
 * Usage: npm run calibrate [-- ENGINE…]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Engine } from '../src/deployment/engine';
import { backendOf, type Backend } from '../src/roofline/backend';
import type { CalibrationEntry, EngineConstants } from '../src/roofline/calibration';
import type { Neighbour } from '../src/roofline/residualBand';
import {
  crossValidate,
  medianOverDevices,
  modelFold,
  quantile,
  type LeftOut,
} from './calibration/crossValidate';
import { constantsFor, fitEngine, type EngineFit } from './calibration/engineFit';
import { evenly, neighbourOf } from './calibration/coverage';
import { flatten, unflatten } from './calibration/fit';
import { predict, prepare, type PreparedCase } from './calibration/evaluator';
import { measuredCases } from './calibration/measuredCases';
import { PRIORS } from './calibration/priors';
import { haveMeasured } from './calibration/readCsv';
import { servingCases } from './calibration/servingCases';
import { fitServed } from './calibration/servingFit';

const TARGET = path.resolve('src/roofline/calibration.json');
const FITTED: readonly Engine[] = [
  'llama.cpp',
  'vllm',
  'transformers',
  'tensorrt-llm',
  'openvino',
  'sglang',
  'mlx',
];
/** Whose constants stand in on a kind of device where an engine itself was not measured. */
const STAND_INS: readonly (readonly [Backend | null, Engine])[] = [
  [null, 'vllm'],
  ['cuda', 'vllm'],
  ['cuda-hbm', 'vllm'],
  ['rocm', 'llama.cpp'],
  ['rocm-hbm', 'vllm'],
  ['metal', 'llama.cpp'],
  ['xpu', 'llama.cpp'],
  ['xpu-hbm', 'vllm'],
  ['cpu', 'llama.cpp'],
];
/** Residuals of one device say nothing about another: where no device could be left out the spread is widened by this. */
const WIDEN_UNTESTED = 1.6;

/** Each device hands on as many, spread evenly over its residuals. */
const NEIGHBOURS_A_DEVICE = 8;
const MOST_NEIGHBOURS = 80;

if (!haveMeasured()) {
  console.error('../shared/measured is not here: nothing to fit on, calibration.json is left as it is.');
} else {
  run(process.argv.slice(2));
}

function run(only: readonly string[]): void {
  const previous = JSON.parse(readFileSync(TARGET, 'utf8')) as { entries: CalibrationEntry[] };
  const all = measuredCases();
  const entries: CalibrationEntry[] = [];
  for (const engine of FITTED) {
    if (only.length > 0 && !only.includes(engine)) {
      entries.push(...previous.entries.filter((entry) => entry.engine === engine));
      continue;
    }
    const cases = prepare(
      all.filter((one) => one.engine === engine),
      PRIORS[engine],
    );
    const fitted = fitEngine(engine, cases, null);
    const own = entriesOf(fitted, cases);
    if (engine === 'vllm') addServed(own);
    entries.push(...own);
    console.log(`${engine}: ${cases.length} rows`);
  }
  entries.push(...standIns(entries));
  writeFileSync(TARGET, `${JSON.stringify({ version: today(), entries }, null, 2)}\n`);
}

/**
 * vLLM under a request rate (serving.csv, recent releases): the scheduler works while the device does, which the offline runs of
 * 2024 in throughput.csv did not have. Fitted on all its servers; `npm run accuracy:engine` leaves each out in turn.
 */
function addServed(entries: CalibrationEntry[]): void {
  const measured = entries.find((entry) => entry.backend === 'cuda-hbm');
  if (!measured) return;
  const served = fitServed(servingCases(), measured);
  for (const name of Object.keys(served) as (keyof typeof served)[]) served[name] = round(served[name]);
  for (const entry of entries) entry.served = served;
}

function entriesOf(fitted: EngineFit, cases: readonly PreparedCase[]): CalibrationEntry[] {
  const families = new Set(cases.map((one) => one.measured.family));
  const leftOut =
    families.size > 1
      ? crossValidate(cases, fitted, (one) => one.measured.family)
      : cases.map((one) => ({
          one,
          ratio: predict(one, constantsFor(fitted, backendOf(one.plan.device))) / one.measured.measured,
        }));
  const seen = new Map(
    crossValidate(cases, fitted, modelFold(cases)).map(({ one, ratio }) => [one.measured.id, ratio]),
  );
  const tested = families.size > 1;
  const make = (backend: Backend | null, constants: EngineConstants): CalibrationEntry => {
    const own =
      backend === null ? leftOut : leftOut.filter(({ one }) => backendOf(one.plan.device) === backend);
    const decode = own.filter(({ one }) => one.measured.metric !== 'prefill');
    const prefill = own.filter(({ one }) => one.measured.metric === 'prefill');
    const entry: CalibrationEntry = {
      engine: fitted.engine,
      backend,
      constants: rounded(constants),
      served: null,
      neighbours: neighboursOf(own, seen),
      rows: own.length,
      devices: new Set(own.map(({ one }) => one.measured.hardware)).size,
      spread: {
        decode: spreadOf(decode.length > 0 ? decode : leftOut, tested && decode.length > 0),
        prefill: spreadOf(prefill.length > 0 ? prefill : leftOut, tested && prefill.length > 0),
      },
      error: { decode: errorOf(decode), prefill: errorOf(prefill) },
      date: today(),
      source: 'npm run calibrate on the measurements of ../shared/measured (throughput.csv)',
    };
    console.log(
      `  ${fitted.engine}/${backend ?? 'any'}: ${entry.rows} rows, ${entry.devices} devices, ` +
        `decode ${percent(entry.error.decode)}, prefill ${percent(entry.error.prefill)}`,
    );
    return entry;
  };
  return [
    make(null, constantsFor(fitted, null)),
    ...[...fitted.backends.keys()].map((backend) => make(backend, constantsFor(fitted, backend))),
  ];
}

/** Measured over estimated, each device weighing alike; at least the 4 % by which repeats of one case differ. */
function spreadOf(rows: readonly LeftOut[], tested: boolean): { p10: number; p90: number; n: number } {
  const perDevice = new Map<string, number[]>();
  for (const { one, ratio } of rows) {
    const list = perDevice.get(one.measured.hardware) ?? [];
    perDevice.set(one.measured.hardware, list);
    list.push(1 / ratio);
  }
  const alike: number[] = [];
  for (const list of perDevice.values()) {
    for (let step = 0; step < 20; step += 1) alike.push(quantile(list, (step + 0.5) / 20));
  }
  const widen = tested ? 1 : WIDEN_UNTESTED;
  return {
    p10: round(Math.min(0.95, quantile(alike, 0.1) ** widen)),
    p90: round(Math.max(1.05, quantile(alike, 0.9) ** widen)),
    n: rows.length,
  };
}

/** `seen`: estimated over measured of each row with its model left out of the fit, and its device in it. */
function neighboursOf(rows: readonly LeftOut[], seen: ReadonlyMap<string, number>): Neighbour[] {
  const byDevice = new Map<string, Neighbour[]>();
  for (const { one, ratio } of rows) {
    const neighbour = neighbourOf(one, ratio, seen.get(one.measured.id) ?? ratio);
    const key = `${neighbour.phase}/${neighbour.device}`;
    const list = byDevice.get(key) ?? [];
    byDevice.set(key, list);
    list.push(neighbour);
  }
  const most = Math.max(2, Math.min(NEIGHBOURS_A_DEVICE, Math.floor(MOST_NEIGHBOURS / byDevice.size)));
  return [...byDevice.values()]
    .flatMap((list) => evenly(list, most))
    .map((one) => ({
      ...one,
      bandwidth: round(one.bandwidth),
      weightBytes: round(one.weightBytes),
      residual: round(one.residual),
      seen: round(one.seen),
    }));
}

function errorOf(rows: readonly LeftOut[]): number | null {
  return rows.length === 0 ? null : round(medianOverDevices(rows).error);
}

function standIns(entries: readonly CalibrationEntry[]): CalibrationEntry[] {
  const out: CalibrationEntry[] = [];
  for (const [backend, engine] of STAND_INS) {
    const from =
      entries.find((entry) => entry.engine === engine && entry.backend === backend) ??
      entries.find((entry) => entry.engine === engine && entry.backend === null);
    if (!from) continue;
    const widened = (spread: { p10: number; p90: number; n: number }) => ({
      p10: round(spread.p10 ** WIDEN_UNTESTED),
      p90: round(spread.p90 ** WIDEN_UNTESTED),
      n: 0,
    });
    out.push({
      ...from,
      engine: 'any',
      backend,
      rows: 0,
      devices: 0,
      spread: { decode: widened(from.spread.decode), prefill: widened(from.spread.prefill) },
      error: { decode: null, prefill: null },
      neighbours: [],
      source: `constants of ${engine}, which was measured on such devices; this engine was not`,
    });
  }
  return out;
}

function rounded(constants: EngineConstants): EngineConstants {
  const flat = flatten(constants);
  for (const [name, value] of Object.entries(flat)) flat[name] = round(value);
  return unflatten(flat);
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}

function percent(error: number | null): string {
  return error === null ? '–' : `${(100 * error).toFixed(1)} %`;
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
