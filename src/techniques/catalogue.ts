import { z } from 'zod';
import { ENGINES } from '../deployment/engine';
import architecture from './catalogue/architecture.json';
import attention from './catalogue/attention.json';
import cache from './catalogue/cache.json';
import compression from './catalogue/compression.json';
import drafting from './catalogue/drafting.json';
import placement from './catalogue/placement.json';
import quantisation from './catalogue/quantisation.json';
import scheduling from './catalogue/scheduling.json';
import tokens from './catalogue/tokens.json';
import visual from './catalogue/visual.json';
import { conflictsAmong } from './conflicts';
import { effectSchema } from './effectSchema';
import { conditionSchema } from './conditionSchema';
import type { Technique, TechniqueEntry } from './technique';

const text = z.string().min(1);

/** What an entry of `catalogue/*.json` has to look like; the tests hold every file against it. */
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

const FILES: readonly unknown[] = [
  quantisation,
  cache,
  attention,
  compression,
  drafting,
  scheduling,
  tokens,
  placement,
  visual,
  architecture,
];

let loaded: { all: readonly Technique[]; byId: ReadonlyMap<string, Technique> } | undefined;

/** All techniques, read and checked once. Throws only if the catalogue in the package is broken. */
export function allTechniques(): readonly Technique[] {
  return load().all;
}

/** The technique of an id, or null. */
export function findTechnique(id: string): Technique | null {
  return load().byId.get(id) ?? null;
}

function load() {
  if (!loaded) {
    const entries = FILES.flatMap((file) => z.array(techniqueSchema).parse(file));
    const conflicts = conflictsAmong(entries);
    const all = entries.map((entry) => ({ ...entry, conflicts: conflicts.get(entry.id) ?? [] }));
    loaded = { all, byId: new Map(all.map((technique) => [technique.id, technique])) };
  }
  return loaded;
}
