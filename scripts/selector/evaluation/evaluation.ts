import { z } from 'zod';
import { engineFigureSchema } from './engineFigures';
import { figureSchema } from './figure';

const splitSchema = z.record(z.string(), figureSchema);

/** What `npm run evaluate` prints. Errors and shares are fractions of 1. */
export const evaluationSchema = z.object({
  selector: z.object({ byPaper: splitSchema, byHardware: splitSchema, byModel: splitSchema }),
  engine: z.array(engineFigureSchema),
});

export type Evaluation = z.infer<typeof evaluationSchema>;
