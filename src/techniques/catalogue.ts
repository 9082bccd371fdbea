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
import type { Technique, TechniqueEntry } from './technique';

/** As the files say them: the schema (`techniqueSchema.ts`) is kept by the tests and not asked again here. */
const FILES = [
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
] as unknown as readonly (readonly TechniqueEntry[])[];

let loaded: { all: readonly Technique[]; byId: ReadonlyMap<string, Technique> } | undefined;

/** All techniques, put together once. */
export function allTechniques(): readonly Technique[] {
  return load().all;
}

/** The technique of an id, or null. */
export function findTechnique(id: string): Technique | null {
  return load().byId.get(id) ?? null;
}

function load() {
  if (!loaded) {
    const entries = FILES.flat();
    const conflicts = conflictsAmong(entries);
    const all = entries.map((entry) => ({ ...entry, conflicts: conflicts.get(entry.id) ?? [] }));
    loaded = { all, byId: new Map(all.map((technique) => [technique.id, technique])) };
  }
  return loaded;
}
