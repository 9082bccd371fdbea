import { layerTotal } from '../model/count';
import type { ModelSpec } from '../model/spec';
import type { Bytes } from '../units/quantities';
import { bestAllReduce } from './fleet';
import type { FleetPlan, FleetQuestion } from './fleetPlan';
import { splitShares } from './fleetSplit';
import {
  stageCost,
  stageDecode,
  stageMemory,
  stageOn,
  stagePrefill,
  withShare,
  type Stage,
} from './fleetStage';
import { fixedTerm, phaseTerms } from './phaseTerms';
import type { StepTime } from './stepTime';

/**
 * Tensor parallelism over all devices that get a share: in proportion to their pace, in whole heads, as far as memory goes. The slowest
 * share sets the pace, and two sums a layer go over the links. Null where heads or memory do not go round.
 */
export function tensorPlan({ scenario, fleet, calibration }: FleetQuestion): FleetPlan | null {
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
