import { shortName } from '../hardware/shortName';
import { engineName } from '../techniques/engineName';
import { defaultSetup, engineDefaults } from '../deployment/defaults';
import { vendorsOf } from '../deployment/engineDevices';
import type { ServingSetup } from '../deployment/setup';
import { catalogueWith, findDevice } from '../hardware/catalogue';
import type { Device } from '../hardware/device';
import type { ModelSpec } from '../model/spec';
import { findScheme } from '../model/weightSchemes';
import { NO_MODIFIERS } from '../roofline/modifiers';
import type { Scenario } from '../roofline/scenario';
import { applyTechnique } from '../techniques/apply';
import { findTechnique } from '../techniques/catalogue';
import { checkConditions } from '../techniques/conditions';
import { conflictBetween } from '../techniques/conflicts';
import type { Technique } from '../techniques/technique';
import type { Warning } from '../units/quantities';
import { checkWorkload } from '../workload/checkWorkload';
import { DEFAULT_WORKLOAD, type Sampling, type Workload } from '../workload/workload';
import type { ScenarioSummary } from './advice';
import { AdvisorError } from './advisorError';
import { withAdapter } from './loraAdapter';
import { NO_FILES, type OptionFiles } from './optionFiles';
import { withOwnDraft } from './ownDraft';
import type { EstimateOptions } from './query';
import { spreadDevices } from './spreadDevices';
import { refuseUnmodelled, unmodelledWarnings } from './unmodelled';

/** Named where a format is not known. */
const SOME_FORMATS =
  'f32, bf16, f16, fp8, int8, int4, nvfp4, mxfp4, awq-int4, gptq-int4, gptq-int8, bnb-nf4, bnb-int8, w8a8-int8, w8a8-fp8, w4a8kv4';

/** What a deployment says of itself, to be used where the options are silent. */
export interface Deployed {
  setup: Partial<ServingSetup>;
  workload: Partial<Workload>;
  devices: number | null;
}

/** A scenario, and what of the options was assumed, left out or does not go together. */
export interface BuiltScenario {
  scenario: Scenario;
  warnings: readonly Warning[];
}

/**
 * Puts a scenario together: options first, then what the deployment says, then the defaults of the engine and of the contract.
 * Throws `AdvisorError` where an option names something that is not known.
 */
export function buildScenario(
  model: ModelSpec,
  options: EstimateOptions,
  deployed?: Deployed,
  files: OptionFiles = NO_FILES,
): Scenario {
  return askScenario(model, options, deployed, files).scenario;
}

/** As `buildScenario`, with the warnings that a script or a terminal has to show. */
export function askScenario(
  model: ModelSpec,
  options: EstimateOptions,
  deployed?: Deployed,
  files: OptionFiles = NO_FILES,
): BuiltScenario {
  refuseUnmodelled(options, files);
  if (options.hardware === undefined) {
    throw new AdvisorError(
      'hardware-missing',
      'Which hardware? Name a device, h100-sxm for example; “inference-lens hardware” lists them.',
    );
  }
  const found = deviceOf(options.hardware, files.devices);
  const warnings: Warning[] = [];
  const said = options.devices ?? deployed?.devices ?? found.devices ?? null;
  const asked = model.kind === 'diffusion' ? spreadPictures(options, deployed, said, warnings) : options;
  const plain: Scenario = {
    model,
    setup: setupOf(model, options, found.device, deployed, warnings),
    device: found.device,
    devices: 1,
    workload: workloadOf(options, deployed),
    modifiers: NO_MODIFIERS,
  };
  const spread = spreadDevices(asked, plain, said, warnings);
  warnings.push(...checkWorkload(spread.workload), ...unmodelledWarnings(options, spread));
  const built = withTechniques(spread, options.techniques ?? [], warnings);
  const drafted = files.draft === null ? built : withOwnDraft(built, files.draft, warnings);
  return {
    scenario: options.loraRank === undefined ? drafted : withAdapter(drafted, options.loraRank, warnings),
    warnings,
  };
}

