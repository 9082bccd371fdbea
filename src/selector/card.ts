import * as z from 'zod';

/** What stands beside `selector.onnx`: how it was trained, on what, and how good it was on what was left out. */
export const cardSchema = z.object({
  version: z.string(),
  date: z.string(),
  /** Rows that it was trained on. */
  trainedOn: z.number().int().positive(),
  method: z.string(),
  features: z.array(z.string()),
  /** Half a band on the log scale at least. */
  leastSpread: z.number().positive(),
  /** Share of the correction that is believed, by kind of change and engine. */
  belief: z.record(z.string(), z.number().min(0).max(1)),
  /** Figures with whole papers, devices, models left out, beside those of the engine alone. Fractions of 1. */
  crossValidation: z.record(
    z.string(),
    z.object({
      cases: z.number(),
      top1: z.number(),
      meanRegret: z.number(),
      medianAbsolutePercentageError: z.number(),
      rooflineOnly: z.number(),
      coverage80: z.number(),
    }),
  ),
});

export type SelectorCard = z.infer<typeof cardSchema>;
