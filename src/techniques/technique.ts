import type { Engine } from '../deployment/engine';
import type { ServingSetup } from '../deployment/setup';
import type { DeviceClass } from '../hardware/device';
import type { ModelKind } from '../model/spec';
import type { Modifiers, Speculation } from '../roofline/modifiers';
import type { NumberFormat } from '../units/numberFormat';
import type { Parameter } from './parameter';

/**
 * What must hold for a technique to apply to a scenario. Data, so that a refusal can be put in words for a person: each kind
 * is checked and explained in `conditions.ts`.
 */
export type Condition =
  /** The device has units for a format. */
  | {
      kind: 'device-computes';
      format: NumberFormat;
      /** Engines that store the format on generations without units for it, and widen it as they read. */
      widenedBy?:
        | readonly {
            engine: Engine;
            architectures: readonly string[];
            since: string;
            link: string;
          }[]
        | undefined;
    }
  /** The device has none, so that a plainer technique is the one to take. */
  | { kind: 'device-lacks'; format: NumberFormat; because: string }
  | { kind: 'device-class-in'; classes: readonly DeviceClass[]; because: string }
  | { kind: 'device-vendor-in'; vendors: readonly string[]; because: string }
  | { kind: 'model-kind-in'; kinds: readonly ModelKind[] }
  | { kind: 'model-type-in'; types: readonly string[]; because: string }
  /** The weights are wider than so many bits now. */
  | { kind: 'weights-wider-than'; bits: number }
  | { kind: 'kv-wider-than'; bits: number }
  | { kind: 'has-kv-cache' }
  | { kind: 'is-mixture-of-experts' }
  | { kind: 'is-dense' }
  /** Engines that run experts in a way which the technique cannot take. */
  | { kind: 'dense-in'; engines: readonly Engine[]; because: string }
  | { kind: 'generates-tokens' }
  /** The device's link to the host is known. */
  | { kind: 'has-host-link' }
  | { kind: 'devices-at-least'; count: number }
  /** Tensor, pipeline, expert and context parallel together leave devices without work. */
  | { kind: 'devices-idle' }
  | { kind: 'tensor-parallel-at-least'; count: number }
  /** Every device gets at least one layer. */
  | { kind: 'layers-for-devices' }
  /** Attention heads divide evenly over the devices, as engines ask. */
  | { kind: 'heads-divide' }
  | { kind: 'context-at-least'; tokens: number }
  | { kind: 'prompt-at-least'; tokens: number }
  | { kind: 'concurrency-at-least'; count: number }
  | { kind: 'concurrency-at-most'; count: number }
  /** Published only for models of about this size. */
  | { kind: 'parameters-between'; billions: readonly [number, number]; because: string }
  /** Published only for models that share a tokeniser of this size. */
  | { kind: 'vocabulary-is'; size: number; because: string }
  | { kind: 'shared-prefix' }
  | { kind: 'has-images' }
  | { kind: 'weights-exceed-device' }
  | { kind: 'weights-fit-one-device' }
  | { kind: 'attention-not'; attention: ServingSetup['attention']; because: string }
  | { kind: 'engine-in'; engines: readonly Engine[]; because: string }
  | { kind: 'engine-not-in'; engines: readonly Engine[]; because: string }
  /** What the technique sets is not what the setup has already. */
  | { kind: 'setting-off'; setting: keyof ServingSetup; because: string }
  | { kind: 'no-speculation-yet' }
  /** Something that only the user can know and no scenario says; such a technique is applied when asked for by name. */
  | { kind: 'known-to-the-user'; fact: string };

/** How idle or better placed devices are put to work. */
export type Spread = 'tensor' | 'pipeline' | 'data' | 'expert' | 'context';

/** How a technique changes a scenario; every number is a parameter with a source in `sources`. */
export interface Effect {
  /** Fields of the setup that it sets. */
  setup?: Partial<ServingSetup>;
  /** Splits the work over all devices that are there. */
  spread?: Spread;
  /** Factors on the engine's terms. */
  modifiers?: Partial<Record<Exclude<keyof Modifiers, 'speculation'>, Parameter>>;
  /** Draft and verify; replaces speculation that was there. */
  speculation?: Record<keyof Speculation, Parameter>;
  /** The same in engines that draft otherwise: a chain where others draft a tree, say. */
  speculationIn?: Partial<Record<Engine, Record<keyof Speculation, Parameter>>>;
  /** Share of each prompt that need not be computed again. */
  cachedPromptShare?: number;
  /** Share of the image tokens that stay in the prompt. */
  imageTokensKept?: number;
  /** Weights that do not fit live behind the link to the host, and cross it when a step needs them. */
  weightsFromHost?: {
    /** Share of the bytes behind the link that a decode step asks for: sparsity, reuse, or the experts of one token. */
    needed: number | 'active-experts';
    /** Link to read from: the device's own to the host, or storage of so many bytes a second. */
    bandwidth: 'host' | number;
  };
  /** All of the cache but this share lives in the host's memory and crosses the link when it is read. */
  cacheResident?: Parameter;
}

/** What it takes to have it: a flag, a published checkpoint, hours of calibration, training, or another machine. */
export type Effort = 'setting' | 'checkpoint' | 'calibration' | 'training' | 'hardware' | 'research';

export interface EngineSetting {
  engine: Engine;
  setting: string;
  /** First release that has it; `≤ 0.12` where its documentation of 0.12 was read and no earlier one. */
  since: string;
  /** The page of the engine's documentation where the setting was read. */
  link: string;
}

export interface Quality {
  lossless: boolean;
  risk: 'none' | 'low' | 'medium' | 'high';
  note: string;
  source: string;
}

export interface Conflict {
  id: string;
  because: string;
}

/** One entry of the catalogue as written down (`catalogue/*.json`, a file for what they work on). */
export interface TechniqueEntry {
  id: string;
  title: string;
  family: string;
  /** What it changes, in half a sentence. */
  changes: string;
  effect: Effect;
  /** Where each number of the effect comes from, by its path in `effect`. */
  sources: Readonly<Record<string, string>>;
  conditions: readonly Condition[];
  needs: readonly string[];
  effort: Effort;
  quality: Quality;
  /** Engines that offer it today; empty: research code, said in `research`. */
  engines: readonly EngineSetting[];
  /** Engines in which it is on without being asked for. */
  defaultIn: readonly Engine[];
  /** For techniques that no engine offers: where the code is, and the engines whose deployments it can be patched into. */
  research?: string;
  researchIn?: readonly Engine[];
  /** Ids of the 105 papers it rests on, and others cited besides. */
  papers: readonly string[];
  references?: readonly string[];
}

/** An entry with what it cannot be combined with, filled in from the rules in `stacks.json`: symmetric by construction. */
export interface Technique extends TechniqueEntry {
  conflicts: readonly Conflict[];
}
