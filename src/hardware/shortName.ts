import type { Device } from './device';

/** What people call a device in a sentence: `H100 SXM`, `RTX 4090`; the memory in the full name is said elsewhere. */
export function shortName(device: Device): string {
  return device.name.replace(/^GeForce\s+/, '').replace(/\s+\d+\s?GB$/, '');
}