function setupOf(
  model: ModelSpec,
  options: EstimateOptions,
  device: Device,
  deployed: Deployed | undefined,
  warnings: Warning[],
): ServingSetup {
  // Pictures are made in PyTorch, by the library that their folders are written for.
  const usual = model.kind === 'diffusion' ? 'transformers' : 'vllm';
  const engine = options.engine ?? deployed?.setup.engine ?? usual;
  const base: ServingSetup = {
    ...defaultSetup(engine, { id: device.id, memoryBytes: device.memory }),
    ...deployed?.setup,
    engine,
  };
  const vendors = vendorsOf(engine);
  if (vendors !== null && !vendors.includes(device.vendor)) {
    warnings.push({
      code: 'engine-not-on-device',
      message: `${engineName(engine)} is not made for devices like the ${shortName(device)}; the figures are what its kernels would give there.`,
    });
  }
  const halved =
    model.format === 'f32' && model.quantisation === null && engineDefaults(engine).float32LoadsAs === 'f16';
  const asked = options.weights ?? base.weights;
  if (asked === null && halved) {
    warnings.push({
      code: 'loaded-as-f16',
      message:
        'The file says 32 bits; this engine loads such weights in 16 unless told otherwise, and so they are reckoned.',
    });
  }
  const weights = asked ?? (halved ? 'f16' : null);
  const scheme = weights === null ? undefined : findScheme(weights);
  if (weights !== null && !scheme) {
    throw new AdvisorError(
      'weights-unknown',
      `“${weights}” is not a weight format that I know; known are ${SOME_FORMATS}, and GGUF names such as q4_k_m.`,
    );
  }
  let kv = options.kv ?? base.kv ?? (asked === null && halved ? 'f16' : null);
  if (kv === null && scheme?.id === 'w4a8kv4') {
    kv = 'int4';
    warnings.push({ code: 'kv-from-weights', message: 'w4a8kv4 keeps its KV cache in 4 bits: kv is int4.' });
  }
  return {
    ...base,
    weights: scheme?.id ?? null,
    kv,
    attention: options.attention ?? base.attention,
    maxModelLength: options.maxModelLen ?? base.maxModelLength,
    memoryFraction: options.gpuMemoryUtilization ?? base.memoryFraction,
    maxSequences: options.maxNumSeqs ?? base.maxSequences,
    maxBatchedTokens: options.maxNumBatchedTokens ?? base.maxBatchedTokens,
    chunkedPrefill: options.chunkedPrefill ?? base.chunkedPrefill,
  };
}

/** Applies techniques in the order asked. One that does not apply here, or not beside another, is still applied, and that is said. */
function withTechniques(plain: Scenario, ids: readonly string[], warnings: Warning[]): Scenario {
  const applied: Technique[] = [];
  let scenario = plain;
  for (const id of ids) {
    const technique = findTechnique(id);
    if (!technique) {
      throw new AdvisorError(
        'technique-unknown',
        `“${id}” is not a technique of the catalogue; “inference-lens techniques” lists them.`,
      );
    }
    const conflict = applied.map((other) => conflictBetween(other, technique)).find((one) => one !== null);
    const check = checkConditions(technique, scenario);
    const doubt = conflict ?? (check.applies ? null : check.reason);
    if (doubt !== null) {
      warnings.push({ code: 'technique-doubtful', message: `${id} is applied as asked, but: ${doubt}.` });
    }
    const after = applyTechnique(technique, scenario);
    if (doubt === null && isSame(scenario, after)) {
      warnings.push({
        code: 'technique-not-reckoned',
        message: `${id} (${technique.changes}) changes nothing that is reckoned here: the figures are those without it.`,
      });
    }
    scenario = after;
    applied.push(technique);
  }
  return scenario;
}

