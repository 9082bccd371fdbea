import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { EnvironmentError } from './environmentError';
import { lastLines, runCommandTwice, type CommandResult } from './runCommand';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const aptTimeoutMs = 6 * 60_000;

/**
 * Path of a Chromium: `CHROMIUM_PATH`, else one on the PATH, else Debian's, installed through apt-get when this
 * process may do that (root, and `INFERENCE_LENS_NO_APT` not set).
 * @throws {EnvironmentError} when there is none and none can be installed.
 */
export async function ensureChromium(log: (line: string) => void): Promise<string> {
  const given = process.env['CHROMIUM_PATH'];
  if (given !== undefined && given !== '') {
    if (await isExecutable(given)) return given;
    throw new EnvironmentError(`CHROMIUM_PATH names ${given}, which is not an executable file.`);
  }
  const present = await findOnPath(names);
  if (present !== undefined) return present;
  const mayInstall = process.getuid?.() === 0 && (process.env['INFERENCE_LENS_NO_APT'] ?? '') === '';
  if (!mayInstall || (await findOnPath(['apt-get'])) === undefined) {
    throw new EnvironmentError(
      'There is no Chromium on the PATH and it cannot be installed here (that takes root and apt-get). ' +
        'Install chromium, or name one in CHROMIUM_PATH.',
    );
  }
  log('Installing chromium through apt-get (once) …');
  // An unreachable third-party list fails the update and need not fail the installation.
  const update = await aptGet(['update']);
  const install = await aptGet([
    'install',
    '--yes',
    '--no-install-recommends',
    'chromium',
    'fonts-dejavu-core',
  ]);
  if (install.exitCode !== 0) {
    const lines = lastLines(`${update.exitCode === 0 ? '' : update.output}\n${install.output}`);
    throw new EnvironmentError(`apt-get install chromium failed twice:\n${lines}`);
  }
  const installed = await findOnPath(names);
  if (installed === undefined)
    throw new EnvironmentError('apt-get installed chromium, but it is not on the PATH.');
  return installed;
}

function aptGet(args: readonly string[]): Promise<CommandResult> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return runCommandTwice('apt-get', args, { env, timeoutMs: aptTimeoutMs });
}

async function findOnPath(candidates: readonly string[]): Promise<string | undefined> {
  for (const name of candidates) {
    for (const folder of (process.env['PATH'] ?? '').split(path.delimiter)) {
      const file = path.join(folder, name);
      if (folder !== '' && (await isExecutable(file))) return file;
    }
  }
  return undefined;
}

function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
