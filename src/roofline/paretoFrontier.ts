import type { Goal } from '../workload/workload';
import type { Figures } from './searchFigures';

/**
 * Those that no other beats or equals in everything at once: time to the last token, throughput and cost, and memory where that is the
 * goal. Of equals the simplest stays. Sorted by time, throughput, cost and memory in turn, so that only earlier ones can beat a later one.
 * In order of the goal.
 */
export function paretoFrontier(all: readonly Figures[], goal: Goal): Figures[] {
  const sorted = [...all].sort(
    (a, b) =>
      a.endToEnd - b.endToEnd ||
      b.throughput - a.throughput ||
      costKey(a) - costKey(b) ||
      a.memory - b.memory ||
      simplerFirst(a, b),
  );
  const frontier: Figures[] = [];
  for (const candidate of sorted) {
    const by = frontier.findIndex((one) => covers(one, candidate, goal));
    if (by < 0) frontier.push(candidate);
    else if (by > 0) swapWithFirst(frontier, by);
  }
  return frontier.sort(byGoal(goal));
}

/** What beat one beats most of its like: asked first, it spares the others. */
function swapWithFirst(frontier: Figures[], at: number): void {
  const [first, other] = [frontier[0], frontier[at]];
  if (first && other) [frontier[0], frontier[at]] = [other, first];
}

/** One that comes before another in time is at least as good in the rest too. */
function covers(one: Figures, other: Figures, goal: Goal): boolean {
  return (
    one.throughput >= other.throughput &&
    (goal !== 'memory' || one.memory <= other.memory) &&
    costsNoMore(one, other)
  );
}

/** Dollars compare with dollars; without a price only devices of one kind compare, by their number. */
function costsNoMore(one: Figures, other: Figures): boolean {
  if (one.dollarsPerHour !== null && other.dollarsPerHour !== null) {
    return one.dollarsPerHour <= other.dollarsPerHour;
  }
  return (
    one.scenario.device.id === other.scenario.device.id && one.scenario.devices <= other.scenario.devices
  );
}

/** Orders those whose costs compare. */
function costKey({ dollarsPerHour, scenario }: Figures): number {
  return dollarsPerHour ?? scenario.devices;
}

/** Of two that answer alike: fewer devices, fewer techniques, less split. */
function simplerFirst(a: Figures, b: Figures): number {
  return (
    a.scenario.devices - b.scenario.devices ||
    a.techniques.length - b.techniques.length ||
    a.memory - b.memory
  );
}

/** Best first. Under the goal of cost what has no price comes last, by devices for its throughput. */
export function byGoal(goal: Goal): (a: Figures, b: Figures) => number {
  switch (goal) {
    case 'latency':
      return (a, b) => a.endToEnd - b.endToEnd || simplerFirst(a, b);
    case 'throughput':
      return (a, b) => b.throughput - a.throughput || simplerFirst(a, b);
    case 'memory':
      return (a, b) => a.memory - b.memory || a.endToEnd - b.endToEnd || simplerFirst(a, b);
    case 'cost':
      return (a, b) => {
        const [left, right] = [a.dollarsPerMillionTokens, b.dollarsPerMillionTokens];
        if (left !== null && right !== null) return left - right || simplerFirst(a, b);
        if (left !== null) return -1;
        if (right !== null) return 1;
        return a.scenario.devices / a.served - b.scenario.devices / b.served || simplerFirst(a, b);
      };
  }
}
