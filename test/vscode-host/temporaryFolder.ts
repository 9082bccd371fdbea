import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { atExit } from './atExit';

/** A folder that goes away with this process at the latest. */
export interface TemporaryFolder {
  readonly path: string;
  readonly remove: () => void;
}

/** Makes an empty temporary folder. */
export function makeTemporaryFolder(): TemporaryFolder {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'inference-lens-'));
  // A process that is still ending may write into it meanwhile.
  const removeNow = (): void =>
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  const forget = atExit(removeNow);
  return {
    path: folder,
    remove: () => {
      forget();
      removeNow();
    },
  };
}
