import type { Engine } from '../deployment/engine';
import type { ServingSetup } from '../deployment/setup';
import type { Modifiers } from '../roofline/modifiers';
import type { NumberFormat } from '../units/numberFormat';

/**
 * What must hold for a technique to apply to a scenario. Data, so that a refusal can be put in words for a person: each kind
 * is checked and explained in `conditions.ts`.
 */
export type Condition =
  /** The device has units for a format. */
  | { kind: 'device-computes'; format: NumberFormat }
  /** The weights are wider than so many bits now. */
  | { kind: 'weights-wider-than'; bits: number }
  | { kind: 'kv-wider-than'; bits: number }
  | { kind: 'has-kv-cache' }
  | { kind: 'is-mixture-of-experts' }
  | { kind: 'generates-tokens' }
  | { kind: 'devices-at-least'; count: number }
  | { kind: 'context-at-least'; tokens: number }
  | { kind: 'concurrency-at-least'; count: number }
  | { kind: 'shared-prefix' }
  | { kind: 'has-images' }
  | { kind: 'weights-exceed-device' }
  | { kind: 'engine-in'; engines: readonly Engine[] }
  | { kind: 'engine-not-in'; engines: readonly Engine[]; because: string }
  | { kind: 'setting-off'; setting: keyof ServingSetup; because: string }
  | { kind: 'no-speculation-yet' };

/** How a technique changes a scenario; numbers are parameters with a source in `sources`. */
export interface Effect {
  /** Fields of the setup that it sets. */
  setup?: Partial<ServingSetup>;
  /** Factors on the engine's terms. */
  modifiers?: Partial<Modifiers>;
  /** Share of each prompt that need not be computed again. */
  cachedPromptShare?: number;
}

export interface EngineSetting {
  engine: Engine;
  setting: string;
  since: string;
  /** The page of the engine's documentation where the setting was read. */
  link: string;
}

/** One entry of the catalogue (`catalogue.json`, validated by `catalogue.ts`). */
export interface Technique {
  id: string;
  title: string;
  family: string;
  /** What it changes, in half a sentence. */
  changes: string;
  effect: Effect;
  /** Where each number of the effect comes from. */
  sources: Readonly<Record<string, string>>;
  conditions: readonly Condition[];
  needs: readonly string[];
  quality: { lossless: boolean; risk: 'none' | 'low' | 'medium' | 'high'; note: string; source: string };
  /** Engines that offer it today; empty: research code, said in `research`. */
  engines: readonly EngineSetting[];
  /** Engines in which it is on without being asked for. */
  defaultIn: readonly Engine[];
  /** For techniques that no engine offers: where the code is. */
  research?: string;
  /** Ids of the 105 papers it rests on, and others cited besides. */
  papers: readonly string[];
  references?: readonly string[];
  conflicts: readonly { id: string; because: string }[];
}
