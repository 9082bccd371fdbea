import { layerTotal } from '../model/count';
import type { Device } from '../hardware/device';
import type { ModelSpec } from '../model/spec';
import type { Bytes, Seconds } from '../units/quantities';
import type { Calibration } from './calibration';
import type { MemoryEstimate, Term } from './estimate';
import { bestAllReduce, transferSeconds, type AllReduce, type Fleet } from './fleet';
import { splitByMemory, splitLayers, splitShares, type LayerRange, type StageCosts } from './fleetSplit';
import {
  layersOfModel,
  stageCost,
  stageDecode,
  stageMemory,
  stageOn,
  stagePrefill,
  withShare,
  type Stage,
} from './fleetStage';
import { fixedTerm, phaseTerms } from './phaseTerms';
import type { Scenario } from './scenario';
import type { StepTime } from './stepTime';

/** One way of sharing a model among the devices of a fleet, with its times. */
export interface FleetPlan {
  strategy: 'pipeline' | 'tensor';
  /** Null in a pipeline, which sums nothing. */
  allReduce: AllReduce | null;
  members: readonly FleetMember[];
  fits: boolean;
  /** Of all prompts together; of one pass of all sequences, which drafts and verifies under speculation. */
  prefillSeconds: Seconds;
  passSeconds: Seconds;
  /** Of these, what goes over the links. */
  prefillLinkSeconds: Seconds;
  passLinkSeconds: Seconds;
  terms: readonly Term[];
  steps: { prefill: readonly StepTime[]; decode: readonly StepTime[] };
}

export interface FleetMember {
  /** Place in the fleet. */
  at: number;
  /** Layers of a pipeline's stage; all of them where tensors are split. */
  layers: LayerRange;
  /** Share of each layer. */
  share: number;
  /** Of one decode pass. */
  seconds: Seconds;
  memory: MemoryEstimate & { capacity: Bytes };
}

interface Question {
  scenario: Scenario;
  fleet: Fleet;
  calibration: Calibration;
}

/** Time of a phase over the stages of a pipeline, each of them having the link before it in its time. */
function pipelined(stages: readonly Seconds[], rounds: number): { seconds: Seconds; wait: Seconds } {
  const sum = stages.reduce((total, seconds) => total + seconds, 0);
  // With as many pieces under way as there are, the slowest stage sets the pace once the pipeline is full.
  const slowest = Math.max(...stages);
  return { seconds: sum + Math.max(0, rounds - 1) * slowest, wait: Math.max(0, rounds - 1) * slowest };
}

/**
 * The best pipeline: layers in the devices' order. Sought for the least sum of stage times and for the least slowest stage; whichever
 * makes the pass shorter with the sequences that there are. A pass of n sequences over p stages goes in m = min(n, p) pieces, and takes
 * max(sum of the stages, m × the slowest).
 */
export function pipelinePlan(question: Question): FleetPlan {
  const { scenario, fleet, calibration } = question;
  const layers = layerTotal(scenario.model);
  const { concurrency } = scenario.workload;
  const costs = fleet.devices.map(({ device }, at) => stageCosts(question, device, at, layers));
  const splits = [splitLayers(costs, 'sum'), splitLayers(costs, 'slowest')].filter((one) => one !== null);
  const candidates = splits.length > 0 ? splits : [splitByMemory(costs)];
  const plans = candidates.map((ranges) =>
    runPipeline(scenario, fleet, calibration, ranges, layers, concurrency),
  );
  return plans.reduce((best, one) =>
    totalSeconds(scenario, one) < totalSeconds(scenario, best) ? one : best,
  );
}

/** Prefill and all passes: what two plans are compared by. */
export function totalSeconds({ workload, modifiers }: Scenario, plan: FleetPlan): Seconds {
  const output = Math.round(workload.outputTokens * modifiers.outputTokens);
  const emitted = modifiers.speculation?.tokensPerPass ?? 1;
  return plan.prefillSeconds + (Math.max(0, output - 1) * plan.passSeconds) / emitted;
}

