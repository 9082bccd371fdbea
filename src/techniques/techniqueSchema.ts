import * as z from 'zod';
import { ENGINES } from '../deployment/engine';
import { conditionSchema } from './conditionSchema';
import { effectSchema } from './effectSchema';
import type { TechniqueEntry } from './technique';

const text = z.string().min(1);

/** What an entry of `catalogue/*.json` has to look like; the tests hold every file against it, so that nothing is checked at start. */
export const techniqueSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9.]+)*$/),
  title: text,
  family: text,
  changes: text,
  effect: effectSchema,
  sources: z.record(text, text),
  conditions: z.array(conditionSchema),
  needs: z.array(text),
  effort: z.enum(['setting', 'checkpoint', 'calibration', 'training', 'hardware', 'research']),
  quality: z.strictObject({
    lossless: z.boolean(),
    risk: z.enum(['none', 'low', 'medium', 'high']),
    note: text,
    source: text,
  }),
  engines: z.array(
    z.strictObject({
      engine: z.enum(ENGINES),
      setting: text,
      since: text,
      link: z.url({ protocol: /^https$/ }),
    }),
  ),
  defaultIn: z.array(z.enum(ENGINES)),
  research: text.exactOptional(),
  researchIn: z.array(z.enum(ENGINES)).exactOptional(),
  papers: z.array(text),
  references: z.array(text).exactOptional(),
}) satisfies z.ZodType<TechniqueEntry>;
