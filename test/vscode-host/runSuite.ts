import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import path from 'node:path';
import { readResults, resultFileVariable, type ResultEvent } from '../run/results';
import { launchBrowser } from './browser';
import { bundleSuite, type SuiteName } from './bundleSuite';
import { CodeServer } from './codeServer';
import { cacheFolder, repositoryRoot, sampleWorkspace } from './repository';

/** How a suite is run. */
export interface SuiteOptions {
  readonly suite: SuiteName;
  readonly timeoutMs?: number;
  /** More for the suite's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
}

/** What came of it: the events that the suite itself wrote, and the code that VS Code reported. */
export interface SuiteResult {
  readonly events: readonly ResultEvent[];
  /** Null when VS Code reported none in time. */
  readonly exitCode: number | null;
  /** Where the logs of VS Code are kept when something went wrong. */
  readonly logFolder?: string;
}

/**
 * Runs a Mocha suite inside the extension host of a real VS Code. `restricted` runs in an untrusted workspace.
 * @throws {EnvironmentError} when VS Code or Chromium cannot be had.
 */
export async function runSuite(options: SuiteOptions): Promise<SuiteResult> {
  const tests = await bundleSuite(options.suite);
  const resultFile = path.join(cacheFolder, 'vscode-suite', `${options.suite}-${process.pid}.jsonl`);
  rmSync(resultFile, { force: true });
  const browser = await launchBrowser(options.log);
  try {
    const server = await CodeServer.start({
      workspace: sampleWorkspace,
      extension: { by: 'development', path: repositoryRoot },
      workspaceTrust: options.suite === 'restricted',
      env: { ...options.env, [resultFileVariable]: resultFile },
      log: options.log,
    });
    try {
      const page = await browser.newPage();
      let reportExit: (code: number) => void = () => undefined;
      const exitCode = new Promise<number>((resolve) => (reportExit = resolve));
      // VS Code looks for both when it starts, hence before the navigation.
      await page.exposeFunction('codeAutomationExit', (code: number) => reportExit(code));
      await page.exposeFunction('codeAutomationLog', () => undefined);
      await page.goto(server.pageUrl(tests));
      const code = await Promise.race([exitCode, delay(options.timeoutMs ?? 120_000, null, { ref: false })]);
      const events = readResults(resultFile);
      if (code === 0 && events.at(-1)?.event === 'end') return { events, exitCode: code };
      const logFolder = path.join(cacheFolder, 'logs', options.suite);
      rmSync(logFolder, { recursive: true, force: true });
      await server.keepLogs(logFolder);
      return { events, exitCode: code, logFolder };
    } finally {
      await server.stop();
    }
  } finally {
    await browser.close();
    rmSync(resultFile, { force: true });
  }
}
