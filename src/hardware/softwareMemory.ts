import type { Bytes } from '../units/quantities';
import type { Device } from './device';

const GIB = 2 ** 30;

/**
 * What inference software finds as the device's total: the driver's figure where we know it, the vendor's where not
 * (which is less, by up to 7 %: "24 GB" of chips are 24 GiB). On Apple silicon it is what Metal recommends as the most
 * that the GPU takes: two thirds of the machine's memory up to 16 GB, three quarters above (llama.cpp's logs print
 * recommendedMaxWorkingSetSize = 11453 MB of 16 GiB; later systems give up to 78 %).
 */
export function softwareMemory(device: Device): Bytes {
  if (device.usableMemory !== undefined) return device.usableMemory;
  if (device.class !== 'apple-silicon') return device.memory;
  const gigabytes = device.memory / 1e9;
  return gigabytes * GIB * (gigabytes <= 16 ? 2 / 3 : 3 / 4);
}
