import * as z from 'zod';

/** Ceilings that no device of this decade reaches: a figure above is a slip in its unit. */
const MAX_MEMORY = 64e12;
const MAX_BANDWIDTH = 1e15;
const MAX_PEAK = 1e18;

const id = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case letters and digits with single hyphens');
const isoDate = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'a date as 2025-01-31');
const bandwidth = z.number().positive().max(MAX_BANDWIDTH).meta({ description: 'bytes a second' });
const rate = z.number().positive().max(MAX_PEAK).meta({ description: 'operations a second' });
const memory = z.number().positive().max(MAX_MEMORY).meta({ description: 'bytes' });
const text = z.string().min(1).max(400);

const peaks = z.strictObject({
  f64: rate.optional(),
  f32: rate.optional(),
  tf32: rate.optional(),
  bf16: rate.optional(),
  f16: rate.optional(),
  fp8: rate.optional(),
  int8: rate.optional(),
  fp4: rate.optional(),
  int4: rate.optional(),
  ternary: rate.optional(),
});

const link = z.strictObject({
  kind: z.enum(['nvlink', 'pcie', 'xgmi', 'ethernet', 'infiniband', 'ici', 'other']),
  bandwidth: bandwidth.meta({
    description: 'bytes a second, one direction, all links of one device together',
  }),
  latency: z.number().min(0).max(10).meta({ description: 'seconds' }),
});

/** One row of the catalogue's files, and the ground of a user's own device file. */
export const deviceSchema = z.strictObject({
  id,
  name: text,
  vendor: z.enum(['nvidia', 'amd', 'intel', 'apple', 'google', 'qualcomm', 'other']),
  class: z.enum([
    'datacentre-gpu',
    'workstation-gpu',
    'consumer-gpu',
    'integrated-gpu',
    'apple-silicon',
    'accelerator',
    'cpu',
    'phone',
    'jetson',
    'this-machine',
  ]),
  aliases: z.array(text).max(60),
  memory,
  usableMemory: memory.optional(),
  sharedMemory: z.boolean().optional(),
  bandwidth,
  peak: peaks.refine((value) => Object.keys(value).length > 0, 'at least one format'),
  halfAccumulatePeak: peaks.optional(),
  architecture: id.optional(),
  computeUnits: z.number().int().positive().max(100_000).optional(),
  link: link.optional(),
  hostBandwidth: bandwidth.optional(),
  storageBandwidth: bandwidth
    .optional()
    .meta({ description: 'bytes a second read from its disk or flash, in large pieces' }),
  power: z.number().positive().max(100_000).meta({ description: 'watts' }).optional(),
  price: z
    .strictObject({ dollarsPerHour: z.number().positive().max(10_000), source: text, date: isoDate })
    .optional(),
  source: text,
  date: isoDate,
  checked: z.boolean().optional(),
  sources: z.record(z.string(), text).optional(),
});

/** Cloud instance types that hold one kind of device, and how many each. */
export const instanceTypesSchema = z.strictObject({
  device: id,
  source: text,
  date: isoDate,
  types: z.record(text, z.number().int().positive().max(1024)),
});

export const deviceFileSchema = z.array(deviceSchema).max(500);
export const instanceFileSchema = z.array(instanceTypesSchema).max(500);
export const sourceFileSchema = z.record(z.string().regex(/^[a-z0-9-]+$/), text);
