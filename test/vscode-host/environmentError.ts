/**
 * The tests could not be run because something they need cannot be had here (no network, no Chromium, a platform
 * without a VS Code server). It says nothing about the extension, so it ends with an exit code of its own.
 */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}

/** Exit codes of everything that starts a real VS Code. */
export const exitCodes = { passed: 0, testsFailed: 1, environmentMissing: 3, interrupted: 130 } as const;

/** Ends the process with the exit code that tells a missing environment from a failure, and one clear message. */
export function exitWithError(error: unknown): never {
  if (error instanceof EnvironmentError) {
    console.error(`\nThe environment could not be had (no test has failed): ${error.message}`);
    process.exit(exitCodes.environmentMissing);
  }
  console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(exitCodes.testsFailed);
}
