import { layerTotal } from '../model/count';
import type { Device } from '../hardware/device';
import type { ModelSpec } from '../model/spec';
import type { Bytes, Seconds } from '../units/quantities';
import type { Calibration } from './calibration';
import type { Term } from './estimate';
import { transferSeconds, type Fleet } from './fleet';
import { totalSeconds, type FleetPlan, type FleetQuestion } from './fleetPlan';
import { splitByMemory, splitLayers, type LayerRange, type StageCosts } from './fleetSplit';
import {
  layersOfModel,
  stageCost,
  stageDecode,
  stageMemory,
  stageOn,
  stagePrefill,
  type Stage,
} from './fleetStage';
import { fixedTerm, phaseTerms } from './phaseTerms';
import type { Scenario } from './scenario';
import type { StepTime } from './stepTime';

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
export function pipelinePlan(question: FleetQuestion): FleetPlan {
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

/** A pipeline over given ranges of layers. */
function runPipeline(
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
  { scenario, fleet, calibration }: FleetQuestion,
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
