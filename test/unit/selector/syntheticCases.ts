import { CHANGE_KINDS } from '../../../src/selector/changeKind';
import { FEATURE_NAMES } from '../../../src/selector/features';
import type { Case } from '../../../src/selector/training/case';
import { binRows } from '../../../src/selector/training/binnedRows';
import type { TrainingSet } from '../../../src/selector/training/fitCases';

/** Numbers in [0, 1) that are the same each time (linear congruence of Numerical Recipes). */
export function draws(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * Cases of a world in which weights gain 1.5 times more than physics says where the batch is small (feature "log batch" below 2), and nothing else
 * departs from physics but by noise.
 */
export function syntheticSet(count: number): TrainingSet {
  const draw = draws(3);
  const kindAt = (name: string): number => FEATURE_NAMES.indexOf(name);
  const cases = Array.from({ length: count }, (_, index): Case => {
    const kind = index % 2 === 0 ? 'weights' : 'attention';
    const features = FEATURE_NAMES.map(() => Math.fround(draw()));
    for (const name of CHANGE_KINDS) features[kindAt(`changes ${name}`)] = name === kind ? 1 : 0;
    for (const [at, name] of FEATURE_NAMES.entries())
      if (name.startsWith('engine ')) features[at] = name === 'engine vllm' ? 1 : 0;
    const batch = 4 * draw();
    features[kindAt('log batch')] = Math.fround(batch);
    const physicsRatio = 0.8 + draw();
    const gains = kind === 'weights' && batch < 2 ? 1.5 : 1;
    return {
      id: String(index),
      source: `source ${index % 5}`,
      hardware: `device ${index % 7}`,
      engine: 'vllm',
      model: `model ${index % 11}`,
      technique: `technique ${index % 3}`,
      kind,
      metric: 'interToken',
      group: String(index >> 2),
      features,
      physicsRatio,
      measuredRatio: physicsRatio * gains * Math.exp(0.1 * (draw() - 0.5)),
      trust: 1,
    };
  });
  return { cases, rows: binRows(cases.map((one) => one.features)) };
}
