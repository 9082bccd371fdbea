import type { ModelSpec } from '../model/spec';
import type { Scenario } from '../roofline/scenario';
import { hasExperts } from '../techniques/facts';
import type { Warning } from '../units/quantities';
import { AdvisorError } from './advisorError';
import type { OptionFiles } from './optionFiles';
import { POOL_OPTIONS, type EstimateOptions } from './query';

/** What recommendations are for instead, where an option of shared work is left out. */
const ONE_KIND: Readonly<
  Record<'fleet' | 'gpuLayers' | 'host' | 'diskBandwidth' | (typeof POOL_OPTIONS)[number], string>
> = {
  fleet: 'one kind of device (hardware, devices)',
  gpuLayers: 'a device that holds all layers',
  host: 'the device alone',
  diskBandwidth: 'a device that holds the weights',
  prefillDevices: 'one pool of devices',
  prefillHardware: 'one pool of devices',
  prefillTensorParallel: 'one pool of devices',
  kvBandwidth: 'one pool of devices',
  kvLatency: 'one pool of devices',
};

/**
 * Refuses options whose effect is too large to leave out and that are not modelled yet.
 * Throws `AdvisorError` with the code `not-modelled`.
 */
export function refuseUnmodelled(options: EstimateOptions, files: OptionFiles): void {
  for (const name of ['fleet', 'gpuLayers', 'host', 'diskBandwidth', ...POOL_OPTIONS] as const) {
    if (options[name] === undefined) continue;
    throw new AdvisorError(
      'not-modelled',
      `recommend does not reckon with ${name}, estimate does: try techniques there, each by name. Or leave it out, for recommendations on ${ONE_KIND[name]}.`,
    );
  }
  if (options.draft !== undefined && files.draft === null) {
    throw new AdvisorError(
      'not-modelled',
      'A draft model of one’s own is reckoned with by estimate and recommend on one kind of device: leave out draft, and ask for techniques draft-model-speculation for a usual one.',
    );
  }
}

/** Options that were taken and change nothing here, each with the reason. */
export function unmodelledWarnings(options: EstimateOptions, scenario: Scenario): Warning[] {
  const { model, workload, setup } = scenario;
  const found: (Warning | null)[] = [
    setup.pool === undefined
      ? null
      : {
          code: 'one-of-two-pools',
          message: `This server only ${setup.pool === 'prefill' ? 'computes prompts' : 'answers'}, and another does the rest: the figures are those of one that does both. The pair is reckoned by estimate on the command line, with prefillDevices.`,
        },
    options.requestRate === undefined || options.concurrency === undefined
      ? null
      : {
          code: 'concurrency-left-out',
          message:
            'A request rate decides how many sequences run at once: the concurrency given is left out.',
        },
    ...diffusionOptions(options, model),
    workload.imageSize !== null && takesImages(model) && !knowsSizes(model)
      ? {
          code: 'image-size-not-modelled',
          message: `What ${model.modelType} makes of an image’s size is not known: each is counted at the model’s native size.`,
        }
      : null,
    workload.imageSize !== null && workload.images === 0
      ? { code: 'no-images', message: 'An image size is given and no images: say how many with images.' }
      : null,
    (options.expertParallel ?? 1) > 1 && !hasExperts(model)
      ? {
          code: 'no-experts',
          message: `${model.name} is not a mixture of experts: expert parallelism has nothing to split.`,
        }
      : null,
  ];
  return found.filter((warning) => warning !== null);
}

function diffusionOptions(options: EstimateOptions, model: ModelSpec): Warning[] {
  const given = (['steps', 'size', 'frames'] as const).filter((name) => options[name] !== undefined);
  if (given.length === 0 || model.kind === 'diffusion') return [];
  return [
    {
      code: 'not-a-diffusion-model',
      message: `${given.join(', ')}: for diffusion models; ${model.name} is none, so left out.`,
    },
  ];
}

function knowsSizes(model: ModelSpec): boolean {
  return model.towers.some((tower) => tower.kind === 'vision' && tower.pictures !== undefined);
}

function takesImages(model: ModelSpec): boolean {
  return model.towers.some((tower) => tower.kind === 'vision');
}
