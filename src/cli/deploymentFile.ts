import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment, SettingValue } from '../deployment/deployment';
import { looksLikeDeployment } from '../deployment/looksLikeDeployment';
import { readDeployments } from '../deployment/readDeployments';
import type { Warning } from '../units/quantities';
import { UsageError } from './usageError';

/** `inspect` of the contract for code: one entry for each launch. */
export interface DeploymentInspection {
  schema: 1;
  deployments: (Pick<Deployment, 'engine' | 'model' | 'hardware' | 'range' | 'unresolved'> & {
    settings: Record<string, SettingValue>;
  })[];
  warnings: readonly Warning[];
}

const MAX_MEGABYTES = 16;

/** Reads a file of code. Throws `UsageError` for files that are too large or no text. */
export async function readDeploymentFile(path: string): Promise<DeploymentInspection> {
  const text = textOf(path);
  const { deployments, warnings } = looksLikeDeployment(text, path, null)
    ? await readDeployments(text, path, null, grammarsFolder())
    : { deployments: [], warnings: [] };
  return {
    schema: 1,
    deployments: deployments.map(({ engine, model, settings, hardware, range, unresolved }) => ({
      engine,
      model,
      settings: Object.fromEntries(Object.entries(settings).map(([key, setting]) => [key, setting.value])),
      hardware,
      range,
      unresolved,
    })),
    warnings:
      deployments.length > 0
        ? warnings
        : [
            ...warnings,
            { code: 'no-deployment', message: 'No launch of an inference engine is found in this file.' },
          ],
  };
}

function textOf(path: string): string {
  if (statSync(path).size > MAX_MEGABYTES * 1024 * 1024)
    throw new UsageError(`${path}: larger than ${MAX_MEGABYTES} MB; code is not`, 'too-large');
  const text = readFileSync(path, 'utf8');
  if (text.includes('\0')) throw new UsageError(`${path}: not text`, 'not-text');
  return text;
}

/** Beside the bundle; in node_modules where the sources run directly. */
export function grammarsFolder(): string {
  const beside = join(__dirname, 'wasm');
  return existsSync(beside)
    ? beside
    : join(__dirname, '..', '..', 'node_modules', '@vscode', 'tree-sitter-wasm', 'wasm');
}
