import { statSync, type Stats } from 'node:fs';
import { UsageError } from './usageError';

/**
 * The path, when there is a file or a folder. Pipes and devices are refused: opening one may wait for ever.
 * Throws `UsageError` with the code `not-found`.
 */
export function existingFile(path: string): string {
  const found = statOf(path);
  if (!found) throw new UsageError(`${path}: no such file or folder that can be read`, 'not-found');
  if (!found.isFile() && !found.isDirectory())
    throw new UsageError(`${path}: neither a file nor a folder`, 'not-found');
  return path;
}

/** Undefined for what is not there, may not be looked at, or is no path at all. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** The one file that a command works on. */
export function oneFile(files: readonly string[], command: string): string {
  const [file, ...more] = files;
  if (file === undefined)
    throw new UsageError(`${command} needs a file: a config.json, or a folder that holds one`);
  if (more.length > 0) throw new UsageError(`${command} takes one file; use batch for many`);
  return existingFile(file);
}
