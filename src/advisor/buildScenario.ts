import { defaultSetup } from '../deployment/defaults';
import type { ServingSetup } from '../deployment/setup';
import { findDevice } from '../hardware/catalogue';
import type { Device } from '../hardware/device';
import type { ModelSpec } from '../model/spec';
import { findScheme } from '../model/weightSchemes';
import { NO_MODIFIERS } from '../roofline/modifiers';
import type { Scenario } from '../roofline/scenario';
import { applyTechnique } from '../techniques/apply';
import { findTechnique } from '../techniques/catalogue';
import { DEFAULT_WORKLOAD, type Workload } from '../workload/workload';
import type { ScenarioSummary } from './advice';
import { AdvisorError } from './advisorError';
import type { EstimateOptions } from './query';

/** What a deployment says of itself, to be used where the options are silent. */
export interface Deployed {
  setup: Partial<ServingSetup>;
  workload: Partial<Workload>;
  devices: number | null;
}

/**
 * Puts a scenario together: options first, then what the deployment says, then the defaults of the engine and of the contract.
 * Throws `AdvisorError` where an option names something that is not known.
 */
export function buildScenario(model: ModelSpec, options: EstimateOptions, deployed?: Deployed): Scenario {
  if (options.hardware === undefined) {
    throw new AdvisorError(
      'hardware-missing',
      'Which hardware? Name a device, for example --hardware h100-sxm.',
    );
  }
  const found = deviceOf(options.hardware);
  const engine = options.engine ?? deployed?.setup.engine ?? 'vllm';
  const base: ServingSetup = {
    ...defaultSetup(engine, { id: found.device.id, memoryBytes: found.device.memory }),
    ...deployed?.setup,
    engine,
  };
  const weights = options.weights ?? base.weights;
  const scheme = weights === null ? undefined : findScheme(weights);
  if (weights !== null && !scheme) {
    throw new AdvisorError('weights-unknown', `“${weights}” is not a weight format that I know.`);
  }
  const { parallelism, devices } = spread(
    options,
    base,
    options.devices ?? deployed?.devices ?? found.devices ?? null,
  );
  const setup: ServingSetup = {
    ...base,
    weights: scheme?.id ?? null,
    kv: options.kv ?? base.kv,
    attention: options.attention ?? base.attention,
    parallelism,
    maxModelLength: options.maxModelLen ?? base.maxModelLength,
    memoryFraction: options.gpuMemoryUtilization ?? base.memoryFraction,
  };
  const plain: Scenario = {
    model,
    setup,
    device: found.device,
    devices,
    workload: workloadOf(options, deployed),
    modifiers: NO_MODIFIERS,
  };
  return (options.techniques ?? []).reduce((scenario, id) => {
    const technique = findTechnique(id);
    if (!technique)
      throw new AdvisorError('technique-unknown', `“${id}” is not a technique of the catalogue.`);
    return applyTechnique(technique, scenario);
  }, plain);
}

function deviceOf(name: string): { device: Device; devices?: number } {
  const found = findDevice(name);
  if (found.device) return found;
  const close =
    found.suggestions.length > 0 ? ` Did you mean ${found.suggestions.slice(0, 3).join(', ')}?` : '';
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
  };
}

/**
 * How many devices, and how they share the work. Said parallelism is taken as it is; where only a number of devices is said,
 * tensor parallel takes them all, as engines' guides recommend within one machine.
 */
function spread(options: EstimateOptions, base: ServingSetup, said: number | null) {
  const asked = {
    tensor: options.tensorParallel ?? base.parallelism.tensor,
    pipeline: options.pipelineParallel ?? base.parallelism.pipeline,
    expert: options.expertParallel ?? base.parallelism.expert,
    data: options.dataParallel ?? base.parallelism.data,
    context: options.contextParallel ?? base.parallelism.context,
  };
  const needed = asked.tensor * asked.pipeline * asked.data * asked.context;
  if (said === null) return { parallelism: asked, devices: Math.max(needed, asked.expert) };
  const silent = needed === 1 && options.tensorParallel === undefined;
  if (silent && said > 1) return { parallelism: { ...asked, tensor: said }, devices: said };
  if (needed > said) {
    throw new AdvisorError(
      'too-few-devices',
      `Tensor ${asked.tensor} × pipeline ${asked.pipeline} × data ${asked.data} × context ${asked.context} needs ${needed} devices; ${said} ${said === 1 ? 'is' : 'are'} given.`,
    );
  }
  return { parallelism: asked, devices: said };
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
    maxModelLen: setup.maxModelLength,
    gpuMemoryUtilization: setup.memoryFraction,
    techniques,
  };
}
