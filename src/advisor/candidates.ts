import type { Estimate } from '../roofline/estimate';
import { estimate } from '../roofline/estimateScenario';
import type { Scenario } from '../roofline/scenario';
import { ScenarioError } from '../roofline/scenarioError';
import type { Question, RatioMetric, Selector } from '../selector/selector';
import { changeKind } from '../selector/changeKind';
import { applyTechnique } from '../techniques/apply';
import { checkConditions } from '../techniques/conditions';
import { conflictBetween } from '../techniques/conflicts';
import type { Technique } from '../techniques/technique';
import type { Band } from '../units/quantities';
import { gain } from './goal';

/** A technique, or several together, applied to the scenario and answered by the engine and the selector. */
export interface Candidate {
  techniques: readonly Technique[];
  scenario: Scenario;
  after: Estimate;
  speedup: Band;
  /** The stack before its last member was added; null for a single technique. */
  without: Candidate | null;
}

export interface Refusal {
  technique: string;
  reason: string;
}

/** Two techniques that each gain something and do not go together. */
export interface RefusedStack {
  techniques: readonly string[];
  reason: string;
}

/** Stacks of more than three members are beyond what anybody has measured. */
const MAX_STACK = 3;
/** Members of stacks are sought among so many of the best single techniques. */
const STACK_WIDTH = 8;
/** A further member has to add at least this much to be worth its trouble. */
const WORTHWHILE = 1.03;

/** Asks engine and selector about every technique of the catalogue; those that do not apply say why. */
export async function singleCandidates(
  scenario: Scenario,
  before: Estimate,
  metric: RatioMetric,
  techniques: readonly Technique[],
  selector: Selector,
): Promise<{ candidates: Candidate[]; refusals: Refusal[] }> {
  const refusals: Refusal[] = [];
  const open: { technique: Technique; changed: Scenario; after: Estimate; question: Question }[] = [];
  for (const technique of techniques) {
    const check = checkConditions(technique, scenario);
    if (!check.applies) {
      refusals.push({ technique: technique.id, reason: check.reason });
      continue;
    }
    const changed = applyTechnique(technique, scenario);
    if (isSame(scenario, changed)) {
      refusals.push({
        technique: technique.id,
        reason: `${technique.changes}: not in the estimate here, so no gain can be named`,
      });
      continue;
    }
    const after = estimateOrReason(changed);
    if (typeof after === 'string') {
      refusals.push({ technique: technique.id, reason: after });
      continue;
    }
    open.push({
      technique,
      changed,
      after,
      question: {
        family: technique.family,
        before: scenario,
        after: changed,
        baseline: before,
        metric,
        physicsRatio: gain(metric, before, after),
      },
    });
  }
  const answers = await selector.answer(open.map((entry) => entry.question));
  const candidates = open.flatMap((entry, index) => {
    const answer = answers[index];
    if (!answer) return [];
    const speedup = believed(entry.question, answer);
    return [
      {
        techniques: [entry.technique],
        scenario: entry.changed,
        after: entry.after,
        speedup,
        without: null,
      },
    ];
  });
  return { candidates, refusals };
}

/** The engine refuses some scenarios that a technique leads to; that is a reason against the technique, not a fault. */
function estimateOrReason(scenario: Scenario): Estimate | string {
  try {
    return estimate(scenario);
  } catch (refused) {
    if (refused instanceof ScenarioError) return refused.message.replace(/\.$/, '');
    throw refused;
  }
}

/** What stacks are grown for: a better ratio, or less memory, where that is the goal or nothing else helps. */
export type Aim = 'speed' | 'memory';

/**
 * Grows stacks from single techniques that gain something, one member at a time, asking the engine anew after each: two cures for one
 * term rarely multiply. What the selector corrected in the members carries over; their doubts add up as independent ones do.
 */
