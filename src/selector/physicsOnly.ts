import type { Selector } from './selector';

/**
 * Without the trained model the engine's own ratio stands, with a wide band: published gains of one technique over scenarios
 * that physics calls alike differ by about a third either way (spread of the ratios in the papers' comparable tables).
 */
const SPREAD = 1.35;

export const physicsOnly: Selector = {
  model: null,
  version: 'physics',
  trainedOn: 0,
  method: 'the roofline asked before and after each technique; no learned correction',
  answer: (questions) =>
    Promise.resolve(
      questions.map(({ physicsRatio }) => ({
        p10: physicsRatio / SPREAD,
        p50: physicsRatio,
        p90: physicsRatio * SPREAD,
      })),
    ),
};
