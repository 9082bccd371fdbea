import * as z from 'zod';
import { ENGINES } from '../deployment/engine';
import { NO_MODIFIERS, type Modifiers } from '../roofline/modifiers';
import type { Effect } from './technique';
import type { Parameter } from './parameter';

const share = z.number().min(0).max(1);

export const parameterSchema = z.union([
  z.number().nonnegative(),
  z.strictObject({
    by: z.enum(['promptTokens', 'contextTokens', 'batch', 'billionParameters']),
    points: z.array(z.tuple([z.number().positive(), z.number().nonnegative()])).min(2),
  }),
  z.strictObject({ unionOf: share }),
]) satisfies z.ZodType<Parameter>;

type Factor = Exclude<keyof Modifiers, 'speculation'>;
const factors = Object.keys(NO_MODIFIERS).filter((name): name is Factor => name !== 'speculation');

/** Fields of the setup that techniques set; parallelism is `spread`'s business. */
const setupSchema = z
  .strictObject({
    weights: z.string().min(1),
    kv: z.enum(['fp8', 'int8', 'int4']),
    attention: z.enum(['sdpa', 'flash']),
    maxSequences: z.number().int().positive(),
    maxBatchedTokens: z.number().int().positive(),
    memoryFraction: z.number().gt(0).max(1),
    prefixCaching: z.literal(true),
    chunkedPrefill: z.literal(true),
    graphs: z.literal(true),
  })
  .partial();

const speculationSchema = z.strictObject({
  draftTokens: parameterSchema,
  tokensPerPass: parameterSchema,
  draftCost: parameterSchema,
  draftMemory: parameterSchema,
});

export const effectSchema = z.strictObject({
  setup: setupSchema.exactOptional(),
  spread: z.enum(['tensor', 'pipeline', 'data', 'expert', 'context']).exactOptional(),
  modifiers: z.partialRecord(z.enum(factors as [Factor, ...Factor[]]), parameterSchema).exactOptional(),
  speculation: speculationSchema.exactOptional(),
  speculationIn: z.partialRecord(z.enum(ENGINES), speculationSchema).exactOptional(),
  cachedPromptShare: share.exactOptional(),
  imageTokensKept: share.exactOptional(),
  weightsFromHost: z
    .strictObject({
      needed: z.union([share, z.literal('active-experts')]),
      bandwidth: z.union([z.literal('host'), z.number().positive()]),
    })
    .exactOptional(),
  cacheResident: parameterSchema.exactOptional(),
}) as z.ZodType<Effect>;
