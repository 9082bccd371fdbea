import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { Bytes } from '../units/quantities';

/** A model that comes with the extension. */
export interface BundledModel {
  name: string;
  /** For a list that people read. */
  title: string;
  task: 'text-generation' | 'classification';
  bytes: Bytes;
  parameters: number;
  /** SPDX identifier; the card beside the model has the rest. */
  licence: string;
  /** The .onnx file, absolute where the folder was. */
  path: string;
  /** A text to try it on. */
  sample: string;
}

const list = z.strictObject({
  models: z.array(
    z.strictObject({
      name: z.string().check(z.regex(/^[a-z0-9-]+$/)),
      title: z.string().check(z.minLength(1)),
      task: z.enum(['text-generation', 'classification']),
      bytes: z.int().check(z.gte(1)),
      parameters: z.int().check(z.gte(1)),
      licence: z.string().check(z.minLength(1)),
      /** Relative to the list. */
      path: z.string().check(z.regex(/^[a-z0-9-]+\/[a-z0-9.-]+\.onnx$/)),
      sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
      /** Where the weights come from. */
      source: z.string().check(z.minLength(1)),
      sample: z.string(),
    }),
  ),
});

/** The models in `folder` (media/models), as its models.json lists them. Rejects where the list is missing or broken. */
export async function readBundledModels(folder: string): Promise<BundledModel[]> {
  const { models } = list.parse(JSON.parse(await readFile(join(folder, 'models.json'), 'utf8')));
  return models.map(({ name, title, task, bytes, parameters, licence, path, sample }) => {
    return { name, title, task, bytes, parameters, licence, path: join(folder, path), sample };
  });
}
