import { readFileSync } from 'node:fs';
import type { Bytes } from '../units/quantities';

/** Resident memory of a process as Linux's /proc tells it; null on other systems and when the process is gone. */
export function residentMemory(pid: number): Bytes | null {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}
