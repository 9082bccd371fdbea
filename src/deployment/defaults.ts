import * as z from 'zod';
import table from './defaults.json';
import { ENGINES, type Engine } from './engine';
import type { ServingSetup } from './setup';

/** Stands in a setup where an engine sets no limit: the caller or the memory decides. */
export const NO_LIMIT = Number.MAX_SAFE_INTEGER;

const limit = z.number().int().positive().nullable();

const row = z.strictObject({
  engine: z.enum(ENGINES),
  /** Release whose documentation or code was read. */
  version: z.string().min(1),
  checked: z.iso.date(),
  setup: z.strictObject({
    attention: z.enum(['eager', 'sdpa', 'flash']),
    memoryFraction: z.number().positive().max(1),
    maxSequences: limit,
    maxBatchedTokens: limit,
    prefixCaching: z.boolean(),
    chunkedPrefill: z.boolean(),
    graphs: z.boolean(),
  }),
  /** What the engine loads 32-bit checkpoints as when it is told nothing; absent where it keeps them. */
  float32LoadsAs: z.literal('f16').optional(),
  /** Some engines choose other limits on devices with much memory. */
  largeDevice: z
    .strictObject({
      memoryAtLeastBytes: z.number().int().positive(),
      exceptDevices: z.array(z.string()),
      setup: z.strictObject({ maxSequences: limit.optional(), maxBatchedTokens: limit.optional() }),
    })
    .optional(),
  sources: z.record(z.string(), z.string().min(1)),
});

/** The engines' defaults as read from their documentation, with a source for each. */
export type EngineDefaults = z.infer<typeof row>;

const schema = z.strictObject({ engines: z.array(row) });

let parsed: ReadonlyMap<Engine, EngineDefaults> | undefined;

/** The documented defaults of one engine, with the sources. Throws only if the table in the package is broken. */
export function engineDefaults(engine: Engine): EngineDefaults {
  parsed ??= new Map(schema.parse(table).engines.map((entry) => [entry.engine, entry]));
  const found = parsed.get(engine);
  if (found === undefined) throw new Error(`defaults.json has no row for ${engine}`);
  return found;
}

/** What the defaults of some engines look at: a device's id (`a100-sxm-80gb`) and memory. */
export interface DefaultsDevice {
  id: string;
  memoryBytes: number;
}

/**
 * The setup of an engine that is started without any option: one device, the file's own weights, the cache in the
 * compute format. Given a device, the limits that the engine chooses by the device's memory are those for that device;
 * without one, those for a device of less than 70 GiB. `NO_LIMIT` where an engine sets none.
 */
export function defaultSetup(engine: Engine, device?: DefaultsDevice): ServingSetup {
  const defaults = engineDefaults(engine);
  const large = defaults.largeDevice;
  const isLarge =
    large !== undefined &&
    device !== undefined &&
    device.memoryBytes >= large.memoryAtLeastBytes &&
    !large.exceptDevices.some((id) => device.id.startsWith(id));
  const maxSequences = (isLarge ? large.setup.maxSequences : undefined) ?? defaults.setup.maxSequences;
  const maxBatchedTokens =
    (isLarge ? large.setup.maxBatchedTokens : undefined) ?? defaults.setup.maxBatchedTokens;
  return {
    engine,
    weights: null,
    kv: null,
    attention: defaults.setup.attention,
    parallelism: { tensor: 1, pipeline: 1, expert: 1, data: 1, context: 1 },
    maxModelLength: null,
    memoryFraction: defaults.setup.memoryFraction,
    maxSequences: maxSequences ?? NO_LIMIT,
    maxBatchedTokens: maxBatchedTokens ?? NO_LIMIT,
    prefixCaching: defaults.setup.prefixCaching,
    chunkedPrefill: defaults.setup.chunkedPrefill,
    graphs: defaults.setup.graphs,
    speculation: null,
  };
}
