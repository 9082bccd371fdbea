import type { SuiteName } from '../vscode-host/bundleSuite';
import { runSuite } from '../vscode-host/runSuite';
import { describeResult } from './describeResult';
import { countResults } from './results';
import type { Step } from './step';

/** A step that runs a Mocha suite inside the extension host of a real VS Code and prints what the suite wrote down. */
export function suiteStep(name: string, suite: SuiteName): Step {
  return {
    name,
    run: async () => {
      const { events, exitCode, logFolder } = await runSuite({ suite, log: console.log });
      console.log(describeResult(events));
      if (logFolder !== undefined) console.log(`  Logs of VS Code: ${logFolder}`);
      return countResults(events, exitCode);
    },
  };
}