/** A pipeline over given ranges of layers. */
export function runPipeline(
  scenario: Scenario,
  fleet: Fleet,
  calibration: Calibration,
  ranges: readonly LayerRange[],
  layers: number,
  concurrency: number,
): FleetPlan {
  const used = ranges
    .map((range, at) => ({ range, at }))
    .filter(({ range: [from, to] }) => to > from)
    .map(({ range, at }) => {
      const device = fleet.devices[at]?.device ?? scenario.device;
      const model = layersOfModel(scenario.model, range[0], range[1], layers);
      return { at, range, stage: stageOn(scenario, device, model, range[1] === layers, calibration) };
    });
  const pieces = Math.max(1, Math.min(concurrency, used.length));
  const { hiddenSize } = scenario.model;
  const draft = scenario.modifiers.speculation;
  const newTokens = 1 + (draft?.draftTokens ?? 0);
  const element = used[0]?.stage.plan.context.activationElement ?? 2;
  const link = (index: number, tokens: number): Seconds => {
    const [to, from] = [used[index]?.at ?? 0, used[index - 1]?.at ?? used.at(-1)?.at ?? 0];
    // The first device gets no vectors but the token that the last has chosen.
    return used.length === 1
      ? 0
      : transferSeconds(fleet, from, to, index === 0 ? 4 : tokens * hiddenSize * element);
  };
  const decode = used.map(({ stage }) => stageDecode(stage, concurrency / pieces, newTokens));
  const decodeLinks = used.map((_, index) => link(index, (concurrency / pieces) * newTokens));
  const stageTimes = decode.map((step, index) => step.seconds + (decodeLinks[index] ?? 0));
  const sum = stageTimes.reduce((total, seconds) => total + seconds, 0);
  const wait = Math.max(0, pieces * Math.max(...stageTimes) - sum);
  const drafting = draft
    ? draft.draftCost * used.reduce((s, { stage }) => s + stageDecode(stage, 1, 1).seconds, 0)
    : 0;
  const prefills = used.map(({ stage }) => stagePrefill(stage, concurrency));
  const rounds = prefills[0]?.steps ?? 1;
  const stepTokens = (concurrency * (used[0]?.stage.plan.lengths.prompt ?? 1)) / rounds;
  const prefillLinks = used.map((_, index) => (index === 0 ? 0 : link(index, stepTokens)));
  const prefillTimes = prefills.map(({ step }, index) => step.seconds + (prefillLinks[index] ?? 0));
  const filled = pipelined(prefillTimes, rounds);
  const tower = prefills.reduce((total, one) => total + (one.tower?.seconds ?? 0), 0);
  const request = prefills[0]?.requestSeconds ?? 0;
  const members = used.map(({ at, range, stage }, index) => ({
    at,
    layers: range,
    share: 1,
    seconds: decode[index]?.seconds ?? 0,
    memory: stageMemory(stage, concurrency),
  }));
  const total = (values: readonly Seconds[]): Seconds => values.reduce((s, value) => s + value, 0);
  return {
    strategy: 'pipeline',
    allReduce: null,
    members,
    fits: members.every(({ memory }) => memory.perDevice <= memory.capacity),
    prefillSeconds: filled.seconds + tower + request,
    passSeconds: sum + wait + drafting,
    prefillLinkSeconds: total(prefillLinks),
    passLinkSeconds: total(decodeLinks),
    steps: { prefill: prefills.map(({ step }) => step), decode },
    terms: [
      ...used.flatMap(({ at, stage }, index) => [
        ...stageTerms('prefill', at, stage, prefills[index]?.step),
        ...stageTerms('decode', at, stage, decode[index]),
      ]),
      ...fixedTerm('prefill.communication', total(prefillLinks), LINKS, { stages: used.length }),
      ...fixedTerm('prefill.pipeline', filled.wait, '(steps − 1) × slowest stage', { steps: rounds }),
      ...fixedTerm('prefill.towers', tower, 'encoder or tower, once an input', {}),
      ...fixedTerm('prefill.request', request, 'seconds a request', { secondsARequest: request }),
      ...fixedTerm('decode.communication', total(decodeLinks), LINKS, { stages: used.length }),
      ...fixedTerm('decode.pipeline', wait, 'pieces × slowest stage − sum of the stages', { pieces }),
      ...fixedTerm('decode.draft', drafting, 'draft cost × plain step', { draftCost: draft?.draftCost ?? 0 }),
    ],
  };
}

const LINKS = 'each stage: latency + message / bandwidth';

