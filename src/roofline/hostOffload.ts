import type { Device } from '../hardware/device';
import { layerTotal } from '../model/count';
import type { Seconds, Warning } from '../units/quantities';
import { shippedCalibration, type Calibration } from './calibration';
import type { Estimate } from './estimate';
import type { Fleet } from './fleet';
import { describeSplit, fleetAnswer, type FleetSplit } from './fleetEstimate';
import type { FleetPlan } from './fleetPlan';
import { layersOfModel, stageDecode, stageMemory, stageOn, stagePrefill, type Stage } from './fleetStage';
import { fixedTerm, phaseTerms } from './phaseTerms';
import type { Scenario } from './scenario';
import { ScenarioError } from './scenarioError';
import type { StepTime } from './stepTime';
import { validateScenario } from './validateScenario';
import { diskSeconds, diskTerm, diskWarning, shareOnDisk, type DiskShare } from './weightsOnDisk';

/** What is assumed of the link to the host where the device does not say: PCIe 3.0 × 16. */
const ASSUMED_LINK = 16e9;
/** A transfer between processor and device, its launch included; as the catalogue has it of PCIe siblings. */
const LINK_LATENCY: Seconds = 10e-6;
/** llama.cpp multiplies on the device, with the weights copied there, what a step of so many tokens needs of host layers (ggml-cuda: 32). */
const COPIED_FROM_TOKENS = 32;

export interface Offload {
  estimate: Estimate;
  split: FleetSplit;
  /** What `--gpu-layers` has to say for it, of at most `most`: the output layer counts as one, and is the first to go. */
  gpuLayers: number;
  most: number;
}

/**
 * llama.cpp with some layers on the device and the first ones on the processor: a token passes both in turn. `auto`: as many on the
 * device as fit. Fits only where the device's share and the host's do; with a `disk` of so many bytes a second, what the host has no
 * room for is paged in from there.
 *
 * Source: ggml-org/llama.cpp src/llama-model.cpp, load_tensors: layers below n_layer + 1 − n_gpu_layers stay on the processor, the
 * input layer always does. Physics alone: splits were not measured.
 *
 * @throws ScenarioError for questions that make no sense.
 */
export function estimateOffload(
  scenario: Scenario,
  host: Device,
  gpuLayers: number | 'auto',
  calibration: Calibration = shippedCalibration(),
  disk: number | null = null,
): Offload {
  validateScenario(scenario);
  if (scenario.workload.requestRate !== null || scenario.model.kind === 'diffusion') {
    throw new ScenarioError(
      'not-modelled',
      'Layers on the host are reckoned for models that make tokens, and for so many sequences at once: say concurrency, not a request rate.',
    );
  }
  const layers = layerTotal(scenario.model);
  const most = layers + 1;
  const asked = gpuLayers === 'auto' ? mostThatFit(scenario, layers, calibration) : Math.min(gpuLayers, most);
  // One alone is the output layer: too little to tell from none.
  const onDevice = asked < 2 ? 0 : asked;
  const cut = layers + 1 - onDevice;
  const stages = [
    { at: 0, from: 0, to: Math.min(layers, cut), device: host },
    { at: 1, from: Math.min(layers, cut), to: layers, device: scenario.device },
  ]
    .filter(({ from, to }) => to > from)
    .map((part) => ({
      ...part,
      stage: stageOf(scenario, part.device, part.from, part.to, layers, calibration),
    }));
  const plan = inTurn(scenario, stages, scenario.device, calibration, layers, disk);
  const hostStage = stages.find(({ at }) => at === 0);
  const onDisk = disk === null || !hostStage ? null : diskShareOf(scenario, hostStage.stage);
  const fleet: Fleet = {
    devices: [
      { name: 'host', device: host },
      { name: 'device', device: scenario.device },
    ],
    topology: 'full',
    link: { bandwidth: scenario.device.hostBandwidth ?? ASSUMED_LINK, latency: LINK_LATENCY },
    between: [],
    allReduce: null,
  };
  const warnings: Warning[] = [
    ...scenario.model.warnings,
    {
      code: 'layers-offloaded',
      message: `${onDevice} of ${most} layers (the output is one) on the device, the first ${layers - Math.max(0, onDevice - 1)} on the host, reckoned as a ${host.name} with ${host.bandwidth / 1e9} GB/s.`,
    },
    ...(onDisk !== null && disk !== null && onDisk.bytes > 0
      ? [diskWarning(onDisk, disk, 'the host’s memory', true)]
      : []),
    ...(plan.fits
      ? []
      : [{ code: 'weights-do-not-fit', message: 'With that many layers on the device it does not fit.' }]),
  ];
  return {
    estimate: fleetAnswer(scenario, plan, warnings),
    split: describeSplit(scenario, fleet, plan, null, 'offload'),
    gpuLayers: onDevice,
    most,
  };
}

function stageOf(
  scenario: Scenario,
  device: Device,
  from: number,
  to: number,
  layers: number,
  calibration: Calibration,
): Stage {
  const model = layersOfModel(scenario.model, from, to, layers);
  return stageOn(scenario, device, model, to === layers, calibration);
}

