import { z } from 'zod';

/** What stands beside `selector.onnx`: how it was trained, and what turns its outputs into a band. */
export const cardSchema = z.object({
  version: z.string(),
  date: z.string(),
  /** Rows that it was trained on. */
  trainedOn: z.number().int().positive(),
  method: z.string(),
  features: z.array(z.string()),
  /** Half a band on the log scale for each unit of `spread`. */
  scale: z.number().positive(),
  leastSpread: z.number().positive(),
  /** Figures of the cross-validation, by what was left out whole. */
  crossValidation: z.record(
    z.string(),
    z.object({
      cases: z.number(),
      medianAbsolutePercentageError: z.number(),
      rooflineOnly: z.number(),
      coverage80: z.number(),
    }),
  ),
});

export type SelectorCard = z.infer<typeof cardSchema>;
