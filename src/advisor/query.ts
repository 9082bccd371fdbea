import { z } from 'zod';
import { ENGINES } from '../deployment/engine';

/** Largest counts that are taken for a question and not for a slip: a thousand devices, ten million tokens. */
const MAX_DEVICES = 1024;
const MAX_TOKENS = 10_000_000;
const MAX_SEQUENCES = 65_536;

const count = (most: number) => z.number().int().min(1).max(most);
const tokens = z.number().int().min(0).max(MAX_TOKENS);

/** Options of `estimate` by their long names in camelCase, as `batch` takes them and the panel sends them (contract). */
export const estimateOptionsSchema = z.strictObject({
  hardware: z.string().min(1).max(200).optional(),
  devices: count(MAX_DEVICES).optional(),
  engine: z.enum(ENGINES).optional(),
  weights: z.string().min(1).max(40).optional(),
  kv: z.enum(['f32', 'bf16', 'f16', 'fp8', 'int8', 'int4']).optional(),
  attention: z.enum(['eager', 'sdpa', 'flash']).optional(),
  concurrency: count(MAX_SEQUENCES).optional(),
  requestRate: z.number().positive().max(1e6).optional(),
  input: count(MAX_TOKENS).optional(),
  output: count(MAX_TOKENS).optional(),
  sharedPrefix: tokens.optional(),
  tensorParallel: count(MAX_DEVICES).optional(),
  pipelineParallel: count(MAX_DEVICES).optional(),
  expertParallel: count(MAX_DEVICES).optional(),
  dataParallel: count(MAX_DEVICES).optional(),
  contextParallel: count(MAX_DEVICES).optional(),
  maxModelLen: count(MAX_TOKENS).optional(),
  gpuMemoryUtilization: z.number().gt(0).max(1).optional(),
  images: z.number().int().min(0).max(10_000).optional(),
  imageSize: z
    .string()
    .regex(/^\d{1,5}x\d{1,5}$/, 'must be WIDTHxHEIGHT in pixels')
    .optional(),
  techniques: z.array(z.string().min(1).max(80)).max(20).optional(),
});

/** What `recommend` takes besides. */
export const recommendOptionsSchema = estimateOptionsSchema.extend({
  goal: z.enum(['latency', 'throughput', 'memory', 'cost']).optional(),
  lossless: z.boolean().optional(),
  top: count(100).optional(),
});

export type EstimateOptions = z.infer<typeof estimateOptionsSchema>;
export type RecommendOptions = z.infer<typeof recommendOptionsSchema>;
