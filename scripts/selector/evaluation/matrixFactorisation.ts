import type { Case } from '../../../src/selector/training/case';
import { seededRandom } from '../../../src/selector/training/seededRandom';
import { withBand, type Method } from './method';

const RANK = 4;
const EPOCHS = 40;
const RATE = 0.02;
const RIDGE = 0.02;

/** What a case is made of besides its technique. One that was never seen adds nothing. */
function entitiesOf(one: Case): string[] {
  return [`hardware ${one.hardware}`, `model ${one.model}`, `metric ${one.metric}`, `source ${one.source}`];
}

/**
 * Log ratios as biases of technique and surroundings plus products of their factors (Koren, Bell and Volinsky, "Matrix
 * factorization techniques for recommender systems", 2009), by stochastic gradient descent.
 */
export const matrixFactorisation: Method = (set, seen) => {
  const draw = seededRandom(5);
  const bias = new Map<string, number>();
  const factors = new Map<string, Float64Array>();
  const fresh = (): Float64Array => Float64Array.from({ length: RANK }, () => 0.1 * (draw() - 0.5));
  const cases = seen.flatMap((index) => set.cases[index] ?? []);
  const mean = cases.reduce((sum, one) => sum + Math.log(one.measuredRatio), 0) / Math.max(1, cases.length);
  for (const one of cases)
    for (const key of [one.technique, ...entitiesOf(one)]) {
      if (!factors.has(key)) factors.set(key, fresh());
      bias.set(key, 0);
    }
  const known = (one: Case): string[] => entitiesOf(one).filter((key) => factors.has(key));
  const around = (keys: readonly string[]): Float64Array => {
    const sum = new Float64Array(RANK);
    for (const key of keys) factors.get(key)?.forEach((value, at) => (sum[at] = (sum[at] ?? 0) + value));
    return sum;
  };
  const point = (one: Case): number => {
    const keys = known(one);
    const own = factors.get(one.technique);
    const sum = around(keys);
    let value = mean + (bias.get(one.technique) ?? 0);
    for (const key of keys) value += bias.get(key) ?? 0;
    own?.forEach((factor, at) => (value += factor * (sum[at] ?? 0)));
    return value;
  };
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (let step = 0; step < cases.length; step++) {
      const one = cases[Math.floor(draw() * cases.length)];
      if (!one) continue;
      const error = Math.max(-1, Math.min(1, Math.log(one.measuredRatio) - point(one)));
      const own = factors.get(one.technique);
      const keys = known(one);
      const sum = around(keys);
      for (const key of [one.technique, ...keys])
        bias.set(key, (bias.get(key) ?? 0) + RATE * (error - RIDGE * (bias.get(key) ?? 0)));
      for (const key of keys) {
        factors.get(key)?.forEach((value, at, factor) => {
          factor[at] = value + RATE * (error * (own?.[at] ?? 0) - RIDGE * value);
        });
      }
      own?.forEach((value, at, factor) => {
        factor[at] = value + RATE * (error * (sum[at] ?? 0) - RIDGE * value);
      });
    }
  }
  return withBand(set, seen, point);
};
