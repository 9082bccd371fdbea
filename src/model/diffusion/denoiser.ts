import { isObject, type Config, type JsonObject } from '../config';
import type { Denoiser } from '../spec';
import { denoisingNetwork } from './networks';

/** Sizes a side past which a file is not believed: latents of a picture of a million pixels a side. */
const MAX_SIDE = 1 << 17;

/** How the network of a diffusers component meets its latents; undefined for classes whose work is not known. */
export function denoiserOf(network: string, config: Config): Denoiser | undefined {
  const known = denoisingNetwork(network);
  if (known === undefined) return undefined;
  const { packs } = known;
  const patch = patchOf(config);
  return {
    network,
    pipeline: null,
    patch: { frames: patch.frames, height: patch.height * packs, width: patch.width * packs },
    native: nativeOf(config),
    autoencoder: null,
    guidance: guidanceOf(config),
  };
}

/** The same inside a folder: the pipeline's class, and the sizes of the autoencoder beside the network. */
export function denoiserInPipeline(
  denoiser: Denoiser,
  pipeline: unknown,
  autoencoder: JsonObject | null,
): Denoiser {
  return {
    ...denoiser,
    pipeline: typeof pipeline === 'string' ? pipeline : null,
    autoencoder: autoencoder === null ? null : compressionOf(autoencoder),
  };
}

function patchOf(config: Config): Denoiser['patch'] {
  const said = config.value('patch_size') ?? first(config.value('all_patch_size'));
  const frames = side(config.value('patch_size_t')) ?? side(first(config.value('all_f_patch_size'))) ?? 1;
  if (Array.isArray(said)) {
    const sides = said.map((value) => side(value) ?? 1);
    return { frames: sides.at(-3) ?? frames, height: sides.at(-2) ?? 1, width: sides.at(-1) ?? 1 };
  }
  const one = side(said) ?? 1;
  return { frames, height: one, width: one };
}

function nativeOf(config: Config): Denoiser['native'] {
  const square = config.value('sample_size');
  const height = side(config.value('sample_height')) ?? side(Array.isArray(square) ? square[0] : square);
  const width = side(config.value('sample_width')) ?? side(Array.isArray(square) ? square[1] : square);
  if (height === undefined || width === undefined) return null;
  return { width, height, frames: side(config.value('sample_frames')) ?? null };
}

/** `guidance_embeds` in transformers, a projection of the condition in U-Nets of consistency models. */
function guidanceOf(config: Config): Denoiser['guidance'] {
  if (side(config.value('time_cond_proj_dim')) !== undefined) return 'embedded';
  const said = config.value('guidance_embeds');
  return said === true ? 'embedded' : said === false ? 'not-embedded' : 'unsaid';
}

/**
 * Pixels and frames a latent stands for: said outright by newer autoencoders, one halving a level in the older ones.
 * Null where the file says neither.
 */
function compressionOf(raw: JsonObject): Denoiser['autoencoder'] {
  const temporal =
    side(raw.scale_factor_temporal ?? raw.temporal_compression_ratio ?? raw.temporal_compression) ?? 1;
  const spatial = side(raw.scale_factor_spatial ?? raw.spatial_compression_ratio);
  if (spatial !== undefined) return { spatial, temporal };
  const deep = raw._class_name === 'AutoencoderDC';
  const widths = deep ? raw.encoder_block_out_channels : raw.block_out_channels;
  // Only the autoencoders of pictures halve at every level but the last; others have their usual sizes in the table.
  if (
    (deep || raw._class_name === 'AutoencoderKL' || raw._class_name === 'AutoencoderKLFlux2') &&
    Array.isArray(widths) &&
    widths.length >= 1 &&
    widths.length <= 16
  ) {
    return { spatial: 2 ** (widths.length - 1), temporal: 1 };
  }
  return null;
}

/** The autoencoder's file as an object; null for what is none. */
export function autoencoderFile(value: unknown): JsonObject | null {
  return isObject(value) ? value : null;
}

function first(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : undefined;
}

function side(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_SIDE
    ? value
    : undefined;
}
