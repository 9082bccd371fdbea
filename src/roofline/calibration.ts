import * as z from 'zod';
import type { Engine } from '../deployment/engine';
import { BACKENDS, type Backend } from './backend';
import data from './calibration.json';

const share = z.number().gt(0).lte(1);
const seconds = z.number().gte(0).lt(10);

/**
 * What physics leaves open about an engine on a kind of device. Fractions are of the device's own peak and never above
 * 1; times are seconds of fixed cost.
 */
export const constantsSchema = z.object({
  /** Attained share of memory bandwidth while weights stream, while the cache is read, while activations move. */
  weightBandwidth: share,
  /** Bytes/s that the loads of one compute unit can come to at the most while weights stream. */
  unitBandwidth: z.number().gt(0),
  cacheBandwidth: share,
  activationBandwidth: share,
  /** Attained share of peak compute of large matrix products, and of attention. */
  compute: share,
  attentionCompute: share,
  /** What is left of the two shares where routed experts are multiplied: few rows each, uneven, gathered and scattered. */
  expertAttained: share,
  /** What is left of `compute` where quantised weights are multiplied with many rows: tiles that are unpacked first. */
  packedAttained: share,
  /** Rows at which a matrix product reaches half of that share (tiles that are not full, short pipelines). */
  halfRows: z.number().gte(0).lte(4096),
  /**
   * Integer operations for each weight element that streams through: of plain weights (on processors in FLOP of their f32
   * peak), and of quantised ones, which are unpacked on the way. Small where bandwidth is short, ruling where it is ample.
   */
  plainFlop: z.number().gte(0).lte(512),
  packedFlop: z.number().gte(0).lte(512),
  /** What a quantised element costs on top where blocks nest scales in scales (K and IQ types of GGUF). */
  superblockFlop: z.number().gte(0).lte(512),
  /** Integer instructions that turn a cached 8-bit float into one that can be multiplied, where the device has no units for it. */
  cacheConvertFlop: z.number().gte(0).lte(512),
  /** The same in FLOP of the f32 peak for each multiplication of a query with a cached element in decode. */
  scoreFlop: z.number().gte(0).lte(512),
  /** Bytes of memory traffic a score of attention causes in prefill: 0 where scores stay on chip. */
  scoreBytes: z.number().gte(0).lte(64),
  /** Device time a layer and a step cost beside their bytes and FLOP: launches, synchronisation, sampling. */
  layerSeconds: seconds,
  stepSeconds: seconds,
  /** Beside `layerSeconds` in layers with routed experts: routing, sorting, gathering. */
  expertLayerSeconds: seconds,
  /** Each position whose next token is chosen: sampling, bookkeeping, detokenising. */
  sequenceSeconds: seconds,
  /** Host time a layer: what an interpreter needs to launch it. Hidden where the device takes longer. */
  hostLayerSeconds: seconds,
  /** The same for rotary positions, which eager code computes in a dozen small operations, and for each expert of a layer. */
  hostRotarySeconds: seconds,
  hostExpertSeconds: seconds,
  /** What kernels of a weight scheme cost beside bytes and FLOP; schemes that are absent cost nothing more. */
  kernels: z.record(
    z.string(),
    z.object({
      /** Host time of each matrix, in steps that the host launches kernel by kernel. */
      matrixSeconds: seconds,
      /** Memory traffic of each element where several rows are multiplied: weights unpacked to memory first. */
      unpackBytes: z.number().gte(0).lte(64),
    }),
  ),
  /** Once a request: tokenising, scheduling, the network of the machine itself. */
  requestSeconds: seconds,
  /** Collectives: latency of one hop, attained share of the link. */
  hopSeconds: seconds,
  linkBandwidth: share,
});

export type EngineConstants = z.infer<typeof constantsSchema>;

const spreadSchema = z.object({ p10: z.number().gt(0), p90: z.number().gt(0), n: z.number().int().gte(0) });

const entrySchema = z.object({
  engine: z.string(),
  backend: z.enum(BACKENDS).nullable(),
  constants: constantsSchema,
  /** Fixed costs and attention of servers under a request rate, where they were measured apart: newer releases schedule aside of the device. */
  served: z
    .object({
      stepSeconds: seconds,
      sequenceSeconds: seconds,
      requestSeconds: seconds,
      cacheBandwidth: share,
      scoreFlop: z.number().gte(0).lte(512),
      expertAttained: share,
      /** What the attained compute is multiplied by where prompts ride in steps of others; absent: 1. */
      computeFactor: z.number().gt(0).lte(2).optional(),
    })
    .nullable(),
  /** Measurements with their device, or their model, left out of the fit: what bands are made of. */
  neighbours: z.array(
    z.object({
      phase: z.enum(['decode', 'prefill']),
      device: z.string(),
      bandwidth: z.number().gt(0),
      weightBytes: z.number().gt(0),
      batch: z.number().gt(0),
      residual: z.number(),
      seen: z.number(),
    }),
  ),
  /** Rows and devices that the constants were fitted on; 0: reasoned, not fitted. */
  rows: z.number().int().gte(0),
  devices: z.number().int().gte(0),
  /** Measured over estimated, devices left out in turn: 10th and 90th percentile, by metric. */
  spread: z.object({ decode: spreadSchema, prefill: spreadSchema }),
  /** Median absolute percentage error with devices left out; null where nothing was fitted. */
  error: z.object({ decode: z.number().nullable(), prefill: z.number().nullable() }),
  date: z.string(),
  source: z.string(),
});

const calibrationSchema = z.object({ version: z.string(), entries: z.array(entrySchema) });

export type CalibrationEntry = z.infer<typeof entrySchema>;

/** Constants by engine and backend: the engine's own row for the backend, else its row for any. */
export type Calibration = (engine: Engine, backend: Backend) => CalibrationEntry;

export function readCalibration(raw: unknown): Calibration {
  const { entries } = calibrationSchema.parse(raw);
  const byKey = new Map<string, CalibrationEntry>();
  for (const entry of entries) byKey.set(`${entry.engine}/${entry.backend ?? ''}`, entry);
  const fallback = byKey.get('any/');
  if (!fallback) throw new Error('calibration.json has no entry for any engine');
  return (engine, backend) =>
    byKey.get(`${engine}/${backend}`) ??
    byKey.get(`${engine}/${backend.replace('-hbm', '')}`) ??
    byKey.get(`${engine}/`) ??
    byKey.get(`any/${backend}`) ??
    fallback;
}

let shipped: Calibration | undefined;

/** The calibration that ships with the product, read and checked on first use. */
export function shippedCalibration(): Calibration {
  shipped ??= readCalibration(data);
  return shipped;
}
