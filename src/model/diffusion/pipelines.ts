import * as z from 'zod';
import data from './pipelines.json';

const pipelineSchema = z.object({
  pipeline: z.string(),
  /** Class of the network that it runs. */
  network: z.string(),
  /** Steps that run by default. */
  steps: z.number().int().gte(1),
  /** Evaluations of the network a step and picture: 2 with classifier-free guidance. */
  guidance: z.union([z.literal(1), z.literal(2)]),
  /** The evaluations of a guided step run as one batch, not one after the other. */
  batched: z.boolean(),
  /** Width and height in pixels; null: the network's native size. */
  size: z.tuple([z.number().int().gte(1), z.number().int().gte(1)]).nullable(),
  frames: z.number().int().gte(1),
  /** Places that the longest text encoder fills; null where prompts are not padded. And those that the network sees, joined. */
  textTokens: z.number().int().gte(0).nullable(),
  contextTokens: z.number().int().gte(0),
  /** Where the network has no input for the strength of guidance: a model distilled to few steps. */
  withoutGuidance: z
    .object({
      steps: z.number().int().gte(1),
      textTokens: z.number().int().gte(0),
      contextTokens: z.number().int().gte(0),
      source: z.string(),
    })
    .optional(),
  note: z.string().optional(),
  source: z.string(),
});

export type PipelineDefaults = z.infer<typeof pipelineSchema>;

let rows: ReadonlyMap<string, PipelineDefaults> | undefined;

/** What a diffusers pipeline does where its caller says nothing, by the name of its class; undefined where it is not known. */
export function pipelineDefaults(name: string): PipelineDefaults | undefined {
  rows ??= new Map(
    z
      .array(pipelineSchema)
      .parse(data.pipelines)
      .map((row) => [row.pipeline, row]),
  );
  return rows.get(name);
}