function stageTerms(
  phase: 'prefill' | 'decode',
  at: number,
  stage: Stage,
  step: StepTime | undefined,
): Term[] {
  if (!step) return [];
  return phaseTerms(phase, stage.plan, step, 1).map((term) => ({
    ...term,
    id: term.id.replace(`${phase}.`, `${phase}.device${at + 1}.`),
  }));
}

/** What a device takes for layers of each kind: from stages of one and of two such layers, with and without the ends. */
function stageCosts(
  { scenario, fleet, calibration }: Question,
  device: Device,
  at: number,
  layers: number,
): StageCosts {
  const { concurrency } = scenario.workload;
  const pieces = Math.max(1, Math.min(concurrency, fleet.devices.length));
  const middle = (model: ModelSpec, hasHead: boolean): { seconds: Seconds; bytes: Bytes } => {
    const stage = stageOn(scenario, device, model, hasHead, calibration);
    return { ...stageCost(stage, concurrency / pieces, 1), bytes: stageMemory(stage, concurrency).perDevice };
  };
  const bare = {
    ...layersOfModel(scenario.model, 0, layers, layers),
    outside: [],
    tiedHead: false,
    towers: [],
  };
  const layerSeconds = new Array<number>(layers).fill(0);
  const layerBytes = new Array<number>(layers).fill(0);
  let fixedSeconds = 0;
  let fixedBytes = 0;
  for (const group of bare.groups) {
    const [one, two] = [1, 2].map((count) =>
      middle(
        { ...bare, groups: [{ ...group, indices: Array.from({ length: count }, (_, place) => place) }] },
        false,
      ),
    );
    if (!one || !two) continue;
    const [seconds, bytes] = [two.seconds - one.seconds, two.bytes - one.bytes];
    for (const place of group.indices) {
      layerSeconds[place] = seconds;
      layerBytes[place] = bytes;
    }
    fixedSeconds = Math.max(fixedSeconds, one.seconds - seconds);
    fixedBytes = Math.max(fixedBytes, one.bytes - bytes);
  }
  const first = layersOfModel(scenario.model, 0, 1, Math.max(2, layers));
  const last = layersOfModel(scenario.model, layers - 1, layers, layers);
  const ends = [middle(first, false), middle(last, true)] as const;
  const whole = stageMemory(stageOn(scenario, device, first, false, calibration), concurrency);
  const { hiddenSize } = scenario.model;
  return {
    fixedSeconds,
    layerSeconds,
    headSeconds: Math.max(0, ends[1].seconds - fixedSeconds - (layerSeconds[layers - 1] ?? 0)),
    fixedBytes,
    layerBytes,
    embeddingBytes: Math.max(0, ends[0].bytes - fixedBytes - (layerBytes[0] ?? 0)),
    headBytes: Math.max(0, ends[1].bytes - fixedBytes - (layerBytes[layers - 1] ?? 0)),
    capacity: whole.capacity,
    handOver: at === 0 ? 0 : transferSeconds(fleet, at - 1, at, (concurrency / pieces) * hiddenSize * 2),
  };
}

/**
 * Tensor parallelism over all devices that get a share: in proportion to their pace, in whole heads, as far as memory goes. The slowest
 * share sets the pace, and two sums a layer go over the links. Null where heads or memory do not go round.
 */
