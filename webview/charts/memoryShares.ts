import type { MemoryEstimate } from '../../src/roofline/estimate';
import type { Bytes } from '../../src/units/quantities';

export type MemoryPart = 'weights' | 'kvCache' | 'activations' | 'runtime';

export interface MemoryShares {
  parts: readonly { part: MemoryPart; bytes: Bytes; start: number; width: number }[];
  /** Left over on a device; 0 where it does not fit. */
  free: Bytes;
  /** What is missing on a device; 0 where it fits. */
  missing: Bytes;
  /** Where the device's memory ends on the bar: 1, or less where more is needed than there is. */
  capacityAt: number;
}

const PARTS: readonly MemoryPart[] = ['weights', 'kvCache', 'activations', 'runtime'];

/**
 * One device's memory as a bar: `MemoryEstimate` counts its parts over all devices, so each is scaled to what one device holds.
 * Where more is needed than there is, the bar is as long as what is needed.
 */
export function memoryShares(memory: MemoryEstimate): MemoryShares {
  const { perDevice, capacityPerDevice } = memory;
  const sum = PARTS.reduce((total, part) => total + memory[part], 0);
  const length = Math.max(perDevice, capacityPerDevice);
  let start = 0;
  const parts = PARTS.map((part) => {
    const bytes = sum > 0 ? (memory[part] / sum) * perDevice : 0;
    const width = length > 0 ? bytes / length : 0;
    const placed = { part, bytes, start, width };
    start += width;
    return placed;
  });
  return {
    parts,
    free: Math.max(0, capacityPerDevice - perDevice),
    missing: Math.max(0, perDevice - capacityPerDevice),
    capacityAt: length > 0 ? capacityPerDevice / length : 1,
  };
}
