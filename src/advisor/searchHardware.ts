import { catalogueWith, findDevice } from '../hardware/catalogue';
import type { Device } from '../hardware/device';
import type { Warning } from '../units/quantities';
import { AdvisorError } from './advisorError';
import type { SearchOptions } from './searchQuery';

const DEFAULT_HARDWARE = 'h100-sxm';

/** A kind of device, and how many of it are tried. */
export interface HardwareChoice {
  device: Device;
  counts: readonly number[];
}

/**
 * Kinds of device to choose from, each once. Throws `AdvisorError` for names that are not known, and where the splits that are given
 * take more devices than may be used.
 */
export function hardwareOf(
  options: SearchOptions,
  warnings: Warning[],
  own: readonly Device[] = [],
): HardwareChoice[] {
  if (options.hardware === undefined) {
    warnings.push({
      code: 'hardware-assumed',
      message: `No hardware is given: ${DEFAULT_HARDWARE} is searched.`,
    });
  }
  const needed = devicesNeeded(options);
  if (options.devices !== undefined && needed > options.devices) {
    throw new AdvisorError(
      'too-few-devices',
      `The splits that are given need ${needed} devices; at most ${options.devices} may be used.`,
    );
  }
  const found = new Map<string, HardwareChoice>();
  for (const name of options.hardware ?? [DEFAULT_HARDWARE]) {
    const { device, devices } = deviceOf(name, own);
    const counts = countsUpTo(options.devices ?? Math.max(devices ?? 1, needed));
    if ((found.get(device.id)?.counts.length ?? 0) < counts.length) found.set(device.id, { device, counts });
  }
  return [...found.values()];
}

function deviceOf(name: string, own: readonly Device[]): { device: Device; devices?: number } {
  const found = own.length > 0 ? catalogueWith(own).find(name) : findDevice(name);
  if (found.device) return found;
  const close = found.suggestions.length > 0 ? ` Did you mean ${found.suggestions.join(', ')}?` : '';
  throw new AdvisorError('hardware-unknown', `“${name}” is not a device that I know.${close}`);
}

/** Devices that the splits given take at the least. */
function devicesNeeded(options: SearchOptions): number {
  const {
    tensorParallel = 1,
    pipelineParallel = 1,
    dataParallel = 1,
    contextParallel = 1,
    expertParallel = 1,
  } = options;
  return pipelineParallel * contextParallel * Math.max(tensorParallel * dataParallel, expertParallel);
}

/** Powers of two, and the number itself. */
function countsUpTo(most: number): number[] {
  const counts: number[] = [];
  for (let count = 1; count < most; count *= 2) counts.push(count);
  return [...counts, most];
}
