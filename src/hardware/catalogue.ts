import type { Device } from './device';
import { createDeviceIndex } from './deviceIndex';
import type { DeviceIndex, FoundDevice, Instance, UnknownDevice } from './deviceIndex';
import accelerators from './devices/accelerators.json';
import amd from './devices/amd.json';
import apple from './devices/apple.json';
import instances from './devices/instances.json';
import intel from './devices/intel.json';
import nvidiaDatacentre from './devices/nvidia-datacentre.json';
import nvidiaGeforce from './devices/nvidia-geforce.json';
import nvidiaWorkstation from './devices/nvidia-workstation.json';

let builtIn: DeviceIndex | undefined;

/**
 * The devices that we know, as the files say them: the schema (`deviceSchema.ts`) is kept by the tests and not asked
 * again here. An instance type counts as an alias of the device that it holds.
 */
function catalogue(): DeviceIndex {
  builtIn ??= createDeviceIndex(withInstances(deviceRows()), instances as readonly Instance[]);
  return builtIn;
}

function deviceRows(): readonly Device[] {
  const files = [
    nvidiaDatacentre,
    nvidiaWorkstation,
    nvidiaGeforce,
    amd,
    intel,
    apple,
    accelerators,
  ] as readonly (readonly unknown[])[];
  return files.flat() as readonly Device[];
}

function withInstances(devices: readonly Device[]): readonly Device[] {
  const names = new Map<string, string[]>();
  for (const { device, name } of instances as readonly Instance[]) {
    const known = names.get(device);
    if (known) known.push(name);
    else names.set(device, [name]);
  }
  return devices.map((device) => {
    const extra = names.get(device.id);
    return extra ? { ...device, aliases: [...device.aliases, ...extra] } : device;
  });
}

/** Every device of the catalogue, instance types among the aliases; grouped by vendor and class. */
export function allDevices(): readonly Device[] {
  return catalogue().devices;
}

/**
 * The device that people, drivers or clouds mean by `name`: an id, `NVIDIA H100 80GB HBM3`, `g5.xlarge`, `8x H100`.
 * Case, spaces and punctuation do not count. Unknown names come back with `device: null` and the nearest ids.
 */
export function findDevice(name: string): FoundDevice | UnknownDevice {
  return catalogue().find(name);
}

/** The catalogue with a user's own devices before it; one of theirs hides ours of the same id. */
export function catalogueWith(own: readonly Device[]): DeviceIndex {
  const ids = new Set(own.map((device) => device.id));
  const rest = allDevices().filter((device) => !ids.has(device.id));
  return createDeviceIndex([...own, ...rest], instances as readonly Instance[]);
}
