import { catalogueWith, findDevice } from '../hardware/catalogue';
import type { Device } from '../hardware/device';
import type { ModelSpec } from '../model/spec';
import type { Estimate } from '../roofline/estimate';
import type { Fleet } from '../roofline/fleet';
import { estimate } from '../roofline/estimateScenario';
import { estimateFleet, type FleetSplit } from '../roofline/fleetEstimate';
import { estimateOffload } from '../roofline/hostOffload';
import { estimateFromDisk } from '../roofline/weightsOnDisk';
import type { Scenario } from '../roofline/scenario';
import { ScenarioError } from '../roofline/scenarioError';
import { formatSeconds } from '../units/format';
import type { Warning } from '../units/quantities';
import { AdvisorError } from './advisorError';
import { askScenario, type BuiltScenario } from './buildScenario';
import { answerEstimate, type EstimateAnswer } from './estimateAnswer';
import { NO_FILES, type OptionFiles } from './optionFiles';
import type { EstimateOptions } from './query';

/** An estimate whose scenario says how unlike devices share the work. */
export type SharedAnswer = Omit<EstimateAnswer, 'scenario'> & {
  scenario: EstimateAnswer['scenario'] & { split: FleetSplit };
};

/** Warnings about the one device that stands in while a fleet's scenario is built. */
const OF_THE_STAND_IN = ['engine-not-on-device', 'placement-assumed', 'devices-idle'];
const STAND_IN = 'rtx-4090';

/** Processors that hosts are taken for where none is named: two channels of DDR5 at home, eight in a server. */
const USUAL_HOST = 'core-i9-13900k';
const SERVER_HOST = 'xeon-platinum-8480';

/**
 * `estimate` on a fleet. Throws `AdvisorError` and `ScenarioError` for questions that cannot be answered.
 */
export function answerFleet(
  model: ModelSpec,
  { fleet: _path, hardware, devices, ...options }: EstimateOptions,
  fleet: Fleet,
  terms: boolean,
): SharedAnswer {
  if (hardware !== undefined || devices !== undefined) {
    throw new AdvisorError('bad-fleet', 'A fleet names its own devices: leave out hardware and devices.');
  }
  const [first] = fleet.devices;
  const standIn = first && findDevice(first.device.id).device ? first.device.id : STAND_IN;
  const split = { tensorParallel: options.tensorParallel, pipelineParallel: options.pipelineParallel };
  const { tensorParallel: _t, pipelineParallel: _p, ...rest } = options;
  const asked = askScenario(model, { ...rest, hardware: standIn, devices: 1 });
  const scenario: Scenario = {
    ...asked.scenario,
    device: first?.device ?? asked.scenario.device,
    setup: {
      ...asked.scenario.setup,
      parallelism: {
        ...asked.scenario.setup.parallelism,
        tensor: split.tensorParallel ?? 1,
        pipeline: split.pipelineParallel ?? 1,
      },
    },
  };
  const warnings = asked.warnings.filter(({ code }) => !OF_THE_STAND_IN.includes(code));
  const answer = estimateFleet(scenario, fleet);
  return withSplit(
    { scenario, warnings },
    answer.estimate,
    answer.split,
    fleet.devices.map(({ device }) => device),
    options.techniques ?? [],
    terms,
  );
}

/** `estimate` of llama.cpp with `gpuLayers` layers on the device and the rest on its host. */
export function answerOffload(
  model: ModelSpec,
  { gpuLayers = 'auto', host, diskBandwidth, ...options }: EstimateOptions,
  terms: boolean,
  files: OptionFiles = NO_FILES,
): SharedAnswer | EstimateAnswer {
  const built = askScenario(model, options, undefined, files);
  const { setup, device, devices } = built.scenario;
  if (setup.engine !== 'llama.cpp') {
    throw new AdvisorError(
      'not-llama-cpp',
      'gpuLayers and host are settings of llama.cpp: say engine llama.cpp.',
    );
  }
  if (devices > 1 || sharesMemory(device)) {
    throw new AdvisorError(
      'not-modelled',
      'Layers on the host are reckoned beside one device with memory of its own.',
    );
  }
  const processor = hostOf(device, host, files.devices);
  const disk = diskBandwidth ?? processor.storageBandwidth ?? null;
  const answer = estimateOffload(built.scenario, processor, gpuLayers, undefined, disk);
  const techniques = options.techniques ?? [];
  // All of them on the device is what llama.cpp does by itself, and that was measured.
  if (answer.gpuLayers === answer.most) {
    return answerEstimate(built.scenario, estimate(built.scenario), {
      techniques,
      terms,
      warnings: built.warnings,
    });
  }
  return withSplit(built, answer.estimate, answer.split, [device], techniques, terms);
}

