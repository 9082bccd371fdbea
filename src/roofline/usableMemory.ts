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
/** What NVIDIA's driver keeps of the total that it prints. */
const DRIVER_SHARE = 0.01;
/** What the firmware of a Jetson leaves of the chips to Linux, and so to both halves of it. */
const JETSON_SHARE = 0.94;
/** Stacked memory corrects errors beside the data, not within it; only it reaches this bandwidth. */
const STACKED_FROM = 1.1e12;

/**
 * Bytes of a device that programs can have, before the engine's own share is taken: the driver's total where somebody printed it,
 * else what the chips hold (vendors' whole GB are binary on memory chips: a card of 24 GB has 24 GiB; figures that are no whole GB
 * are taken as they are), less what the driver keeps for itself.
 *
 * Sources: nvidia-smi totals as vendors print them (24,564 MiB on an RTX 4090, 23,028 MiB on an A10, 81,559 MiB on an H100);
 * totals that CUDA gives a program, as PyTorch's out-of-memory message prints them (79.15 GiB of an A100's 80, 79.11 of an H100's
 * 79.65, 22.06 of an A10's 22.5: 0.7 to 2 % less); totals that tegrastats prints (30,536 MB of
 * 32,768 on an AGX Orin, 7,620 of 8,192 on an Orin Nano), all as remembered and none opened again; an RTX 4080 that holds 16.1 GB of llama.cpp and not
 * 16.7 GB (../shared/measured/feasibility.csv); Apple's recommendedMaxWorkingSetSize, two thirds up to 36 GB and three quarters above.
 */
export function usableMemory(device: Device): Bytes {
  const whole = Number.isInteger(device.memory / 1e9);
  const physical = device.usableMemory ?? (whole ? device.memory * BINARY : device.memory);
  if (device.class === 'apple-silicon') {
    return physical * (device.memory <= SMALL_MACHINE ? METAL_SHARE_SMALL : METAL_SHARE_LARGE);
  }
  if (device.class === 'consumer-gpu') return physical - DISPLAY;
  if (device.class === 'jetson') return physical * JETSON_SHARE;
  if (device.vendor !== 'nvidia') return physical;
  if (device.class !== 'datacentre-gpu' && device.class !== 'workstation-gpu') return physical;
  const inlineEcc =
    device.usableMemory === undefined &&
    device.class === 'datacentre-gpu' &&
    whole &&
    device.bandwidth < STACKED_FROM;
  return physical * (1 - DRIVER_SHARE) * (inlineEcc ? AFTER_INLINE_ECC : 1);
}
