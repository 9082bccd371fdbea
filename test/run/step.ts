import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { atExit } from '../vscode-host/atExit';
import { cacheFolder, repositoryRoot } from '../vscode-host/repository';
import { countResults, readResults, resultFileVariable, unfinishedTest, type TestCounts } from './results';

/** One part of `npm test`. It prints what it does and resolves with its count; it may throw an EnvironmentError. */
export interface Step {
  readonly name: string;
  readonly run: () => Promise<TestCounts>;
}

const none: TestCounts = { passed: 0, failed: 0, skipped: 0 };

/** A step that either works or fails as a whole: a failure counts as one failed test, success counts nothing. */
export function commandStep(name: string, command: string, args: readonly string[]): Step {
  return {
    name,
    run: async () =>
      (await runVisibly(command, args, {}, 5 * 60_000)) === 0 ? none : { ...none, failed: 1 },
  };
}

/** A step that runs Mocha's command line in a process of its own. */
export function mochaStep(name: string, args: readonly string[], timeoutMs: number): Step {
  return {
    name,
    run: async () => {
      const file = path.join(cacheFolder, `results-${process.pid}.jsonl`);
      mkdirSync(cacheFolder, { recursive: true });
      rmSync(file, { force: true });
      const mocha = path.join(repositoryRoot, 'node_modules/mocha/bin/mocha.js');
      const reporter = ['--reporter', path.join(repositoryRoot, 'test/run/resultReporter.ts')];
      const env = { [resultFileVariable]: file };
      const exitCode = await runVisibly(
        process.execPath,
        ['--import', 'tsx', mocha, ...reporter, ...args],
        env,
        timeoutMs,
      );
      const events = readResults(file);
      rmSync(file, { force: true });
      const unfinished = unfinishedTest(events);
      if (unfinished !== undefined) console.log(`  The run broke off in: ${unfinished}`);
      return countResults(events, exitCode);
    },
  };
}

/** Runs a command with its output on ours. Resolves with the exit code, null when it was killed or could not start. */
function runVisibly(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<number | null> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: repositoryRoot,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: timeoutMs,
    });
    const forget = atExit(() => child.kill());
    child.on('error', (error) => {
      console.log(`  ${command}: ${error.message}`);
      resolve(null);
    });
    child.on('close', (exitCode) => {
      forget();
      resolve(exitCode);
    });
  });
}
