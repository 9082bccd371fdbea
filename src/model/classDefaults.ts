import * as z from 'zod';
import type { JsonObject } from './config';
import decoders from './classDefaults/decoders.json';
import diffusion from './classDefaults/diffusion.json';
import encoders from './classDefaults/encoders.json';
import multimodal from './classDefaults/multimodal.json';
import speech from './classDefaults/speech.json';
import vision from './classDefaults/vision.json';

const schema = z.record(
  z.string(),
  z.object({ source: z.string().min(1), values: z.record(z.string(), z.unknown()) }),
);

/** Checked by the tests rather than at start: the table is ours, and activation is counted in milliseconds. */
export const CLASS_DEFAULTS_SCHEMA = schema;

/** What each class assumes, and where that is written. */
export const CLASS_DEFAULTS: Readonly<Record<string, { source: string; values: JsonObject }>> = {
  ...decoders,
  ...diffusion,
  ...encoders,
  ...multimodal,
  ...speech,
  ...vision,
};

/** What a model class assumes where a configuration says nothing; empty for a class that is not known. */
export function classDefaults(modelType: string): JsonObject {
  return Object.hasOwn(CLASS_DEFAULTS, modelType) ? (CLASS_DEFAULTS[modelType]?.values ?? {}) : {};
}