export function stacks(
  before: Estimate,
  metric: RatioMetric,
  singles: readonly Candidate[],
  aim: Aim,
): { stacks: Candidate[]; refused: RefusedStack[] } {
  const worth = (candidate: Candidate): number =>
    aim === 'memory' ? before.memory.total / candidate.after.memory.total : candidate.speedup.p50;
  const members = [...singles]
    .filter((single) => worth(single) > WORTHWHILE)
    .sort((a, b) => worth(b) - worth(a))
    .slice(0, STACK_WIDTH);
  const refused = members.flatMap((one, index) =>
    members.slice(index + 1).flatMap((other) => refusedPair(one, other) ?? []),
  );
  const found: Candidate[] = [];
  let layer: { candidate: Candidate; last: number }[] = members.map((candidate, last) => ({
    candidate,
    last,
  }));
  for (let size = 2; size <= MAX_STACK; size++) {
    const next: typeof layer = [];
    for (const { candidate, last } of layer) {
      for (let index = last + 1; index < members.length; index++) {
        const member = members[index];
        if (!member) continue;
        const stack = addMember(candidate, member, before, metric, members, worth);
        if (stack) next.push({ candidate: stack, last: index });
      }
    }
    found.push(...next.map((entry) => entry.candidate));
    layer = next;
  }
  return { stacks: found, refused };
}

/** Why two techniques cannot be had together: a rule of the catalogue, or a condition that the first takes away from the second. */
function refusedPair(one: Candidate, other: Candidate): RefusedStack | null {
  const [first] = one.techniques;
  const [second] = other.techniques;
  if (!first || !second) return null;
  const techniques = [first.id, second.id];
  const conflict = conflictBetween(first, second);
  if (conflict !== null) return { techniques, reason: conflict };
  const check = checkConditions(second, one.scenario);
  return check.applies ? null : { techniques, reason: check.reason };
}

function addMember(
  stack: Candidate,
  member: Candidate,
  before: Estimate,
  metric: RatioMetric,
  singles: readonly Candidate[],
  worth: (candidate: Candidate) => number,
): Candidate | null {
  const added = member.techniques[0];
  if (!added || stack.techniques.some((one) => conflictBetween(one, added) !== null)) return null;
  if (!checkConditions(added, stack.scenario).applies) return null;
  const techniques = [...stack.techniques, added];
  const changed = applyTechnique(added, stack.scenario);
  const after = estimateOrReason(changed);
  if (typeof after === 'string') return null;
  const parts = techniques.flatMap((one) => singles.filter((single) => single.techniques[0] === one));
  const speedup = combine(gain(metric, before, after), parts, before, metric);
  const grown = { techniques, scenario: changed, after, speedup, without: stack };
  return worth(grown) > Math.max(worth(stack), worth(member)) * WORTHWHILE ? grown : null;
}

/** Most that a change of a kind nobody has measured alone may be corrected by: the selector knows such kinds only in sum. */
const MOST_UNKNOWN = Math.log(1.25);

/** Holds the correction of a change of unknown kind to what can be believed; the band moves along. */
function believed({ before, after, physicsRatio }: Question, speedup: Band): Band {
  if (changeKind(before, after) !== 'other') return speedup;
  const correction = Math.log(speedup.p50 / physicsRatio);
  // Where physics sees no gain there is none to enlarge.
  const upwards = Math.min(MOST_UNKNOWN, Math.max(0, Math.log(physicsRatio)));
  const held = Math.max(-MOST_UNKNOWN, Math.min(upwards, correction));
  const shift = Math.exp(held - correction);
  return { p10: speedup.p10 * shift, p50: speedup.p50 * shift, p90: speedup.p90 * shift };
}

/** A technique that leaves setup, workload and every term as they are. */
function isSame(before: Scenario, after: Scenario): boolean {
  const told = ({ setup, workload, modifiers, devices }: Scenario): string =>
    JSON.stringify([setup, workload, modifiers, devices]);
  return told(before) === told(after);
}

/**
 * The engine's ratio for the stack, corrected as its members were. What several members gain beyond physics is often the same thing, and
 * counts once; what they lose counts each time. Half-widths add in quadrature on the log scale.
 */
function combine(physics: number, parts: readonly Candidate[], before: Estimate, metric: RatioMetric): Band {
  let gained = 0;
  let lost = 0;
  let below = 0;
  let above = 0;
  for (const part of parts) {
    const { p10, p50, p90 } = part.speedup;
    const correction = Math.log(p50 / gain(metric, before, part.after));
    gained = Math.max(gained, correction);
    lost += Math.min(0, correction);
    below += Math.log(p50 / p10) ** 2;
    above += Math.log(p90 / p50) ** 2;
  }
  const p50 = physics * Math.exp(gained + lost);
  return { p10: p50 * Math.exp(-Math.sqrt(below)), p50, p90: p50 * Math.exp(Math.sqrt(above)) };
}