function isSame(before: Scenario, after: Scenario): boolean {
  const of = ({ setup, workload, modifiers }: Scenario): string =>
    JSON.stringify({ setup: { ...setup, speculation: null }, workload, modifiers });
  return of(before) === of(after);
}

function deviceOf(name: string, own: readonly Device[]): { device: Device; devices?: number } {
  const found = own.length > 0 ? catalogueWith(own).find(name) : findDevice(name);
  if (found.device) return found;
  const close =
    found.suggestions.length > 0
      ? ` Did you mean ${found.suggestions.slice(0, 3).join(', ')}?`
      : ' “inference-lens hardware” lists them.';
  throw new AdvisorError('hardware-unknown', `“${name}” is not a device that I know.${close}`);
}

function workloadOf(options: EstimateOptions, deployed: Deployed | undefined): Workload {
  const base = { ...DEFAULT_WORKLOAD, ...deployed?.workload };
  const size = options.imageSize?.split('x').map(Number);
  return {
    ...base,
    inputTokens: options.input ?? base.inputTokens,
    outputTokens: options.output ?? base.outputTokens,
    concurrency: options.concurrency ?? base.concurrency,
    requestRate: options.requestRate ?? (options.concurrency === undefined ? base.requestRate : null),
    sharedPrefixTokens: options.sharedPrefix ?? base.sharedPrefixTokens,
    images: options.images ?? base.images,
    imageSize: size ? { width: size[0] ?? 0, height: size[1] ?? 0 } : base.imageSize,
    ...(options.steps === undefined && options.size === undefined && options.frames === undefined
      ? {}
      : { sampling: samplingOf(options) }),
  };
}

function samplingOf(options: EstimateOptions): Sampling {
  const [width = 0, height = 0] = options.size?.split('x').map(Number) ?? [];
  return {
    steps: options.steps ?? null,
    size: options.size === undefined ? null : { width, height },
    frames: options.frames ?? null,
  };
}

const SPLITS = [
  'tensorParallel',
  'pipelineParallel',
  'dataParallel',
  'contextParallel',
  'expertParallel',
] as const;

/** Where nothing says how devices share pictures, each makes its own: no library splits one without being asked. */
function spreadPictures(
  options: EstimateOptions,
  deployed: Deployed | undefined,
  devices: number | null,
  warnings: Warning[],
): EstimateOptions {
  const asked = SPLITS.some((name) => options[name] !== undefined);
  const set = Object.values(deployed?.setup.parallelism ?? {}).some((size) => size > 1);
  if (devices === null || devices === 1 || asked || set) return options;
  warnings.push({
    code: 'placement-assumed',
    message: `No split over the ${devices} devices was given: each makes pictures of its own.`,
  });
  return { ...options, dataParallel: devices };
}

/** The scenario as understood, in plain data for JSON and the panel. */
export function summarise(scenario: Scenario, techniques: readonly string[]): ScenarioSummary {
  const { model, setup, device, workload } = scenario;
  return {
    model: model.name,
    hardware: device.id,
    devices: scenario.devices,
    engine: setup.engine,
    weights: setup.weights ?? model.quantisation?.scheme ?? model.format,
    kv: setup.kv ?? model.format,
    attention: setup.attention,
    concurrency: workload.concurrency,
    requestRate: workload.requestRate,
    input: workload.inputTokens,
    output: workload.outputTokens,
    sharedPrefix: workload.sharedPrefixTokens,
    tensorParallel: setup.parallelism.tensor,
    pipelineParallel: setup.parallelism.pipeline,
    expertParallel: setup.parallelism.expert,
    dataParallel: setup.parallelism.data,
    contextParallel: setup.parallelism.context,
    ...(setup.parallelism.cacheRanks === undefined
      ? {}
      : { decodeContextParallel: setup.parallelism.cacheRanks }),
    maxModelLen: setup.maxModelLength,
    gpuMemoryUtilization: setup.memoryFraction,
    techniques,
  };
}
