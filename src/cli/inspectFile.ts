import { statSync } from 'node:fs';
import { inspectModel, type Inspection } from '../advisor/inspection';
import { isCode } from './codeFile';
import type { DeploymentInspection } from './deploymentFile';
import { existingFile } from './existingFile';
import { loadInlineModel, loadModel } from './loadModel';

/** What a file is: a model, or the launches that code makes. Throws `UsageError` for what cannot be read. */
export async function inspectFile(path: string): Promise<Inspection | DeploymentInspection> {
  if (isCode(path) && statSync(existingFile(path)).isFile()) {
    const { readDeploymentFile } = await import('./deploymentFile');
    return readDeploymentFile(path);
  }
  return inspectModel(await loadModel(path));
}

/** The same for a config.json that came inline. */
export function inspectInline(config: unknown): Inspection {
  return inspectModel(loadInlineModel(config, 'config'));
}
