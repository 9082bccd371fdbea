import * as z from 'zod';
import data from './networks.json';

const autoencoderSchema = z.object({
  /** Pixels that a latent position is wide, frames that it lasts. */
  spatial: z.number().int().gte(1),
  temporal: z.number().int().gte(1),
  /** The first frame has a latent of its own: (frames − 1) / temporal + 1 of them. */
  causal: z.boolean(),
});

const networkSchema = z.object({
  network: z.string(),
  /**
   * How the text meets the picture. `joint`: blocks with weights for each, joined in attention, then blocks for both together;
   * `stream`: one sequence throughout; `cross`: attention from the picture to the text; `alone`: no text; `unet`: levels of
   * convolutions with attention to the text.
   */
  attends: z.enum(['joint', 'stream', 'cross', 'alone', 'unet']),
  /** Latent positions a side that the pipeline packs into one before the network sees them, beside the network's own patches. */
  packs: z.number().int().gte(1),
  /** Positions enter by rotation of queries and keys. */
  rotary: z.boolean(),
  /** Self-attention is linear in the number of tokens. */
  linear: z.boolean().optional(),
  /** The pipeline that usually runs it, and the autoencoder that it usually works with, where no folder says. */
  pipeline: z.string(),
  autoencoder: autoencoderSchema,
  source: z.string(),
});

export type DenoisingNetwork = z.infer<typeof networkSchema>;

let rows: ReadonlyMap<string, DenoisingNetwork> | undefined;

/** How a diffusers class works, by its name; undefined for classes whose work is not known. */
export function denoisingNetwork(name: string): DenoisingNetwork | undefined {
  rows ??= new Map(
    z
      .array(networkSchema)
      .parse(data.networks)
      .map((row) => [row.network, row]),
  );
  return rows.get(name);
}
