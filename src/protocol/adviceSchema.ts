import * as z from 'zod/mini';
import type { Advice } from '../advisor/advice';
import { amount, atMost, flag, identifier, label, paragraph } from './bounded';
import { estimateSchema, warning } from './estimateSchema';
import { LIMITS } from './limits';

const scenario = z.object({
  model: label,
  hardware: label,
  devices: amount,
  engine: label,
  weights: label,
  kv: label,
  attention: label,
  concurrency: amount,
  requestRate: z.nullable(amount),
  input: amount,
  output: amount,
  sharedPrefix: amount,
  tensorParallel: amount,
  pipelineParallel: amount,
  expertParallel: amount,
  dataParallel: amount,
  contextParallel: amount,
  maxModelLen: z.nullable(amount),
  gpuMemoryUtilization: amount,
  techniques: atMost(label, LIMITS.notes),
});

/** How a setting crosses: the engine's name and the text that goes into its command line or configuration. */
export const engineSetting = z.object({ engine: identifier, setting: paragraph });

const recommendation = z.object({
  rank: amount,
  techniques: atMost(identifier, LIMITS.notes),
  title: label,
  speedup: z.object({
    metric: z.enum(['endToEnd', 'interToken', 'timeToFirstToken', 'throughput']),
    p10: amount,
    p50: amount,
    p90: amount,
  }),
  estimate: estimateSchema,
  memoryChange: amount,
  costChange: z.nullable(amount),
  quality: z.object({ lossless: flag, risk: z.enum(['none', 'low', 'medium', 'high']), note: paragraph }),
  needs: atMost(paragraph, LIMITS.notes),
  settings: atMost(engineSetting, LIMITS.notes),
  evidence: atMost(
    z.object({
      paper: z.nullable(identifier),
      source: paragraph,
      title: paragraph,
      value: amount,
      metric: label,
      conditions: paragraph,
      distance: amount,
    }),
    LIMITS.evidence,
  ),
  why: paragraph,
  benchmark: z.nullable(paragraph),
  members: atMost(
    z.object({ technique: identifier, title: label, gain: amount, memoryChange: amount }),
    LIMITS.notes,
  ),
  decision: z.nullable(
    z.object({ against: atMost(identifier, LIMITS.notes), title: label, command: paragraph }),
  ),
});

/** `Advice` as it crosses between host and page. */
export const adviceSchema: z.ZodMiniType<Advice> = z.object({
  schema: z.literal(1),
  scenario,
  baseline: estimateSchema,
  recommendations: atMost(recommendation, LIMITS.recommendations),
  rejected: atMost(z.object({ technique: label, reason: paragraph }), LIMITS.choices),
  refusedStacks: atMost(
    z.object({ techniques: atMost(label, LIMITS.notes), reason: paragraph }),
    LIMITS.choices,
  ),
  selector: z.object({ model: z.nullable(label), version: label, trainedOn: amount, method: paragraph }),
  warnings: atMost(warning, LIMITS.notes),
});