/** Fewer layers never take more memory: the most is sought by halving. */
function mostThatFit(scenario: Scenario, layers: number, calibration: Calibration): number {
  const fits = (count: number): boolean => {
    const stage = stageOf(scenario, scenario.device, layers + 1 - count, layers, layers, calibration);
    return stageMemory(stage, scenario.workload.concurrency).fits;
  };
  let low = 1;
  let high = layers + 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

function diskShareOf({ workload }: Scenario, stage: Stage): DiskShare<ReturnType<typeof stageMemory>> {
  return shareOnDisk(stage.scenario, (one) => stageMemory({ ...stage, scenario: one }, workload.concurrency));
}

interface Part {
  at: number;
  from: number;
  to: number;
  stage: Stage;
}

/** Every step passes the host's layers, then the device's: nothing overlaps. */
function inTurn(
  scenario: Scenario,
  parts: readonly Part[],
  device: Device,
  calibration: Calibration,
  layers: number,
  disk: number | null,
): FleetPlan {
  const { workload, modifiers, model } = scenario;
  const { concurrency } = workload;
  const draft = modifiers.speculation;
  const newTokens = 1 + (draft?.draftTokens ?? 0);
  const link = device.hostBandwidth ?? ASSUMED_LINK;
  const both = parts.length > 1;
  const hop = (tokens: number): Seconds => (both ? LINK_LATENCY + (tokens * model.hiddenSize * 4) / link : 0);
  const decode = parts.map(({ stage }) => stageDecode(stage, concurrency, newTokens));
  const prefills = parts.map(({ stage }) => stagePrefill(stage, concurrency));
  const rounds = prefills[0]?.steps ?? 1;
  const stepTokens = (concurrency * (parts[0]?.stage.plan.lengths.prompt ?? 1)) / rounds;
  const copies = parts.map(({ at, from, to, stage }) =>
    at === 0 && stepTokens >= COPIED_FROM_TOKENS && device.class !== 'cpu'
      ? stagePrefill(stageOf(scenario, device, from, to, layers, calibration), concurrency).step.seconds +
        stage.plan.model.storedBytes / link
      : Infinity,
  );
  const prefillSteps = prefills.map(({ step }, at) => Math.min(step.seconds, copies[at] ?? Infinity));
  const links = { prefill: hop(stepTokens) * rounds, pass: hop(concurrency * newTokens) };
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const onDisk = parts.map(({ at, stage }) =>
    at === 0 && disk !== null ? diskShareOf(scenario, stage) : null,
  );
  const waits = (steps: readonly (StepTime | undefined)[]): number =>
    sum(
      steps.map((step, at) => {
        const share = onDisk[at];
        return step && share && disk !== null ? diskSeconds(step, share, disk) : 0;
      }),
    );
  const reading = { prefill: waits(prefills.map(({ step }) => step)) * rounds, pass: waits(decode) };
  const drafting = draft
    ? draft.draftCost * sum(parts.map(({ stage }) => stageDecode(stage, 1, 1).seconds))
    : 0;
  const request = prefills.at(-1)?.requestSeconds ?? 0;
  const tower = sum(prefills.map((one) => one.tower?.seconds ?? 0));
  const members = parts.map(({ at, from, to, stage }, index) => ({
    at,
    layers: [from, to] as const,
    share: 1,
    seconds: (decode[index]?.seconds ?? 0) + (onDisk[index] ? reading.pass : 0),
    memory: onDisk[index]?.memory ?? stageMemory(stage, concurrency),
  }));
  return {
    strategy: 'pipeline',
    allReduce: null,
    members,
    fits: members.every(({ memory }) => memory.fits),
    prefillSeconds: sum(prefillSteps) * rounds + links.prefill + reading.prefill + tower + request,
    passSeconds: sum(decode.map((step) => step.seconds)) + links.pass + reading.pass + drafting,
    prefillLinkSeconds: links.prefill,
    passLinkSeconds: links.pass,
    steps: { prefill: prefills.map(({ step }) => step), decode },
    terms: [
      ...parts.flatMap(({ at, stage }, index) => {
        const name = at === 0 ? 'host' : 'device';
        const [step, prefill] = [decode[index], prefills[index]];
        const copied = copies[index] ?? Infinity;
        return [
          ...(prefill && copied < prefill.step.seconds
            ? fixedTerm('prefill.copied', copied * rounds, 'steps × (weights / link + time on the device)', {
                steps: rounds,
                weightBytes: stage.plan.model.storedBytes,
                link,
              })
            : prefill
              ? phaseTerms('prefill', stage.plan, prefill.step, rounds)
              : []),
          ...(step ? phaseTerms('decode', stage.plan, step, 1) : []),
        ].map((term) => ({ ...term, id: term.id.replace('.', `.${name}.`) }));
      }),
      ...fixedTerm('prefill.communication', links.prefill, 'steps × (latency + message / link)', { link }),
      ...onDisk.flatMap((share) =>
        share === null || disk === null
          ? []
          : [
              ...diskTerm('prefill.host.disk', reading.prefill, rounds, share, disk),
              ...diskTerm('decode.host.disk', reading.pass, 1, share, disk),
            ],
      ),
      ...fixedTerm('prefill.towers', tower, 'encoder or tower, once an input', {}),
      ...fixedTerm('prefill.request', request, 'seconds a request', { secondsARequest: request }),
      ...fixedTerm('decode.communication', links.pass, 'latency + message / link', { link }),
      ...fixedTerm('decode.draft', drafting, 'draft cost × plain step', { draftCost: draft?.draftCost ?? 0 }),
    ],
  };
}
