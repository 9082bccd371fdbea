import type { Parallelism } from '../deployment/setup';
import type { Scenario } from '../roofline/scenario';
import { devicesUsed } from './facts';
import type { Spread } from './technique';

/** The split over devices once a technique has put all of them to work. */
export function spreadOver(spread: Spread, scenario: Scenario): Parallelism {
  const now = scenario.setup.parallelism;
  const { devices } = scenario;
  const alone: Parallelism = { tensor: 1, pipeline: 1, expert: 1, data: 1, context: 1 };
  switch (spread) {
    case 'tensor':
      return { ...now, tensor: now.tensor * Math.max(1, Math.floor(devices / devicesUsed(scenario))) };
    case 'expert':
      return { ...now, expert: Math.max(now.tensor * now.data, now.expert) };
    default:
      return { ...alone, [spread]: devices };
  }
}
