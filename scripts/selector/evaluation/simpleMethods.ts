import type { Case } from '../../../src/selector/training/case';
import { seededRandom } from '../../../src/selector/training/seededRandom';
import { withBand, type Method } from './method';

/** The engine asked before and after; nothing learned but the width of the band. */
export const rooflineOnly: Method = (set, seen) => withBand(set, seen, (one) => Math.log(one.physicsRatio));

/** What each technique gains on average over all that was seen, whatever the scenario. */
export const globalBest: Method = (set, seen) => {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const index of seen) {
    const one = set.cases[index];
    if (!one) continue;
    const entry = sums.get(one.technique) ?? { sum: 0, count: 0 };
    sums.set(one.technique, { sum: entry.sum + Math.log(one.measuredRatio), count: entry.count + 1 });
  }
  return withBand(set, seen, ({ technique }) => {
    const entry = sums.get(technique);
    return entry ? entry.sum / entry.count : 0;
  });
};

/** A ratio drawn from those that were seen. */
export const random: Method = (set, seen) => {
  const draw = seededRandom(11);
  const drawn = new Map<Case, number>();
  return withBand(set, seen, (one) => {
    const known = drawn.get(one);
    if (known !== undefined) return known;
    const from = set.cases[seen[Math.floor(draw() * seen.length)] ?? 0];
    const value = Math.log(from?.measuredRatio ?? 1);
    drawn.set(one, value);
    return value;
  });
};

const NEIGHBOURS = 7;

/** The mean of the nearest cases seen, features scaled to one standard deviation. */
export const nearestNeighbour: Method = (set, seen) => {
  const cases = seen.flatMap((index) => set.cases[index] ?? []);
  const width = cases[0]?.features.length ?? 0;
  const scale = new Float64Array(width);
  for (let feature = 0; feature < width; feature++) {
    let sum = 0;
    let squares = 0;
    for (const one of cases) {
      const value = one.features[feature] ?? 0;
      sum += value;
      squares += value ** 2;
    }
    const variance = squares / cases.length - (sum / cases.length) ** 2;
    scale[feature] = variance > 1e-12 ? 1 / Math.sqrt(variance) : 0;
  }
  const place = (one: Case): Float64Array =>
    Float64Array.from(scale, (by, at) => by * (one.features[at] ?? 0));
  const places = cases.map(place);
  const answered = new Map<Case, number>();
  const point = (one: Case): number => {
    const known = answered.get(one);
    if (known !== undefined) return known;
    const at = place(one);
    const near: { distance: number; value: number }[] = [];
    places.forEach((other, index) => {
      let distance = 0;
      for (let feature = 0; feature < width; feature++)
        distance += ((at[feature] ?? 0) - (other[feature] ?? 0)) ** 2;
      const last = near.at(-1);
      if (near.length === NEIGHBOURS && last && distance >= last.distance) return;
      near.push({ distance, value: Math.log(cases[index]?.measuredRatio ?? 1) });
      near.sort((a, b) => a.distance - b.distance);
      if (near.length > NEIGHBOURS) near.pop();
    });
    const mean = near.reduce((sum, entry) => sum + entry.value, 0) / Math.max(1, near.length);
    answered.set(one, mean);
    return mean;
  };
  // A band from every twentieth case: all of them would take as long as the rest of the evaluation.
  const sample = seen.filter((_, index) => index % 20 === 0);
  return withBand(set, sample, point);
};
