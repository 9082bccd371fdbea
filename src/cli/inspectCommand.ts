import { oneFile } from './existingFile';
import { parseFlags } from './flags';
import { inspectionText } from './inspectionText';
import { jsonText } from './jsonText';
import { inspectFile } from './inspectFile';

/** `inspect FILE`: what a model is, or what a piece of code deploys. */
export async function inspectCommand(args: string[]): Promise<string> {
  const { files, json } = parseFlags({}, args);
  const answer = await inspectFile(oneFile(files, 'inspect'));
  if (json) return jsonText(answer);
  if ('model' in answer) return inspectionText(answer);
  const { deploymentText } = await import('./deploymentText');
  return deploymentText(answer);
}
