import type { Estimate } from '../roofline/estimate';
import { estimate } from '../roofline/estimateScenario';
import type { Scenario } from '../roofline/scenario';
import { ScenarioError } from '../roofline/scenarioError';
import type { Found, SearchResult } from '../roofline/search';
import {
  formatBytes,
  formatInteger,
  formatPercent,
  formatRatio,
  formatSeconds,
  formatSignificant,
} from '../units/format';
import type { Goal } from '../workload/workload';

/** An alternative within this factor of the best is worth a sentence where it takes fewer devices. */
const NEAR = 2;

/** Two or three sentences with this search's own numbers: what the best wins by, and what less would cost. */
export function whyBest(goal: Goal, result: SearchResult, best: Found, plain: Scenario): string {
  return [
    `Of ${formatInteger(result.searched)} scenarios it has ${SUPERLATIVE[goal]}: ${figure(goal, best)}.`,
    againstPlain(goal, best, plain),
    withFewerDevices(goal, result, best),
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

const SUPERLATIVE: Record<Goal, string> = {
  latency: 'the shortest time to the last token',
  throughput: 'the highest throughput',
  memory: 'the smallest memory',
  cost: 'the lowest cost',
};

/** Lower is better. */
function measure(goal: Goal, { figures }: Found): number {
  switch (goal) {
    case 'latency':
      return figures.endToEnd;
    case 'throughput':
      return 1 / figures.throughput;
    case 'memory':
      return figures.memory;
    case 'cost':
      return figures.dollarsPerMillionTokens ?? figures.scenario.devices / figures.served;
  }
}

function figure(goal: Goal, { figures }: Found): string {
  switch (goal) {
    case 'latency':
      return `${formatSeconds(figures.endToEnd)} end to end, ${formatSeconds(figures.interToken)} a token`;
    case 'throughput':
      return `${formatSignificant(figures.throughput)} tok/s, ${formatSeconds(figures.interToken)} a token`;
    case 'memory':
      return `${formatBytes(figures.memory)} in all`;
    case 'cost':
      return figures.dollarsPerMillionTokens === null
        ? `${formatSignificant(figures.served / figures.scenario.devices)} tok/s a device`
        : `${formatSignificant(figures.dollarsPerMillionTokens)} dollars for a million output tokens`;
  }
}

/** Only time compares with a single plain launch: its batch is another. */
function againstPlain(goal: Goal, best: Found, plain: Scenario): string {
  if (goal !== 'latency' || best.figures.scenario.workload.requestRate !== null) return '';
  const before = estimateOrNull(plain);
  if (before === null) return '';
  const where = `one ${plain.device.id} with nothing changed`;
  if (!before.memory.fits) return `On ${where} it does not fit.`;
  const ratio = before.latency.endToEnd.p50 / best.figures.endToEnd;
  return ratio > 1.02 ? `That is ${formatRatio(ratio)} as fast as ${where}.` : '';
}

function estimateOrNull(scenario: Scenario): Estimate | null {
  try {
    return estimate(scenario);
  } catch (error) {
    if (error instanceof ScenarioError) return null;
    throw error;
  }
}

function withFewerDevices(goal: Goal, { frontier }: SearchResult, best: Found): string {
  const { device, devices } = best.scenario;
  const fewer = frontier
    .filter((one) => one.scenario.device.id === device.id && one.scenario.devices < devices)
    .sort((a, b) => measure(goal, a) - measure(goal, b))[0];
  if (!fewer) return '';
  const factor = measure(goal, fewer) / measure(goal, best);
  if (!(factor < NEAR)) return '';
  const count = fewer.scenario.devices;
  const share = goal === 'throughput' ? formatPercent(1 / factor) : formatRatio(factor);
  return `${formatInteger(count)} ${count === 1 ? 'device gives' : 'devices give'} ${share} of that: ${figure(goal, fewer)}.`;
}
