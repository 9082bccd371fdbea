import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const present = new Set<string>();
let guarded = false;

/** Makes an empty folder that goes away with this process at the latest. */
export function makeTemporaryFolder(): string {
  if (!guarded) {
    guarded = true;
    process.on('exit', () => [...present].forEach(removeTemporaryFolder));
  }
  const folder = mkdtempSync(path.join(os.tmpdir(), 'inference-lens-'));
  present.add(folder);
  return folder;
}

/** Removes a folder made by `makeTemporaryFolder`; a process that is still ending may write into it meanwhile. */
export function removeTemporaryFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  present.delete(folder);
}