/** Engines that run with weights on disk: llama.cpp pages its file in, transformers has accelerate read what lies there. */
const FROM_DISK: readonly string[] = ['llama.cpp', 'transformers'];

/** Whether a question is about a disk: one is given, or a device of one's own has one and nothing else is asked of how work is shared. */
export function readsFromDisk(options: EstimateOptions, files: OptionFiles): boolean {
  if (options.gpuLayers !== undefined || options.host !== undefined) return false;
  if (options.diskBandwidth !== undefined) return true;
  const described = files.devices.some(
    ({ id, storageBandwidth }) => id === options.hardware && storageBandwidth !== undefined,
  );
  return described && FROM_DISK.includes(options.engine ?? '') && options.requestRate === undefined;
}

/**
 * `estimate` with what has no room in memory read from disk: of a device beside a host, where llama.cpp leaves layers to that host, or of one
 * that has only its own. Throws as `answerOffload` does.
 */
export function answerFromDisk(
  model: ModelSpec,
  asked: EstimateOptions,
  terms: boolean,
  files: OptionFiles = NO_FILES,
): SharedAnswer | EstimateAnswer {
  const { diskBandwidth, ...options } = asked;
  const { scenario, warnings } = askScenario(model, options, undefined, files);
  const { engine } = scenario.setup;
  if (!FROM_DISK.includes(engine)) {
    throw new AdvisorError(
      'not-modelled',
      `diskBandwidth: weights come from disk in ${FROM_DISK.join(' and ')}; ${engine} keeps all of them on its devices.`,
    );
  }
  if (engine === 'llama.cpp' && !sharesMemory(scenario.device))
    return answerOffload(model, asked, terms, files);
  const disk = diskBandwidth ?? scenario.device.storageBandwidth;
  const result = disk === undefined ? estimate(scenario) : estimateFromDisk(scenario, disk);
  return answerEstimate(scenario, result, { techniques: options.techniques ?? [], terms, warnings });
}

/** What offloading layers would give where llama.cpp does not fit: a warning that names the setting; null where it is no way out. */
export function offloadHint(
  { model, setup, device, devices, ...rest }: Scenario,
  result: Estimate,
): Warning | null {
  if (setup.engine !== 'llama.cpp' || result.memory.fits || devices > 1 || sharesMemory(device)) return null;
  if (rest.workload.requestRate !== null || model.kind === 'diffusion') return null;
  try {
    const host = hostOf(device, undefined, []);
    const {
      estimate: found,
      gpuLayers,
      most,
    } = estimateOffload({ model, setup, device, devices, ...rest }, host, 'auto');
    if (!found.memory.fits) return null;
    return {
      code: 'layers-could-be-offloaded',
      message: `${gpuLayers} of ${most} layers fit the device: with gpu-layers ${gpuLayers} and the rest on a host with ${host.bandwidth / 1e9} GB/s a token takes about ${formatSeconds(found.latency.interToken.p50)}. The figures here are for all of them on the device.`,
    };
  } catch (error) {
    if (error instanceof ScenarioError) return null;
    throw error;
  }
}

function sharesMemory(device: Device): boolean {
  return (
    device.sharedMemory === true ||
    ['cpu', 'apple-silicon', 'phone', 'jetson', 'integrated-gpu', 'this-machine'].includes(device.class)
  );
}

function hostOf(device: Device, name: string | undefined, own: readonly Device[]): Device {
  const usual = device.class === 'datacentre-gpu' ? SERVER_HOST : USUAL_HOST;
  const found = catalogueWith(own).find(name ?? usual);
  if (!found.device)
    throw new AdvisorError('hardware-unknown', `“${name ?? usual}” is not a processor that I know.`);
  return found.device;
}

function withSplit(
  built: BuiltScenario,
  result: Estimate,
  split: FleetSplit,
  devices: readonly Device[],
  techniques: readonly string[],
  terms: boolean,
): SharedAnswer {
  // Devices take turns, each with a power of its own: what all of them draw at once says nothing here.
  const { energy: _, ...answer } = answerEstimate(built.scenario, result, {
    techniques,
    terms,
    warnings: built.warnings,
  });
  const counts = new Map<string, number>();
  for (const { id } of devices) counts.set(id, (counts.get(id) ?? 0) + 1);
  const names = [...counts].map(([id, count]) => (count > 1 ? `${count} × ${id}` : id));
  return {
    ...answer,
    scenario: {
      ...answer.scenario,
      hardware: names.join(' + '),
      devices: devices.length,
      tensorParallel: split.strategy === 'tensor' ? split.devices.length : 1,
      pipelineParallel: split.strategy === 'pipeline' ? split.devices.length : 1,
      split,
    },
  };
}
