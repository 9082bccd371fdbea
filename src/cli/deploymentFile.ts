import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Deployment, SettingValue } from '../deployment/deployment';
import { looksLikeDeployment } from '../deployment/looksLikeDeployment';
import { readDeployments } from '../deployment/readDeployments';
import type { Warning } from '../units/quantities';

/** `inspect` of the contract for code: one entry for each launch. */
export interface DeploymentInspection {
  schema: 1;
  deployments: (Pick<Deployment, 'engine' | 'model' | 'hardware' | 'range' | 'unresolved'> & {
    settings: Record<string, SettingValue>;
  })[];
  warnings: readonly Warning[];
}

/** Files that are read as code; what else there is, is read as a model. */
const CODE = /(\.(py|ipynb|sh|bash|ya?ml|dockerfile|containerfile)|^(dockerfile|containerfile)[^/]*)$/i;
const MAX_BYTES = 16 * 1024 * 1024;

/** Null where the file is no code that launches an engine. */
export async function readDeploymentFile(path: string): Promise<DeploymentInspection | null> {
  const name = basename(path);
  const stat = statSync(path);
  if (!CODE.test(name) || !stat.isFile() || stat.size > MAX_BYTES) return null;
  const text = readFileSync(path, 'utf8');
  if (!looksLikeDeployment(text, path, null)) return { schema: 1, deployments: [], warnings: [] };
  const { deployments, warnings } = await readDeployments(text, path, null, grammarsFolder());
  return {
    schema: 1,
    deployments: deployments.map(({ engine, model, settings, hardware, range, unresolved }) => ({
      engine,
      model,
      hardware,
      range,
      unresolved,
      settings: Object.fromEntries(Object.entries(settings).map(([key, setting]) => [key, setting.value])),
    })),
    warnings,
  };
}

/** Beside the bundle; in node_modules where the sources run directly. */
export function grammarsFolder(): string {
  const beside = join(__dirname, 'wasm');
  return existsSync(beside)
    ? beside
    : join(__dirname, '..', '..', 'node_modules', '@vscode', 'tree-sitter-wasm', 'wasm');
}
