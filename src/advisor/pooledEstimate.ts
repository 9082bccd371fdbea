import type { ModelSpec } from '../model/spec';
import { ASSUMED_LINK } from '../roofline/communication';
import type { PoolLink } from '../roofline/cacheTransfer';
import { estimateDisaggregated, type PoolSplit } from '../roofline/disaggregated';
import type { Scenario } from '../roofline/scenario';
import { formatBytes, formatRate } from '../units/format';
import type { Warning } from '../units/quantities';
import { AdvisorError } from './advisorError';
import { askScenario } from './buildScenario';
import { answerEstimate, type EstimateAnswer } from './estimateAnswer';
import { NO_FILES, type OptionFiles } from './optionFiles';
import { POOL_OPTIONS, type EstimateOptions } from './query';

/** An estimate whose scenario says how prompts and answers share two pools of devices. */
export type PooledAnswer = Omit<EstimateAnswer, 'scenario'> & {
  scenario: EstimateAnswer['scenario'] & { pools: PoolSplit };
};

/** Devices of a usual machine: past that, pools are in two. */
const IN_A_MACHINE = 8;
/** One network card of 100 Gbit/s for each device, and what a transfer takes to begin: an assumption, and said. */
const ASSUMED_NETWORK: PoolLink = { bandwidth: 12.5e9, latency: 1e-4 };

/**
 * `estimate` with prompts on devices of their own. Throws `AdvisorError` and `ScenarioError` for questions that cannot be answered.
 */
export function answerPools(
  model: ModelSpec,
  asked: EstimateOptions,
  terms: boolean,
  files: OptionFiles = NO_FILES,
): PooledAnswer {
  const { prefillDevices, prefillHardware, prefillTensorParallel, kvBandwidth, kvLatency, ...options } =
    asked;
  if (prefillDevices === undefined) {
    const name = POOL_OPTIONS.find((one) => asked[one] !== undefined) ?? '';
    throw new AdvisorError('bad-pools', `${name}: say with prefillDevices how many devices compute prompts.`);
  }
  const decode = askScenario(model, options, undefined, files);
  const tensor = prefillTensorParallel ?? tensorOf(decode.scenario, prefillDevices);
  if (prefillDevices % tensor !== 0) {
    throw new AdvisorError(
      'bad-pools',
      `${prefillDevices} prefill devices do not divide into copies of ${tensor} (prefillTensorParallel).`,
    );
  }
  const { pipelineParallel: _p, contextParallel: _c, ...rest } = options;
  const prefill = askScenario(
    model,
    {
      ...rest,
      hardware: prefillHardware ?? options.hardware,
      devices: prefillDevices,
      tensorParallel: tensor,
      dataParallel: prefillDevices / tensor,
      ...((options.expertParallel ?? 1) > 1 ? { expertParallel: prefillDevices } : {}),
    },
    undefined,
    files,
  );
  const warnings: Warning[] = [...decode.warnings];
  // What both pools are warned of is said once.
  for (const one of prefill.warnings) {
    if (warnings.some(({ code, message }) => code === one.code && message === one.message)) continue;
    warnings.push({ code: one.code, message: `Of the prefill pool: ${one.message}` });
  }
  const link = linkBetween(prefill.scenario, decode.scenario, kvBandwidth, kvLatency, warnings);
  const { estimate, pools } = estimateDisaggregated(prefill.scenario, decode.scenario, link);
  // Two pools have powers of their own, and each is busy for a share of its own: no one ceiling.
  const { energy: _, ...answer } = answerEstimate(decode.scenario, estimate, {
    techniques: options.techniques ?? [],
    terms,
    warnings,
  });
  return {
    ...answer,
    scenario: {
      ...answer.scenario,
      hardware: machinesOf(pools),
      devices: pools.prefill.devices + pools.decode.devices,
      pools,
    },
  };
}

/** Copies of the model are cut as those that decode are, where that goes; else there is one over all devices. */
function tensorOf({ setup: { parallelism } }: Scenario, devices: number): number {
  return devices % parallelism.tensor === 0 ? parallelism.tensor : devices;
}

function linkBetween(
  prefill: Scenario,
  decode: Scenario,
  bandwidth: number | undefined,
  latency: number | undefined,
  warnings: Warning[],
): PoolLink {
  const near = prefill.device.id === decode.device.id && prefill.devices + decode.devices <= IN_A_MACHINE;
  const assumed = near ? (decode.device.link ?? ASSUMED_LINK) : ASSUMED_NETWORK;
  if (bandwidth === undefined) {
    const what = near
      ? 'the devices’ own link, in one machine'
      : 'a network card of 100 Gbit/s for each device';
    warnings.push({
      code: 'kv-link-assumed',
      message: `Caches are taken to cross ${what}: ${formatRate(assumed.bandwidth, 'B/s')}. Say kvBandwidth where it is another.`,
    });
  }
  return {
    bandwidth: bandwidth ?? assumed.bandwidth,
    latency: latency ?? (bandwidth === undefined ? assumed.latency : ASSUMED_NETWORK.latency),
  };
}

/** Which devices, in all; one with a space is shown as it is. */
function machinesOf({ prefill, decode }: PoolSplit): string {
  return `${prefill.devices} × ${prefill.hardware} + ${decode.devices} × ${decode.hardware}`;
}

/** What the cache of a prompt takes on its way, for a person. */
export function linkInWords({ link }: PoolSplit): string {
  const { bytes, bandwidth, streams } = link;
  return `${formatBytes(bytes)} of cache a request, over ${streams > 1 ? `${streams} × ` : ''}${formatRate(bandwidth, 'B/s')}`;
}
