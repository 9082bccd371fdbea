import type { Estimate } from '../roofline/estimate';
import { estimate } from '../roofline/estimateScenario';
import type { Scenario } from '../roofline/scenario';
import { usableMemory } from '../roofline/usableMemory';
import { refusePictures } from '../roofline/validateScenario';
import type { RatioMetric, Selector } from '../selector/selector';
import { allTechniques } from '../techniques/catalogue';
import { engineName } from '../techniques/engineName';
import { nearestEvidence } from '../techniques/evidence';
import type { Effort, Technique } from '../techniques/technique';
import { formatBytes, formatInteger, formatRatio, formatSignificant } from '../units/format';
import type { Warning } from '../units/quantities';
import type { Goal } from '../workload/workload';
import type { Advice, Evidence, Recommendation } from './advice';
import { benchmarkCommand } from './benchmarkCommand';
import { summarise } from './buildScenario';
import { singleCandidates, stacks, type Candidate, type Refusal } from './candidates';
import { candidateSettings, placeholderNeeds } from './candidateSettings';
import { correctedEstimate } from './correctedEstimate';
import { costPerMillionTokens, gain, METRIC_OF } from './goal';
import { decisionAt, type RankedCandidate } from './decision';
import { membersOf, membersSentence } from './members';
import { explainGain } from './why';

export interface RecommendRequest {
  scenario: Scenario;
  goal: Goal;
  losslessOnly: boolean;
  top: number;
  /** Ids of techniques that the scenario has applied already. */
  applied?: readonly string[];
  warnings?: readonly Warning[];
}

/** Below this a technique is no help here, and says so among the refusals. */
const LEAST_GAIN = 1.02;
const METRIC_IN_WORDS: Record<RatioMetric, string> = {
  endToEnd: 'end to end',
  interToken: 'between tokens',
  timeToFirstToken: 'to the first token',
  throughput: 'throughput',
};
/** Figures shown for each member of a recommendation. */
const EVIDENCE_EACH = 3;
/** Work of weeks: nothing to begin with where something else of the family gains nearly as much at once. */
const LONG_WORK: readonly Effort[] = ['training', 'hardware', 'research'];
/** “Nearly as much”: within a tenth. */
const NEARLY = 0.9;
const RISKS = ['none', 'low', 'medium', 'high'] as const;

/** Ranked techniques and stacks for a scenario, each with its gain, band, evidence and the setting to change. */
export async function recommend(request: RecommendRequest, selector: Selector): Promise<Advice> {
  const { scenario, goal } = request;
  refusePictures(scenario);
  const metric = METRIC_OF[goal];
  const baseline = estimate(scenario);
  const applied = request.applied ?? [];
  const allowed: Technique[] = [];
  const rejected: Refusal[] = [];
  for (const technique of allTechniques()) {
    const reason = notAllowed(technique, applied, request.losslessOnly);
    if (reason === null) allowed.push(technique);
    else rejected.push({ technique: technique.id, reason });
  }
  const asked = await singleCandidates(scenario, baseline, metric, allowed, selector);
  rejected.push(...asked.refusals);
  const singles: Candidate[] = [];
  for (const candidate of asked.candidates) {
    const reason = notWorthTheWork(candidate, asked.candidates);
    if (reason === null) singles.push(candidate);
    else rejected.push({ technique: candidate.techniques[0]?.id ?? '', reason });
  }
  const isUseful = (candidate: Candidate): boolean => useless(goal, scenario, baseline, candidate) === null;
  // Where the deployment does not fit, members that do not rescue it alone may do so together.
  const rescue = !baseline.memory.fits;
  const members = rescue ? singles : singles.filter(isUseful);
  const aim = rescue || goal === 'memory' ? 'memory' : 'speed';
  const grown = stacks(baseline, metric, members, aim);
  const candidates = [...singles, ...grown.stacks];
  for (const candidate of singles) {
    const reason = useless(goal, scenario, baseline, candidate);
    if (reason !== null) rejected.push({ technique: candidate.techniques[0]?.id ?? '', reason });
  }
  const ranked = distinct(
    candidates
      .filter(isUseful)
      .sort((a, b) => score(goal, scenario, baseline, b) - score(goal, scenario, baseline, a)),
  )
    // One more than is shown: the last may have to be told from the one below it.
    .slice(0, request.top + 1)
    .map((candidate) => ({
      candidate,
      benchmark: benchmarkCommand(scenario, candidate, baseline.concurrency, applied),
    }));
  return {
    schema: 1,
    // A request rate leads to a concurrency of its own: that one is said.
    scenario: { ...summarise(scenario, applied), concurrency: baseline.concurrency },
    baseline,
    recommendations: ranked
      .slice(0, request.top)
      .map((_, index) => present(index, ranked, request, baseline)),
    rejected,
    refusedStacks: grown.refused,
    selector: {
      model: selector.model,
      version: selector.version,
      trainedOn: selector.trainedOn,
      method: selector.method,
    },
    warnings: [...(request.warnings ?? []), ...baseline.warnings],
  };
}

/** Why a technique is not considered at all; null where it is. */
function notAllowed(technique: Technique, applied: readonly string[], losslessOnly: boolean): string | null {
  if (applied.includes(technique.id)) return 'applied already, as asked';
  if (losslessOnly && !technique.quality.lossless)
    return 'changes the output; only lossless ones are asked for';
  return technique.conflicts.find((conflict) => applied.includes(conflict.id))?.because ?? null;
}

