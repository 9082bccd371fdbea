import { backendOf } from '../../src/roofline/backend';
import { constantsFor, fitEngine, type EngineFit } from './engineFit';
import { predict, type PreparedCase } from './evaluator';

/** One case with what the engine says of it when its like was left out of the fit: estimated over measured. */
export interface LeftOut {
  one: PreparedCase;
  ratio: number;
}

/** Leaves out everything that shares a key (a hardware family, a model), fits the rest, and estimates what was left out. */
export function crossValidate(
  cases: readonly PreparedCase[],
  full: EngineFit,
  keyOf: (one: PreparedCase) => string,
): LeftOut[] {
  const out: LeftOut[] = [];
  for (const key of new Set(cases.map(keyOf))) {
    const rest = cases.filter((one) => keyOf(one) !== key);
    if (rest.length === 0) continue;
    const wanted = new Set(
      cases.filter((one) => keyOf(one) === key).map((one) => backendOf(one.plan.device)),
    );
    const fitted = fitEngine(full.engine, rest, full, wanted);
    for (const one of cases) {
      if (keyOf(one) !== key) continue;
      const constants = constantsFor(fitted, backendOf(one.plan.device));
      out.push({ one, ratio: predict(one, constants) / one.measured.measured });
    }
  }
  return out;
}

/** Models are left out in this many folds of whole models. */
const MODEL_FOLDS = 6;

/** The fold that a case's model is in. */
export function modelFold(cases: readonly PreparedCase[]): (one: PreparedCase) => string {
  const models = [...new Set(cases.map((one) => one.measured.model))].sort();
  return (one) => String(models.indexOf(one.measured.model) % MODEL_FOLDS);
}

/** Median absolute error of each device, then the median over devices: each weighs alike. */
export function medianOverDevices(rows: readonly LeftOut[]): {
  error: number;
  devices: number;
  rows: number;
} {
  const byDevice = new Map<string, number[]>();
  for (const { one, ratio } of rows) {
    const list = byDevice.get(one.measured.hardware) ?? [];
    byDevice.set(one.measured.hardware, list);
    list.push(Math.abs(ratio - 1));
  }
  return {
    error: median([...byDevice.values()].map(median)),
    devices: byDevice.size,
    rows: rows.length,
  };
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) return NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? NaN;
  const high = sorted[Math.ceil(at)] ?? NaN;
  return low + (high - low) * (at - Math.floor(at));
}
