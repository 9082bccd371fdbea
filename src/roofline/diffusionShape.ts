import { denoisingNetwork } from '../model/diffusion/networks';
import { pipelineDefaults, type PipelineDefaults } from '../model/diffusion/pipelines';
import type { Denoiser } from '../model/spec';
import type { Warning } from '../units/quantities';
import type { Sampling } from '../workload/workload';
import { ScenarioError } from './scenarioError';

/** A picture or a video as the network meets it: what was asked for, the rest as the pipeline has it by default. */
export interface DiffusionShape {
  /** Pixels, and frames of the video; 1 for a picture. */
  width: number;
  height: number;
  frames: number;
  /** Latent positions before patches, which the autoencoder decodes. */
  latent: Grid;
  /** Places that the network computes: latents by its patches. */
  grid: Grid;
  /** Places of the text in the network, and those that the longest text encoder fills. */
  contextTokens: number;
  textTokens: number;
  steps: number;
  /** Evaluations a step and picture: 2 where guidance computes the picture without its prompt beside. */
  guidance: number;
  /** Those evaluations run as one batch. */
  batched: boolean;
  /** Class of the pipeline whose defaults were taken, and where they are written. */
  pipeline: string;
  source: string;
}

export interface Grid {
  frames: number;
  height: number;
  width: number;
}

/** Past these a question is a slip of the keyboard, or would not end: no network of today takes a thousandth. */
const MOST_PLACES = 1e8;
const MOST_SIDE = 100_000;
const MOST_FRAMES = 100_000;
const MOST_STEPS = 10_000;

/**
 * Resolves size, frames, steps and guidance: as asked, else the default of the pipeline's class, else the network's native size. What
 * was assumed is told.
 *
 * @throws ScenarioError `bad-length` for sizes that make no sense, `unsupported-kind` where the network's defaults are not known.
 */
export function diffusionShape(denoiser: Denoiser, sampling: Sampling, warnings: Warning[]): DiffusionShape {
  const network = denoisingNetwork(denoiser.network);
  const defaults = network && defaultsOf(denoiser, network.pipeline);
  if (network === undefined || defaults === undefined) {
    throw new ScenarioError('unsupported-kind', `How ${denoiser.network} is run is not known.`);
  }
  const { temporal, spatial, causal } = compressionOf(denoiser, network.autoencoder);
  const few = denoiser.guidance === 'not-embedded' ? defaults.withoutGuidance : undefined;
  const steps = whole('steps', sampling.steps ?? few?.steps ?? defaults.steps, MOST_STEPS);
  const native = denoiser.native;
  const size = sampling.size ??
    sizeOf(defaults) ??
    (native && { width: native.width * spatial, height: native.height * spatial }) ?? {
      width: USUAL_SIDE,
      height: USUAL_SIDE,
    };
  const width = whole('width', size.width, MOST_SIDE);
  const height = whole('height', size.height, MOST_SIDE);
  const moves = defaults.frames > 1 || temporal > 1;
  if (sampling.frames !== null && sampling.frames > 1 && !moves) {
    warnings.push({
      code: 'frames-left-out',
      message: `${defaults.pipeline} makes single pictures: frames are left out.`,
    });
  }
  // Where frames do not divide into latents as one and groups, the file counts latents.
  const nativeFrames = native?.frames ? native.frames * (causal ? 1 : temporal) : undefined;
  const frames = whole(
    'frames',
    moves ? (sampling.frames ?? nativeFrames ?? defaults.frames) : 1,
    MOST_FRAMES,
  );
  const latent: Grid = {
    frames: causal ? Math.floor((frames - 1) / temporal) + 1 : Math.max(1, Math.floor(frames / temporal)),
    height: Math.max(1, Math.floor(height / spatial)),
    width: Math.max(1, Math.floor(width / spatial)),
  };
  const { patch } = denoiser;
  const grid: Grid = {
    frames: Math.ceil(latent.frames / patch.frames),
    height: Math.max(1, Math.floor(latent.height / patch.height)),
    width: Math.max(1, Math.floor(latent.width / patch.width)),
  };
  if (grid.frames * grid.height * grid.width > MOST_PLACES) {
    throw new ScenarioError(
      'bad-length',
      `${width} × ${height} pixels and ${frames} frames are more places than any network takes.`,
    );
  }
  const text = few ?? defaults;
  const guidance =
    denoiser.network.startsWith('UNet') && denoiser.guidance === 'embedded' ? 1 : defaults.guidance;
  const shape: DiffusionShape = {
    width,
    height,
    frames,
    latent,
    grid,
    contextTokens: text.contextTokens,
    textTokens: text.textTokens ?? text.contextTokens,
    steps,
    guidance,
    batched: defaults.batched,
    pipeline: defaults.pipeline,
    source: few?.source ?? defaults.source,
  };
  warnings.push(assumed(shape, sampling, defaults));
  return shape;
}

/** Where neither pipeline nor network says: the side that most networks since 2023 are made for. */
const USUAL_SIDE = 1024;

function sizeOf({ size }: PipelineDefaults): { width: number; height: number } | null {
  return size && { width: size[0], height: size[1] };
}

/** The folder's pipeline where it is known and runs this network, else the network's usual one: folders name others than they mean. */
function defaultsOf(denoiser: Denoiser, usual: string): PipelineDefaults | undefined {
  const own = denoiser.pipeline === null ? undefined : pipelineDefaults(denoiser.pipeline);
  return own?.network === denoiser.network ? own : pipelineDefaults(usual);
}

function compressionOf(
  denoiser: Denoiser,
  usual: { spatial: number; temporal: number; causal: boolean },
): { spatial: number; temporal: number; causal: boolean } {
  return denoiser.autoencoder === null ? usual : { ...denoiser.autoencoder, causal: usual.causal };
}

function whole(name: string, value: number, most: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new ScenarioError('bad-length', `${name}: ${value} must be a whole number from 1 to ${most}.`);
}

function assumed(shape: DiffusionShape, sampling: Sampling, defaults: PipelineDefaults): Warning {
  const taken = [
    ...(sampling.steps === null ? [`${shape.steps} steps`] : []),
    ...(sampling.size === null ? [`${shape.width} × ${shape.height} pixels`] : []),
    ...(sampling.frames === null && shape.frames > 1 ? [`${shape.frames} frames`] : []),
    shape.guidance > 1 ? 'each step computed twice for guidance' : 'no second computation for guidance',
    `${shape.contextTokens} places of text`,
  ];
  const note = defaults.note === undefined ? '' : ` (${defaults.note})`;
  return {
    code: 'diffusion-defaults',
    message: `As ${shape.pipeline} has it by default: ${taken.join(', ')}${note}.`,
  };
}
