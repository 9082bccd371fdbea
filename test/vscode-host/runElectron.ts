import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { downloadAndUnzipVSCode, runTests, SilentReporter } from '@vscode/test-electron';
import { describeResult } from '../run/describeResult';
import { countResults, readResults, resultFileVariable } from '../run/results';
import { bundleSuite } from './bundleSuite';
import { EnvironmentError, exitCodes, exitWithError } from './environmentError';
import { cacheFolder, repositoryRoot, sampleWorkspace } from './repository';
import { makeTemporaryFolder } from './temporaryFolder';

/**
 * Builds the extension and runs the suite in a desktop VS Code of the given version. Resolves with the exit code; ends the
 * process with the code for a missing environment when VS Code cannot be downloaded or has no display.
 */
export async function runElectron(version: string): Promise<number> {
  try {
    const vscodeExecutablePath = await download(version);
    const build = spawnSync(process.execPath, ['esbuild.mjs'], { cwd: repositoryRoot, stdio: 'inherit' });
    if (build.status !== 0) return exitCodes.testsFailed;

    const home = makeTemporaryFolder().path;
    const workspace = path.join(home, 'workspace');
    cpSync(sampleWorkspace, workspace, { recursive: true });
    const resultFile = path.join(cacheFolder, `electron-${process.pid}.jsonl`);
    const exitCode = await runTests({
      vscodeExecutablePath,
      extensionDevelopmentPath: repositoryRoot,
      extensionTestsPath: await bundleSuite('suite'),
      extensionTestsEnv: { [resultFileVariable]: resultFile },
      launchArgs: [workspace, '--user-data-dir', path.join(home, 'data'), '--disable-extensions'],
      reporter: new SilentReporter(),
    }).catch(() => 1);
    const events = readResults(resultFile);
    rmSync(resultFile, { force: true });
    console.log(describeResult(events));
    const { passed, failed } = countResults(events, exitCode);
    console.log(`${passed} passed, ${failed} failed`);
    return failed === 0 ? exitCodes.passed : exitCodes.testsFailed;
  } catch (error) {
    exitWithError(error);
  }
}

async function download(version: string): Promise<string> {
  const display = process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'] ?? '';
  if (process.platform === 'linux' && display === '') {
    throw new EnvironmentError(
      'The desktop VS Code needs a display; on a server: xvfb-run npm run test:electron.',
    );
  }
  try {
    const cachePath = path.join(repositoryRoot, '.vscode-test');
    return await downloadAndUnzipVSCode({
      version,
      cachePath,
      reporter: new SilentReporter(),
      timeout: 60_000,
    });
  } catch (error) {
    throw new EnvironmentError(
      `VS Code ${version} cannot be downloaded here (${(error as Error).message}). ` +
        'npm test runs the same suite in code-server, from the npm registry alone.',
    );
  }
}
