import { AdvisorError } from '../advisor/advisorError';
import { ScenarioError } from '../roofline/scenarioError';
import { UsageError } from './usageError';

/** What went wrong, for a person and for a script. Anything unforeseen is named as our fault, without its stack. */
export function describeFailure(error: unknown): { code: string; message: string } {
  if (error instanceof UsageError || error instanceof AdvisorError || error instanceof ScenarioError) {
    return { code: error.code, message: error.message };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'internal', message: `unexpected: ${message.split('\n')[0] ?? ''}` };
}
