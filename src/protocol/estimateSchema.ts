import * as z from 'zod/mini';
import type { Estimate } from '../roofline/estimate';
import { amount, atMost, flag, identifier, label, paragraph } from './bounded';
import { LIMITS } from './limits';

export const band = z.object({ p10: amount, p50: amount, p90: amount });
export const warning = z.object({ code: label, message: paragraph });

const bound = z.enum(['compute', 'memory', 'communication', 'overhead']);
const point = z.object({ intensity: amount, attained: amount, limit: amount });

/** An `Estimate` as it crosses between host and page. */
export const estimateSchema: z.ZodMiniType<Estimate> = z.object({
  memory: z.object({
    weights: amount,
    kvCache: amount,
    activations: amount,
    runtime: amount,
    total: amount,
    perDevice: amount,
    capacityPerDevice: amount,
    fits: flag,
    maxConcurrency: amount,
    maxContext: z.nullable(amount),
  }),
  latency: z.object({
    timeToFirstToken: band,
    interToken: band,
    endToEnd: band,
    tail: z.object({
      endToEnd: z.nullable(z.object({ p90: amount, p99: amount })),
      timeToFirstToken: z.nullable(z.object({ p90: amount, p99: amount })),
    }),
  }),
  throughput: z.object({
    perSequence: amount,
    total: amount,
    prefill: amount,
    sequences: z.exactOptional(amount),
  }),
  bound: z.object({ prefill: bound, decode: bound }),
  roofline: z.object({ prefill: point, decode: point }),
  terms: atMost(
    z.object({
      id: identifier,
      seconds: amount,
      bytes: amount,
      flop: amount,
      formula: paragraph,
      inputs: z.record(label, z.union([amount, paragraph])),
    }),
    LIMITS.terms,
  ),
  calibration: z.object({ basis: z.enum(['measured', 'interpolated', 'physics']), rows: amount }),
  concurrency: amount,
  warnings: atMost(warning, LIMITS.notes),
});
