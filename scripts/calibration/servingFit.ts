import type { CalibrationEntry } from '../../src/roofline/calibration';
import { ratiosOf, serve, type ServingCase, type ServingRatios } from './servingCases';

type Name = keyof NonNullable<CalibrationEntry['served']>;
export type ServedConstants = Record<Name, number>;

/**
 * Where a fit of servers starts and where it is held: a scheduler that works while the device does (a step costs a launch of graphs
 * and a sampler), a request that is tokenised and queued once, attention near the bandwidth of its memory, prompts multiplied as well as
 * in batches without a rate. No row was looked at.
 */
const START: ServedConstants = {
  stepSeconds: 1e-3,
  sequenceSeconds: 1e-5,
  requestSeconds: 1e-2,
  cacheBandwidth: 0.85,
  scoreFlop: 0.3,
  expertAttained: 0.7,
  computeFactor: 1,
};

const BOUNDS: Readonly<Record<Name, readonly [number, number]>> = {
  stepSeconds: [1e-5, 2e-2],
  sequenceSeconds: [1e-7, 1e-3],
  requestSeconds: [1e-3, 5e-2],
  cacheBandwidth: [0.3, 0.95],
  scoreFlop: [0.01, 10],
  expertAttained: [0.3, 1],
  // To four fifths of an H100's dense peak, which the largest products reach. Prefix caching may have been on, and takes prompts below their cost.
  computeFactor: [0.5, 1.2],
};

/** An e-fold away from the start costs as much as so many log-units of one figure's error. */
const HOLD = 0.02;
/**
 * First tokens count half, and none for more than this: a mean ten times a whole step and prefill is a stall of the machine (its p90
 * is far from its mean too, under one and the same load), which no constant of a steady state stands for.
 */
const FIRST_TOKEN = 0.5;
const STALLED = 0.7;

/** Seven constants on a few servers, beside the engine's own in `entry`, by coordinate search in log space: steps shrink where they fail. Deterministic. */
export function fitServed(cases: readonly ServingCase[], entry: CalibrationEntry): ServedConstants {
  let best = { ...START };
  let loss = lossOf(cases, entry, best);
  const names = Object.keys(START) as Name[];
  const steps = new Map(names.map((name) => [name, 0.3]));
  for (let sweep = 0; sweep < 60; sweep += 1) {
    for (const name of names) {
      const step = steps.get(name) ?? 0;
      let success = false;
      for (const sign of [1, -1]) {
        const [low, high] = BOUNDS[name];
        const value = Math.min(high, Math.max(low, best[name] * Math.exp(sign * step)));
        const candidate = { ...best, [name]: value };
        const next = lossOf(cases, entry, candidate);
        if (next >= loss) continue;
        best = candidate;
        loss = next;
        success = true;
        break;
      }
      steps.set(name, success ? Math.min(0.6, step * 1.4) : step * 0.6);
    }
    if ([...steps.values()].every((step) => step < 0.004)) break;
  }
  return best;
}

/** Each server judged by constants that were fitted on all others. */
export function serversLeftOut(cases: readonly ServingCase[], entry: CalibrationEntry): ServingRatios[] {
  return cases.map((one) => {
    const served = fitServed(
      cases.filter((other) => other !== one),
      entry,
    );
    return ratiosOf(one, serve(one, { ...entry, served }));
  });
}

function lossOf(cases: readonly ServingCase[], entry: CalibrationEntry, served: ServedConstants): number {
  let loss = 0;
  for (const one of cases) {
    const ratios = ratiosOf(one, serve(one, { ...entry, served }));
    loss +=
      Math.abs(Math.log(ratios.endToEnd)) +
      Math.abs(Math.log(ratios.interToken)) +
      FIRST_TOKEN * Math.min(STALLED, Math.abs(Math.log(ratios.timeToFirstToken)));
  }
  let pull = 0;
  for (const name of Object.keys(START) as Name[]) pull += Math.log(served[name] / START[name]) ** 2;
  return loss / Math.max(1, cases.length) + HOLD * pull;
}
