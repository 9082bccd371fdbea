import { statSync } from 'node:fs';
import { readDeploymentFile } from './deploymentFile';
import { adviceFor, answerEstimateFor, answerInspectFor, answerRecommendFor } from './answers';
import { adviceText, estimateText, inspectionText } from './modelText';
import { parseArguments } from './options';
import { UsageError } from './usageError';

function oneFile(files: readonly string[], command: string): string {
  const [file, ...more] = files;
  if (file === undefined)
    throw new UsageError(`${command} needs a file: a config.json, or a folder that holds one`);
  if (more.length > 0) throw new UsageError(`${command} takes one file; use batch for many`);
  try {
    statSync(file);
  } catch {
    throw new UsageError(`${file}: no such file or folder`, 'not-found');
  }
  return file;
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

export async function inspectCommand(args: string[]): Promise<string> {
  const { files, json: asJson } = parseArguments('other', args);
  const file = oneFile(files, 'inspect');
  const deployments = await readDeploymentFile(file);
  if (deployments) return json(deployments);
  const inspection = await answerInspectFor({ file });
  return asJson ? json(inspection) : inspectionText(inspection);
}

export async function estimateCommand(args: string[]): Promise<string> {
  const { files, json: asJson, verbose, options } = parseArguments('estimate', args);
  const file = oneFile(files, 'estimate');
  const answer = await answerEstimateFor({ file }, options, asJson || verbose);
  return asJson ? json(answer) : estimateText(answer);
}

export async function recommendCommand(args: string[]): Promise<string> {
  const { files, json: asJson, verbose, options } = parseArguments('recommend', args);
  const file = oneFile(files, 'recommend');
  if (asJson) return json(await answerRecommendFor({ file }, options));
  return adviceText(await adviceFor({ file }, options), verbose);
}