export function tensorPlan({ scenario, fleet, calibration }: Question): FleetPlan | null {
  const { model, workload, modifiers } = scenario;
  const { concurrency } = workload;
  const layers = layerTotal(model);
  const units = headsOf(model);
  if (fleet.devices.length < 2 || units < 2) return null;
  const whole = fleet.devices.map(({ device }) => stageOn(scenario, device, model, true, calibration));
  const shares = splitShares(
    whole.map((stage) => {
      const [full, half] = [1, 0.5].map((share) => stageCost(withShare(stage, share), concurrency, 1));
      const seconds = 2 * ((full?.seconds ?? 0) - (half?.seconds ?? 0));
      const { capacity } = stageMemory(stage, concurrency);
      return {
        fixedSeconds: (full?.seconds ?? 0) - seconds,
        wholeSeconds: seconds,
        most: largestShare(stage, concurrency, capacity, units),
      };
    }),
    units,
  );
  if (shares === null) return null;
  const used = shares
    .map((share, at) => ({ share, at, stage: whole[at] }))
    .filter(
      (one): one is { share: number; at: number; stage: Stage } => one.share > 0 && one.stage !== undefined,
    )
    .map(({ share, at, stage }) => ({ share, at, stage: withShare(stage, share) }));
  if (used.length < 2) return null;
  const places = used.map(({ at }) => at);
  const element = used[0]?.stage.plan.context.activationElement ?? 2;
  const draft = modifiers.speculation;
  const newTokens = 1 + (draft?.draftTokens ?? 0);
  const reduce = (tokens: number) => bestAllReduce(fleet, places, tokens * model.hiddenSize * element);
  const decode = used.map(({ stage }) => stageDecode(stage, concurrency, newTokens));
  const prefills = used.map(({ stage }) => stagePrefill(stage, concurrency));
  const rounds = prefills[0]?.steps ?? 1;
  const passReduce = reduce(concurrency * newTokens);
  const promptReduce = reduce((concurrency * (used[0]?.stage.plan.lengths.prompt ?? 1)) / rounds);
  const slowest = slowestOf(decode);
  const slowestPrefill = slowestOf(prefills.map(({ step }) => step));
  const passLinks = 2 * layers * passReduce.seconds;
  const promptLinks = 2 * layers * promptReduce.seconds * rounds;
  const tower = Math.max(...prefills.map((one) => one.tower?.seconds ?? 0));
  const request = prefills[0]?.requestSeconds ?? 0;
  const drafting = draft
    ? draft.draftCost *
      (slowestOf(used.map(({ stage }) => stageDecode(stage, 1, 1))).step.seconds +
        2 * layers * reduce(1).seconds)
    : 0;
  const members = used.map(({ at, share, stage }, index) => ({
    at,
    layers: [0, layers] as const,
    share,
    seconds: decode[index]?.seconds ?? 0,
    memory: stageMemory(stage, concurrency),
  }));
  const paceMaker = used[slowest.at]?.stage.plan;
  const inputs = { devices: used.length, layers, allReduce: passReduce.kind };
  return {
    strategy: 'tensor',
    allReduce: passReduce.kind,
    members,
    fits: members.every(({ memory }) => memory.perDevice <= memory.capacity),
    prefillSeconds: slowestPrefill.step.seconds * rounds + promptLinks + tower + request,
    passSeconds: slowest.step.seconds + passLinks + drafting,
    prefillLinkSeconds: promptLinks,
    passLinkSeconds: passLinks,
    steps: { prefill: prefills.map(({ step }) => step), decode },
    terms: [
      ...(paceMaker ? phaseTerms('prefill', paceMaker, slowestPrefill.step, rounds) : []),
      ...fixedTerm('prefill.communication', promptLinks, '2 × layers × all-reduce × steps', {
        ...inputs,
        allReduce: promptReduce.kind,
        secondsEach: promptReduce.seconds,
        steps: rounds,
      }),
      ...fixedTerm('prefill.towers', tower, 'encoder or tower, once an input', {}),
      ...fixedTerm('prefill.request', request, 'seconds a request', { secondsARequest: request }),
      ...(paceMaker ? phaseTerms('decode', paceMaker, slowest.step, 1) : []),
      ...fixedTerm('decode.communication', passLinks, '2 × layers × all-reduce', {
        ...inputs,
        secondsEach: passReduce.seconds,
      }),
      ...fixedTerm('decode.draft', drafting, 'draft cost × plain step', { draftCost: draft?.draftCost ?? 0 }),
    ],
  };
}

function slowestOf(steps: readonly StepTime[]): { step: StepTime; at: number } {
  const seconds = steps.map((step) => step.seconds);
  const at = seconds.indexOf(Math.max(...seconds));
  const step = steps[at];
  if (!step) throw new RangeError('a fleet has at least one device');
  return { step, at };
}

/** The largest share, in whole heads, whose memory fits: the smallest number of heads that does not is sought by halving. */
function largestShare(stage: Stage, sequences: number, capacity: Bytes, units: number): number {
  const fits = (heads: number): boolean =>
    stageMemory(withShare(stage, heads / units), sequences).perDevice <= capacity;
  let low = 0;
  let high = units;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low / units;
}

/** Parts that every layer can be cut into: the fewest query heads of any; layers without heads are cut as the others. */
function headsOf(model: ModelSpec): number {
  const heads = model.groups.flatMap(({ layer }) =>
    layer.mixer.kind === 'attention' ? [layer.mixer.queryHeads] : [],
  );
  return heads.length > 0 ? Math.min(...heads) : 64;
}
