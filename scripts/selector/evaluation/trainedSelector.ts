import { predict, trainSelector } from '../../../src/selector/training/trainSelector';
import type { Method } from './method';

/** The product's own: physics, corrected by boosted trees. */
export const trainedSelector: Method = (set, seen) => {
  const model = trainSelector(set, seen);
  return (one) => predict(model, one.features, one.physicsRatio);
};
