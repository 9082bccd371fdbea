import type { ModelSpec } from '../model/spec';
import type { Scenario } from '../roofline/scenario';
import { hasExperts } from '../techniques/facts';
import type { Warning } from '../units/quantities';
import { AdvisorError } from './advisorError';
import type { OptionFiles } from './optionFiles';
import type { EstimateOptions } from './query';

/**
 * Refuses options whose effect is too large to leave out and that are not modelled yet.
 * Throws `AdvisorError` with the code `not-modelled`.
 */
export function refuseUnmodelled(options: EstimateOptions, files: OptionFiles): void {
  for (const name of ['fleet', 'gpuLayers', 'host'] as const) {
    if (options[name] === undefined) continue;
    throw new AdvisorError('not-modelled', `${name}: only estimate reckons with it, recommend does not yet.`);
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
  const { model, workload } = scenario;
  const found: (Warning | null)[] = [
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
