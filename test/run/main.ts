import { ensureChromium } from '../vscode-host/chromium';
import { ensureCodeServer } from '../vscode-host/codeServerInstallation';
import { EnvironmentError, exitCodes } from '../vscode-host/environmentError';
import type { TestCounts } from './results';
import { commandStep, mochaStep, type Step } from './step';
import { suiteStep } from './suiteStep';

const minute = 60_000;

/** Steps that need no more than `npm ci`. */
const plainSteps: readonly Step[] = [
  commandStep('build', process.execPath, ['esbuild.mjs']),
  commandStep('types', 'npm', ['run', '--silent', 'typecheck']),
  commandStep('lint', 'npm', ['run', '--silent', 'lint']),
  mochaStep('unit', ['--reporter-option', 'show=dot'], 5 * minute),
  // A sample of what `npm run fuzz` does a million times.
  commandStep('fuzz', 'npm', ['run', '--silent', 'fuzz', '--', '20000']),
  // Both say “not run” where the data beside the checkout is not at hand.
  commandStep('models', 'npm', ['run', '--silent', 'accuracy:models']),
  commandStep('selector', 'npm', ['run', '--silent', 'evaluate', '--', '--check']),
];

const windowOptions = ['--no-config', '--timeout', '120000', '--require', 'test/vscode/ui/keepEvidence.ts'];

/** Steps that need a real VS Code. */
const vscodeSteps: readonly Step[] = [
  commandStep('package', 'npm', ['run', '--silent', 'package']),
  suiteStep('suite', 'suite'),
  suiteStep('restricted', 'restricted'),
  mochaStep(
    'pages',
    ['--no-config', '--extension', 'ts', '--timeout', '60000', 'test/webview/*.test.ts'],
    8 * minute,
  ),
  mochaStep('window', [...windowOptions, 'test/vscode/ui/**/*.test.ts'], 10 * minute),
];

/**
 * Runs `npm test`: every step, or with `--unit` those without VS Code, or those named (`npm test -- build window`).
 * Prints a closing line of its own and resolves with the exit code.
 */
export async function main(args: readonly string[]): Promise<number> {
  const chosen = ({ name }: Step): boolean =>
    args.includes(name) || args.every((arg) => arg.startsWith('--'));
  const plain = plainSteps.filter(chosen);
  const inVsCode = args.includes('--unit') ? [] : vscodeSteps.filter(chosen);
  // Fetched while the plain steps run.
  const environment = inVsCode.length === 0 ? undefined : prepareEnvironment();

  const report: string[] = [];
  const total = { passed: 0, failed: 0, skipped: 0 };
  const take = async (step: Step): Promise<void> => {
    const { counts, seconds } = await timed(step);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
    report.push(`  ${step.name.padEnd(12)} ${seconds.padStart(6)} s   ${summary(counts)}`);
  };

  let built = true;
  for (const step of plain) {
    await take(step);
    if (step.name === 'build') built = total.failed === 0;
  }
  let missing = await environment;
  for (const step of inVsCode) {
    if (missing !== undefined || !built) {
      report.push(`  ${step.name.padEnd(12)}      -     not run`);
      continue;
    }
    try {
      await take(step);
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      missing = error;
    }
  }

  console.log(`\n${report.join('\n')}\n`);
  if (missing !== undefined) {
    console.log(
      `The environment could not be had, so the tests inside VS Code did not run: ${missing.message}\n`,
    );
  }
  if (total.skipped > 0) console.log(`${total.skipped} skipped`);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  if (total.failed > 0) return exitCodes.testsFailed;
  return missing === undefined ? exitCodes.passed : exitCodes.environmentMissing;
}

/** Resolves with the reason when VS Code or Chromium cannot be had; never rejects for that. */
async function prepareEnvironment(): Promise<EnvironmentError | undefined> {
  try {
    await Promise.all([ensureCodeServer(console.log), ensureChromium(console.log)]);
    return undefined;
  } catch (error) {
    if (error instanceof EnvironmentError) return error;
    throw error;
  }
}

async function timed(step: Step): Promise<{ readonly counts: TestCounts; readonly seconds: string }> {
  console.log(`\n── ${step.name}`);
  const start = performance.now();
  const counts = await step.run();
  return { counts, seconds: ((performance.now() - start) / 1000).toFixed(1) };
}

function summary({ passed, failed, skipped }: TestCounts): string {
  if (passed + failed + skipped === 0) return 'ok';
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
