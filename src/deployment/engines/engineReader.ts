import type { CommandWord } from '../../syntax/commandWord';
import type { Deployment } from '../deployment';
import type { FoundSettings } from '../foundSettings';
import type { EngineOptions } from '../options';
import type { ServingHints } from '../servingHints';
import type { ServingSetup } from '../setup';

/** What a launch of the engine's server looks like among the words of a command. */
export interface Launch {
  /** Index of the first word that is the engine's own. */
  firstArgument: number;
  /** The first of these that is no flag is the model. */
  takesModel: boolean;
}

/** Where a call that makes an engine has its settings. */
export interface Construction {
  /** Names of the positional arguments. */
  positional: readonly string[];
  /** The keyword whose dictionary holds the settings; null where the keywords themselves do. */
  nested: string | null;
  /** Paths of keywords that name the model, the first that is there counts. */
  model: readonly (readonly string[])[];
}

/** All that is particular to one engine's deployments. A new engine is a file with one of these, and a line in `readers.ts`. */
export interface EngineReader {
  readonly engine: string;
  readonly options: () => EngineOptions;
  /** Settings whose product is the number of devices. */
  readonly parallel: readonly string[];
  /** Null where the words do not start the engine. */
  launch(words: readonly CommandWord[]): Launch | null;
  /** Whether a container image runs the engine's server, so that its arguments are the engine's. */
  isImage(image: string): boolean;
  /** How a call that makes the engine is read; null where the call does not. */
  construction(callee: string): Construction | null;
  /** Variables of the environment that stand for a setting. */
  readonly environment: Readonly<Record<string, string>>;
  /** Last touches: settings that mean the model, old spellings of one thing. */
  settle(found: FoundSettings): void;
  /** The settings in the engine room's terms. */
  toServingSetup(deployment: Deployment, defaults: ServingSetup): ServingHints;
}