/** Why a technique that takes weeks is left out: another of its family gains nearly as much without; null where none does. */
function notWorthTheWork(candidate: Candidate, all: readonly Candidate[]): string | null {
  const [technique] = candidate.techniques;
  if (!technique || !LONG_WORK.includes(technique.effort)) return null;
  const sooner = all.find(({ techniques: [other], speedup, after }) => {
    if (other?.family !== technique.family || LONG_WORK.includes(other.effort)) return false;
    return after.memory.fits && speedup.p50 >= NEARLY * candidate.speedup.p50;
  });
  return sooner
    ? `needs ${technique.effort}; ${sooner.techniques[0]?.title ?? ''} gains nearly as much without`
    : null;
}

/** Why a technique that applies is still of no use for the goal; null where it is. What does not fit is never of use. */
function useless(goal: Goal, scenario: Scenario, before: Estimate, candidate: Candidate): string | null {
  const { memory } = candidate.after;
  if (!memory.fits) {
    const claimed = usableMemory(scenario.device) * candidate.scenario.setup.memoryFraction;
    return before.memory.fits
      ? 'would no longer fit in memory'
      : `does not fit by itself: ${formatBytes(memory.perDevice)} a device, where ${engineName(scenario.setup.engine)} may claim ${formatBytes(claimed)} of ${formatBytes(memory.capacityPerDevice)}`;
  }
  if (!before.memory.fits) return null;
  if (goal === 'memory') return memory.total < 0.99 * before.memory.total ? null : 'frees no memory here';
  const { p50 } = candidate.speedup;
  if (!(p50 >= LEAST_GAIN))
    return `${formatRatio(p50)} ${METRIC_IN_WORDS[METRIC_OF[goal]]} at ${workloadInWords(scenario)}`;
  return null;
}

/**
 * Stacks that differ only in which member of a family they hold say the same thing twice: the best of each kind stays. Single techniques
 * all stay, since a person chooses among them.
 */
function distinct(ranked: readonly Candidate[]): Candidate[] {
  const seen = new Set<string>();
  return ranked.filter(({ techniques }) => {
    if (techniques.length === 1) return true;
    const kind = techniques
      .map((technique) => technique.family)
      .sort()
      .join('+');
    if (seen.has(kind)) return false;
    seen.add(kind);
    return true;
  });
}

function workloadInWords({ workload }: Scenario): string {
  const { concurrency, requestRate, inputTokens, outputTokens } = workload;
  const lengths = `(${formatInteger(inputTokens)} + ${formatInteger(outputTokens)}) tokens`;
  return requestRate === null
    ? `${formatInteger(concurrency)} × ${lengths}`
    : `${formatSignificant(requestRate)} requests/s of ${lengths}`;
}

/** Higher ranks first. What makes a deployment fit that does not comes before everything else. */
function score(goal: Goal, scenario: Scenario, before: Estimate, candidate: Candidate): number {
  const rescues = !before.memory.fits && candidate.after.memory.fits ? 1e6 : 0;
  // Of two equal gains the one with less to lose and fewer parts goes first.
  const trouble = 1e-6 * (2 * RISKS.indexOf(worstRisk(candidate)) + candidate.techniques.length);
  switch (goal) {
    case 'memory':
      return rescues + before.memory.total / candidate.after.memory.total - trouble;
    case 'cost':
      return rescues + (candidate.speedup.p50 * scenario.devices) / candidate.scenario.devices - trouble;
    default:
      return rescues + candidate.speedup.p50 - trouble;
  }
}

function worstRisk(candidate: Candidate): (typeof RISKS)[number] {
  const worst = Math.max(...candidate.techniques.map((technique) => RISKS.indexOf(technique.quality.risk)));
  return RISKS[worst] ?? 'high';
}

function present(
  index: number,
  ranked: readonly RankedCandidate[],
  request: RecommendRequest,
  before: Estimate,
): Recommendation {
  const { scenario, goal } = request;
  const { candidate, benchmark } = ranked[index] as RankedCandidate;
  const { techniques } = candidate;
  const settings = candidateSettings(candidate);
  const members = membersOf(before, candidate);
  const physics = gain(METRIC_OF[goal], before, candidate.after);
  const after = correctedEstimate(candidate.after, candidate.speedup.p50 / physics);
  const cost = costPerMillionTokens(before, scenario.device, scenario.devices);
  const costAfter = costPerMillionTokens(after, scenario.device, candidate.scenario.devices);
  return {
    rank: index + 1,
    techniques: techniques.map((technique) => technique.id),
    title: techniques.map((technique) => technique.title).join(' + '),
    speedup: { metric: METRIC_OF[goal], ...candidate.speedup },
    estimate: after,
    memoryChange: after.memory.total - before.memory.total,
    costChange: cost === null || costAfter === null ? null : costAfter - cost,
    quality: {
      lossless: techniques.every((technique) => technique.quality.lossless),
      risk: worstRisk(candidate),
      note: [...new Set(techniques.map((technique) => technique.quality.note))].join('; '),
    },
    needs: [
      ...new Set([
        ...techniques.flatMap((technique) => technique.needs),
        ...placeholderNeeds([...settings.map(({ setting }) => setting), benchmark ?? '']),
      ]),
    ],
    settings,
    evidence: techniques
      .flatMap((technique): Evidence[] => nearestEvidence(technique, scenario, EVIDENCE_EACH))
      .sort((a, b) => a.distance - b.distance),
    why: [explainGain(scenario, before, candidate), membersSentence(members)].filter(Boolean).join('\n'),
    benchmark,
    members,
    decision: goal === 'memory' ? null : decisionAt(ranked, index),
  };
}
