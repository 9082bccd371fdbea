import type { Engine } from '../deployment/engine';
import type { Parallelism } from '../deployment/setup';
import type { ModelSpec } from '../model/spec';
import type { Warning } from '../units/quantities';
import type { Scenario } from './scenario';
import { ScenarioError } from './scenarioError';

/** How many ways each kind of work is split over devices. */
export interface Placement {
  tensor: number;
  pipeline: number;
  expert: number;
  data: number;
  context: number;
  /** Ranks among the tensor-parallel ones that split a cache by tokens. */
  cacheRanks?: number;
  /** Devices that do the work. */
  used: number;
}

/** Engines that split layers, not tensors, over several devices unless told otherwise. */
const SPLITS_LAYERS: ReadonlySet<Engine> = new Set<Engine>([
  'llama.cpp',
  'transformers',
  'mlx',
  'onnxruntime',
  'openvino',
]);

/**
 * The placement in force: the setup's own, or, where it names none and there are several devices, the engine's default.
 *
 * @throws ScenarioError `bad-parallelism` for sizes that are no whole number ≥ 1, or more than the devices.
 */
export function placementOf(scenario: Scenario, warnings: Warning[]): Placement {
  const { parallelism, engine } = scenario.setup;
  for (const name of ['tensor', 'pipeline', 'expert', 'data', 'context'] as const) {
    const size = parallelism[name];
    if (!Number.isInteger(size) || size < 1 || size > 65536) {
      throw new ScenarioError(
        'bad-parallelism',
        `${name} parallelism is ${size}; it must be a whole number of at least 1.`,
      );
    }
  }
  let { tensor, pipeline } = parallelism;
  const { expert, data, context } = parallelism;
  let used = devicesUsed(parallelism);
  if (used === 1 && scenario.devices > 1) {
    if (SPLITS_LAYERS.has(engine)) pipeline = scenario.devices;
    else tensor = scenario.devices;
    used = scenario.devices;
    warnings.push({
      code: 'placement-assumed',
      message: `No split over the ${used} devices was given: ${SPLITS_LAYERS.has(engine) ? 'layers' : 'tensors'} are split ${used} ways.`,
    });
  }
  if (used > scenario.devices) {
    throw new ScenarioError(
      'bad-parallelism',
      `The parallelism asks for ${used} devices and there are ${scenario.devices}.`,
    );
  }
  if (used < scenario.devices) {
    warnings.push({
      code: 'devices-idle',
      message: `${scenario.devices - used} of ${scenario.devices} devices are not used by this parallelism.`,
    });
  }
  const { cacheRanks } = parallelism;
  const placement: Placement = {
    tensor,
    pipeline,
    expert,
    data,
    context,
    ...(cacheRanks === undefined ? {} : { cacheRanks }),
    used,
  };
  checkLegality(scenario.model, placement, warnings);
  return placement;
}

/** Expert parallelism shares the devices of tensor and data parallelism, as vLLM and SGLang do. */
function devicesUsed(parallelism: Parallelism): number {
  const { tensor, pipeline, expert, data, context } = parallelism;
  return pipeline * context * Math.max(tensor * data, expert);
}

/** Ways in which tensor-parallel ranks and ranks that split the cache by tokens divide what `heads` heads cache. */
export function cacheSplitOf(placement: Placement, heads: number): number {
  return Math.min(placement.tensor, heads * (placement.cacheRanks ?? 1)) * placement.context;
}

/**
 * Ranks whose partial results of attention are put together: each has seen some of the tokens. Those that split a cache do so while
 * they decode; a prompt's own tokens each has.
 */
export function partialRanks({ context, cacheRanks = 1 }: Placement, phase: 'prefill' | 'decode'): number {
  return phase === 'decode' ? context * cacheRanks : context;
}

/** Caches are split by tokens over ranks that would keep copies of the same heads; over others vLLM refuses (docs.vllm.ai, context parallel deployment). */
function checkCacheRanks(model: ModelSpec, placement: Placement, warnings: Warning[]): void {
  const { tensor, context, cacheRanks = 1 } = placement;
  if (tensor % cacheRanks !== 0) {
    throw new ScenarioError(
      'bad-parallelism',
      `Decode context parallel ${cacheRanks} does not divide tensor parallel ${tensor}, whose devices it shares.`,
    );
  }
  const heads = model.groups.flatMap(({ layer: { mixer } }) =>
    mixer.kind === 'attention' ? [mixer.latent ? 1 : mixer.kvHeads] : [],
  );
  const most = heads.length > 0 ? Math.max(1, Math.floor(tensor / Math.min(...heads))) : 1;
  if (cacheRanks > most) {
    warnings.push({
      code: 'cache-ranks-without-use',
      message: `Decode context parallel ${cacheRanks}: over tensor parallel ${tensor} this model's cache has ${most === 1 ? 'one copy' : `${most} copies`}, and no more ranks than that can share it.`,
    });
  }
  if (context > 1 && heads.length === 0) {
    warnings.push({
      code: 'no-cache-to-split',
      message: `Context parallel ${context}: ${model.name} has no attention whose tokens could be split.`,
    });
  }
}

function checkLegality(model: ModelSpec, placement: Placement, warnings: Warning[]): void {
  checkCacheRanks(model, placement, warnings);
  const { tensor, pipeline, expert } = placement;
  const layers = model.groups.reduce((total, group) => total + group.indices.length, 0);
  if (pipeline > layers) {
    throw new ScenarioError('bad-parallelism', `${pipeline} pipeline stages for ${layers} layers.`);
  }
  if (layers % pipeline !== 0) {
    warnings.push({
      code: 'layers-not-divisible',
      message: `${layers} layers do not divide over ${pipeline} pipeline stages: the longest stage sets the pace.`,
    });
  }
  let headsTold = false;
  let expertsTold = false;
  for (const group of model.groups) {
    const mixer = group.layer.mixer;
    if (mixer.kind === 'attention' && tensor > 1 && mixer.queryHeads % tensor !== 0 && !headsTold) {
      headsTold = true;
      warnings.push({
        code: 'heads-not-divisible',
        message: `${mixer.queryHeads} attention heads do not divide over tensor parallel ${tensor}: most engines refuse this.`,
      });
    }
    const ffn = group.layer.feedForward;
    if (ffn.kind === 'experts' && expert > 1 && ffn.routedExperts % expert !== 0 && !expertsTold) {
      expertsTold = true;
      warnings.push({
        code: 'experts-not-divisible',
        message: `${ffn.routedExperts} experts do not divide over expert parallel ${expert}.`,
      });
    }
  }
}
