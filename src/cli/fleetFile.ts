import { readFileSync, statSync } from 'node:fs';
import type { Fleet } from '../roofline/fleet';
import { readFleet } from '../roofline/fleetFile';
import { existingFile } from './existingFile';
import { UsageError } from './usageError';

const MAX_BYTES = 1_000_000;

/** Reads a fleet file; what cannot be read becomes one clear line. */
export function readFleetFile(path: string): Fleet {
  const found = statSync(existingFile(path));
  if (!found.isFile() || found.size > MAX_BYTES)
    throw new UsageError(`${path}: not a fleet file`, 'not-a-fleet');
  const reading = readFleet(readFileSync(path, 'utf8'));
  if (!reading.ok) throw new UsageError(`${path}: ${reading.message}`, 'not-a-fleet');
  return reading.fleet;
}
