import type { Device } from '../hardware/device';
import type { Bytes } from '../units/quantities';

const BINARY = 2 ** 30 / 1e9;
/** GDDR with error correction in line keeps a sixteenth for it: an A10 of 24 GB shows 22.5 GiB. */
const AFTER_INLINE_ECC = 15 / 16;
/** Share of unified memory that Metal lets the GPU wire, on machines up to 36 GB and above. */
const METAL_SHARE_SMALL = 2 / 3;
const METAL_SHARE_LARGE = 0.75;
const SMALL_MACHINE = 36e9;
/** What the driver and a desktop keep of a graphics card. */
const DISPLAY = 6e8;
/** Stacked memory corrects errors beside the data, not within it; only it reaches this bandwidth. */
const STACKED_FROM = 1.1e12;

/**
 * Bytes of a device that programs can have, before the engine's own share is taken. Vendors' whole GB are binary on memory
 * chips (a card of 24 GB has 24 GiB); figures that are no whole GB are taken as they are.
 *
 * Sources: nvidia-smi totals as vendors print them (24,564 MiB on an RTX 4090, 23,028 MiB on an A10, 81,559 MiB on an H100);
 * an RTX 4080 that holds 16.1 GB of llama.cpp and not
 * 16.7 GB (../shared/measured/feasibility.csv); Apple's recommendedMaxWorkingSetSize, two thirds up to 36 GB and three quarters above.
 */
export function usableMemory(device: Device): Bytes {
  const whole = Number.isInteger(device.memory / 1e9);
  const physical = whole ? device.memory * BINARY : device.memory;
  if (device.class === 'apple-silicon') {
    return physical * (device.memory <= SMALL_MACHINE ? METAL_SHARE_SMALL : METAL_SHARE_LARGE);
  }
  if (
    device.vendor === 'nvidia' &&
    device.class === 'datacentre-gpu' &&
    whole &&
    device.bandwidth < STACKED_FROM
  ) {
    return physical * AFTER_INLINE_ECC;
  }
  if (device.class === 'consumer-gpu') return physical - DISPLAY;
  return physical;
}
