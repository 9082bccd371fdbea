import type { Scenario } from '../roofline/scenario';
import type { Engine } from '../deployment/engine';
import { filledIn, placeholdersIn } from '../techniques/placeholders';
import type { Technique } from '../techniques/technique';
import type { Candidate } from './candidates';

/**
 * The settings that a candidate asks for in the engine that is asked about. Numbers that follow from the scenario are filled in: over how
 * many devices a split goes.
 */
export function candidateSettings(candidate: Candidate): { engine: Engine; setting: string }[] {
  return candidate.techniques.flatMap((technique) => settingsOf(technique, candidate.scenario));
}

/** The settings of one technique for a scenario that has it on. */
export function settingsOf(technique: Technique, after: Scenario): { engine: Engine; setting: string }[] {
  const { spread } = technique.effect;
  return technique.engines
    .filter((entry) => entry.engine === after.setup.engine)
    .map(({ engine, setting }) => ({
      engine,
      setting: spread ? filledIn(setting, 'N', String(after.setup.parallelism[spread])) : setting,
    }));
}

/** What the placeholders in settings and commands stand for, a line each, so that nobody runs them as they are. */
export function placeholderNeeds(texts: readonly string[]): string[] {
  return placeholdersIn(texts.join(' ')).map(
    ({ name, meaning }) => `your own value in place of ${name}: ${meaning}`,
  );
}
