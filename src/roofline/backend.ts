import type { Device } from '../hardware/device';

/** Families of drivers and kernels that devices of a kind share; fixed costs and attained fractions go by them. */
export type Backend = 'cuda' | 'rocm' | 'metal' | 'xpu' | 'cpu' | 'other';

export function backendOf(device: Device): Backend {
  if (device.class === 'cpu' || device.class === 'this-machine') return 'cpu';
  if (device.class === 'accelerator') return 'other';
  switch (device.vendor) {
    case 'nvidia':
      return 'cuda';
    case 'amd':
      return 'rocm';
    case 'apple':
      return 'metal';
    case 'intel':
      return 'xpu';
    default:
      return 'other';
  }
}
