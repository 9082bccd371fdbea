import type { Device } from '../hardware/device';

/**
 * Families of drivers, kernels and memory that devices of a kind share; fixed costs and attained fractions go by them.
 * `-hbm`: stacked memory, whose bandwidth is ample beside the units that use it, in servers.
 */
export const BACKENDS = [
  'cuda',
  'cuda-hbm',
  'rocm',
  'rocm-hbm',
  'metal',
  'xpu',
  'xpu-hbm',
  'cpu',
  'accelerator',
] as const;

export type Backend = (typeof BACKENDS)[number];

/** No device with memory other than stacked reaches this, among those of data centres. */
const STACKED_FROM = 1.1e12;

export function backendOf(device: Device): Backend {
  if (device.class === 'cpu' || device.class === 'this-machine') return 'cpu';
  const stacked =
    device.class === 'datacentre-gpu' && device.bandwidth >= STACKED_FROM && !/rtx/i.test(device.id);
  switch (device.vendor) {
    case 'nvidia':
      return stacked ? 'cuda-hbm' : 'cuda';
    case 'amd':
      return stacked ? 'rocm-hbm' : 'rocm';
    case 'apple':
      return 'metal';
    case 'intel':
      if (device.class === 'accelerator') return 'accelerator';
      return stacked ? 'xpu-hbm' : 'xpu';
    default:
      return 'accelerator';
  }
}
