import * as z from 'zod';
import { ENGINES } from '../deployment/engine';

/** Largest counts that are taken for a question and not for a slip: a thousand devices, ten million tokens. */
const MAX_DEVICES = 1024;
const MAX_TOKENS = 10_000_000;
const MAX_SEQUENCES = 65_536;

const whole = (least: number, most: number) => {
  const error = `must be a whole number from ${least} to ${most.toLocaleString('en-US')}`;
  return z.number({ error }).int(error).min(least, error).max(most, error);
};
const oneOf = <const T extends readonly string[]>(names: T) =>
  z.enum(names, { error: `must be one of ${names.join(', ')}` });
const text = (most: number) => {
  const error = `must be a text of 1 to ${most} characters`;
  return z.string({ error }).min(1, error).max(most, error);
};
const pixels = () => {
  const error = 'must be WIDTHxHEIGHT in pixels, 1024x1024 for example';
  return z.string({ error }).regex(/^[1-9]\d{0,4}x[1-9]\d{0,4}$/, error);
};
const flag = z.boolean({ error: 'must be true or false' });

const REQUEST_RATE = 'must be a number of requests a second, from a millionth to 1,000,000';
const FRACTION = 'must be a share above 0 and at most 1';
const TECHNIQUES = 'must be a list of at most 20 ids of techniques';

const LINK_RATE = 'must be bytes a second, from 1,000 to 10,000,000,000,000: 100 Gbit/s is 12.5e9';
const DISK_RATE = 'must be bytes a second, from 1,000 to 10,000,000,000,000: a fast NVMe drive reads 7e9';
const LINK_WAIT = 'must be seconds, from 0 to 10';

const ON_OFF = 'must be on or off';

const GPU_LAYERS = 'must be a whole number from 0 to 10,000, or auto';

/** Formats of the cache that are modelled, and what else engines and people call them. */
const KV_FORMATS = ['f32', 'bf16', 'f16', 'fp8', 'int8', 'int4'] as const;
const KV_ALIASES: Readonly<Record<string, (typeof KV_FORMATS)[number]>> = {
  fp32: 'f32',
  float32: 'f32',
  bfloat16: 'bf16',
  fp16: 'f16',
  float16: 'f16',
  half: 'f16',
  fp8_e4m3: 'fp8',
  fp8_e5m2: 'fp8',
};

/** Options of `estimate` by their long names in camelCase, as `batch` takes them and the panel sends them (contract). */
export const estimateOptionsSchema = z.strictObject({
  hardware: text(200).optional(),
  devices: whole(1, MAX_DEVICES).optional(),
  engine: oneOf(ENGINES).optional(),
  weights: text(40).optional(),
  kv: z
    .preprocess(
      (name) =>
        typeof name === 'string' && Object.hasOwn(KV_ALIASES, name.toLowerCase())
          ? KV_ALIASES[name.toLowerCase()]
          : name,
      oneOf(KV_FORMATS),
    )
    .optional(),
  attention: oneOf(['eager', 'sdpa', 'flash']).optional(),
  concurrency: whole(1, MAX_SEQUENCES).optional(),
  requestRate: z.number({ error: REQUEST_RATE }).min(1e-6, REQUEST_RATE).max(1e6, REQUEST_RATE).optional(),
  input: whole(1, MAX_TOKENS).optional(),
  output: whole(1, MAX_TOKENS).optional(),
  sharedPrefix: whole(0, MAX_TOKENS).optional(),
  tensorParallel: whole(1, MAX_DEVICES).optional(),
  pipelineParallel: whole(1, MAX_DEVICES).optional(),
  expertParallel: whole(1, MAX_DEVICES).optional(),
  dataParallel: whole(1, MAX_DEVICES).optional(),
  contextParallel: whole(1, MAX_DEVICES).optional(),
  decodeContextParallel: whole(1, MAX_DEVICES).optional(),
  maxModelLen: whole(1, MAX_TOKENS).optional(),
  gpuMemoryUtilization: z.number({ error: FRACTION }).gt(0, FRACTION).max(1, FRACTION).optional(),
  maxNumSeqs: whole(1, MAX_SEQUENCES).optional(),
  maxNumBatchedTokens: whole(1, MAX_TOKENS).optional(),
  /** Off: a prompt goes through in one step, whole. */
  chunkedPrefill: z
    .preprocess(
      (value) => (value === 'on' ? true : value === 'off' ? false : value),
      z.boolean({ error: ON_OFF }),
    )
    .optional(),
  images: whole(0, 10_000).optional(),
  imageSize: pixels().optional(),
  techniques: z.array(text(80), { error: TECHNIQUES }).max(20, TECHNIQUES).optional(),
  /** Of models that make pictures or videos. */
  steps: whole(1, 10_000).optional(),
  size: pixels().optional(),
  frames: whole(1, 100_000).optional(),
  /** Of the contract and not modelled yet: refused or warned of in `unmodelled.ts`, never passed over in silence. */
  draft: text(4096).optional(),
  loraRank: whole(1, 65_536).optional(),
  /** Of llama.cpp: layers on the device, the rest on the processor `host`; `auto`: as many as fit. */
  gpuLayers: z
    .preprocess(
      (value) => (typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : value),
      z.union([whole(0, 10_000), z.literal('auto')], { error: GPU_LAYERS }),
    )
    .optional(),
  host: text(200).optional(),
  /** Of llama.cpp and transformers: what has no room in memory is read from a disk of so many bytes a second. */
  diskBandwidth: z.number({ error: DISK_RATE }).min(1e3, DISK_RATE).max(1e13, DISK_RATE).optional(),
  fleet: text(4096).optional(),
  /** Prompts on devices of their own: `devices`, `hardware` and the parallelism are then those that decode. */
  prefillDevices: whole(1, MAX_DEVICES).optional(),
  prefillHardware: text(200).optional(),
  prefillTensorParallel: whole(1, MAX_DEVICES).optional(),
  /** Between the two, bytes a second one way of each device, and seconds. */
  kvBandwidth: z.number({ error: LINK_RATE }).min(1e3, LINK_RATE).max(1e13, LINK_RATE).optional(),
  kvLatency: z.number({ error: LINK_WAIT }).min(0, LINK_WAIT).max(10, LINK_WAIT).optional(),
});

/** Options that only say something beside `prefillDevices`. */
export const POOL_OPTIONS = [
  'prefillDevices',
  'prefillHardware',
  'prefillTensorParallel',
  'kvBandwidth',
  'kvLatency',
] as const;

/** What `recommend` takes besides. */
export const recommendOptionsSchema = estimateOptionsSchema.extend({
  goal: oneOf(['latency', 'throughput', 'memory', 'cost']).optional(),
  lossless: flag.optional(),
  top: whole(1, 100).optional(),
});

export type EstimateOptions = z.infer<typeof estimateOptionsSchema>;
export type RecommendOptions = z.infer<typeof recommendOptionsSchema>;
